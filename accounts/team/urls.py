from __future__ import annotations

from django.urls import path

from accounts.team.views import account, audit, invitations, mfa, team

urlpatterns = [
    path("team", team.show_team, name="team"),
    path("team/invitations/<uuid:uuid>/cancel", team.cancel, name="invitation_cancel"),
    path("team/<uuid:uuid>/role", team.set_role, name="member_role"),
    path("team/<uuid:uuid>/remove", team.remove, name="member_remove"),
    path("invitations/<str:token>", invitations.show_invitation, name="invitation"),
    path("account", account.show_account, name="account"),
    path("account/name", account.rename, name="rename"),
    path("account/delete", account.delete, name="delete"),
    path("account/audit", audit.show_audit, name="audit"),
    path("account/audit.csv", audit.export_audit, name="audit_export"),
    path("account/second-factor", mfa.show_mfa, name="mfa"),
    path("account/second-factor/demand", mfa.demand, name="mfa_demand"),
    path("account/closed", account.show_closed, name="closed"),
    path("account/closed/<uuid:uuid>/restore", account.restore, name="restore"),
    path("account/switch/<uuid:uuid>", account.switch, name="switch"),
]
