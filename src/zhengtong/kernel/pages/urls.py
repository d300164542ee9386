"""Addresses shared by every portal."""

from django.urls import path

from zhengtong.kernel.pages import views

app_name = "pages"
urlpatterns = [
    path("preferences/", views.choose, name="choose"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("offline/", views.offline, name="offline"),
    path("worker.js", views.worker, name="worker"),
]
