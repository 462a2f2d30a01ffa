from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.keys.models import ApiKey
from accounts.team.models import Membership
from accounts.tenants.models import Account
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import OutputSerializer, sample

ME: dict[str, Any] = {
    "account": {
        "id": "1f0e6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
        "name": "Ann's shop",
        "status": "active",
    },
    "key": {
        "id": "8d53c0e9-2f7a-4c61-9a1f-6b1c5d2c0b3e",
        "name": "Shop system",
        "prefix": "a1B2c3D4e5",
        "scope": "write",
        "expires_at": None,
    },
    "member": None,
}


class MyAccountOut(OutputSerializer):
    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    status = serializers.ChoiceField(Account.Status.choices)


class MyKeyOut(OutputSerializer):
    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(ApiKey.Scope.choices)
    expires_at = serializers.DateTimeField(allow_null=True)


class MyMemberOut(OutputSerializer):
    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField(source="user.display_name")
    email = serializers.CharField(source="user.email")
    role = serializers.ChoiceField(Membership.Role.choices)


@sample(ME)
class MeOut(OutputSerializer):
    """Who is calling: a key or a member, and for which account."""

    account = MyAccountOut(allow_null=True)
    key = MyKeyOut(allow_null=True, source="api_key")
    member = MyMemberOut(allow_null=True, source="membership")


class Me(Resource):
    @operation("me.read", "Who am I?", MeOut)
    def get(self, request: Request) -> Response:
        return self.render(MeOut, self.caller)
