"""What this site is, and how accessible it is 无障碍声明."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Show what Zhengtong is."""
    return render(request, "citizen/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show what the site does for readers with disabilities and older readers, and what it cannot do yet."""
    return render(request, "citizen/accessibility.html")
