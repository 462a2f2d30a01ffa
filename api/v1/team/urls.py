from __future__ import annotations

from django.urls import path

from api.v1.team import views

urlpatterns = [
    path("members", views.Members.as_view(), name="members"),
    path("members/<uuid:uuid>", views.MemberDetail.as_view(), name="member"),
    path("invitations", views.Invitations.as_view(), name="invitations"),
    path("invitations/<uuid:uuid>", views.InvitationDetail.as_view(), name="invitation"),
]
