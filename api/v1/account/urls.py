from __future__ import annotations

from django.urls import path

from api.v1.account import me, views

urlpatterns = [
    path("me", me.Me.as_view(), name="me"),
    path("account", views.AccountDetail.as_view(), name="account"),
    path("account/usage", views.AccountUsage.as_view(), name="account-usage"),
    path("audit-events", views.AuditEvents.as_view(), name="audit-events"),
]
