from __future__ import annotations

from django.urls import path

from rooms.styles import views

urlpatterns = [
    path("styles", views.show_styles, name="styles"),
    path("styles/<str:scheme>.css", views.show_sheet, name="styles_sheet"),
]
