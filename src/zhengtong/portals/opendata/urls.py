"""Addresses of the open data portal."""

from django.urls import path, re_path

from zhengtong.portals.opendata import public_catalog, released, using, views

app_name = "opendata"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalog.jsonld", views.dcat, name="dcat"),
    path("catalog/", public_catalog.listing, name="catalog"),
    path("catalog/<slug:name>/", public_catalog.detail, name="catalog_dataset"),
    re_path(r"^dcat-ap\.(?P<form>jsonld|ttl)$", public_catalog.dcat_ap, name="dcat_ap"),
    path("api/action/<slug:action>", public_catalog.ckan, name="ckan"),
    path("releases/<slug:slug>/", released.detail, name="release"),
    re_path(
        r"^releases/(?P<slug>[a-z0-9-]+)/data\.(?P<form>csv|json|parquet|geojson)$",
        released.download,
        name="release_file",
    ),
    path("releases/<slug:slug>/register/", using.register, name="register"),
    path("releases/<slug:slug>/feedback/", using.feedback, name="feedback"),
    path("mine/", using.mine, name="mine"),
    path("mine/<uuid:identifier>/key/", using.key, name="key"),
    path("requests/", using.ask, name="ask"),
    path("<slug:code>/", views.detail, name="dataset"),
    re_path(r"^(?P<code>[a-z-]+)\.(?P<form>csv|json)$", views.download, name="download"),
]
