from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.team.models import Membership
from api.serializers import OutputSerializer, StrictSerializer, sample

MEMBER: dict[str, Any] = {
    "id": "4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
    "name": "Bob",
    "email": "bob@example.com",
    "role": "agent",
    "on_duty": True,
    "created_at": "2026-11-22T09:00:00Z",
}
INVITATION: dict[str, Any] = {
    "id": "7f3f5b0c-9c1e-4bb5-8a3c-4c0f6a1d0e55",
    "email": "cleo@example.com",
    "role": "agent",
    "created_at": "2026-11-22T09:00:00Z",
    "expires_at": "2026-11-29T09:00:00Z",
}


@sample(MEMBER)
class MemberOut(OutputSerializer):
    """A person in the account."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField(source="user.display_name")
    email = serializers.CharField(source="user.email")
    role = serializers.ChoiceField(Membership.Role.choices)
    on_duty = serializers.BooleanField(
        help_text="Whether steps of a ladder for who is on duty mean them."
    )
    created_at = serializers.DateTimeField()


@sample({"role": "admin", "on_duty": False})
class MemberBody(StrictSerializer):
    """What to change."""

    role = serializers.ChoiceField(Membership.Role.choices, required=False)
    on_duty = serializers.BooleanField(required=False)


@sample({"keep_keys": ["8d53c0e9-2f7a-4c61-9a1f-6b1c5d2c0b3e"]})
class MemberRemoveBody(StrictSerializer):
    """Which keys of theirs go on; every other one ends with them."""

    keep_keys = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=1000
    )


@sample(INVITATION)
class InvitationOut(OutputSerializer):
    """An offer to join the account."""

    id = serializers.UUIDField(source="uuid")
    email = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


@sample({**INVITATION, "url": "https://chat.example.com/invitations/Hx2…", "sent": True})
class NewInvitationOut(InvitationOut):
    """The invitation and its link, which is not shown again."""

    url = serializers.CharField(
        help_text="Where the invited person joins, once their address is proven; shown once."
    )
    sent = serializers.BooleanField(help_text="Whether the mail went out.")


@sample({"email": "cleo@example.com", "role": "agent"})
class InvitationBody(StrictSerializer):
    """Whom to invite."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(
        Membership.Role.choices, required=False, default=Membership.Role.AGENT
    )
