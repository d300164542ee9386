"""Addresses of the developer portal."""

from django.urls import path

from zhengtong.portals.developer import views

app_name = "developer"
urlpatterns = [
    path("", views.home, name="home"),
    path("api/", views.api_reference, name="reference"),
    path("events/", views.events, name="events"),
    path("refusals/", views.refusals, name="refusals"),
    path("sign-in/", views.sign_in, name="sign_in"),
]
