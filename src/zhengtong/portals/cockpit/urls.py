"""Addresses of the cockpit."""

from django.urls import path

from zhengtong.portals.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("", views.home, name="home"),
    path("population/", views.population, name="population"),
    path("economy/", views.economy, name="economy"),
    path("services/", views.services, name="services"),
    path("platform/", views.platform, name="platform"),
]
