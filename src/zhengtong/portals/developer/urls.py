"""Addresses of the developer portal."""

from django.urls import path

from zhengtong.portals.developer import applications, views

app_name = "developer"
urlpatterns = [
    path("", views.home, name="home"),
    path("api/", views.api_reference, name="reference"),
    path("events/", views.events, name="events"),
    path("refusals/", views.refusals, name="refusals"),
    path("departments/", views.departments, name="departments"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", applications.register, name="application_new"),
    path("applications/<uuid:identifier>/", applications.application, name="application"),
    path("applications/<uuid:identifier>/edit/", applications.amend, name="application_edit"),
    path("applications/<uuid:identifier>/secret/", applications.rotate, name="application_rotate"),
    path("applications/<uuid:identifier>/suspend/", applications.suspend, name="application_suspend"),
    path("applications/<uuid:identifier>/resume/", applications.resume, name="application_resume"),
    path("applications/<uuid:identifier>/remove/", applications.remove, name="application_remove"),
    path("approvals/", applications.approvals, name="approvals"),
    path("approvals/<uuid:identifier>/", applications.approval, name="approval"),
]
