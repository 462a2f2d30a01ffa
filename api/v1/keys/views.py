from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.errors import Invalid
from accounts.keys.access import get_api_key
from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, revoke_api_key, rotate_api_key
from accounts.users.models import User
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import page_of
from api.v1.keys.serializers import KeyBody, KeyOut, KeyQuery, KeyRotateBody, NewKeyOut
from rooms.base.validation import clean_line


class Keys(Resource):
    @operation("api_keys.list", "List API keys", page_of(KeyOut), query=KeyQuery)
    def get(self, request: Request) -> Response:
        query = self.read_query(KeyQuery)
        rows = ApiKey.objects.for_account(self.account)
        revoked = {"revoked_at__isnull": not query["revoked"]}
        return self.render_page(KeyOut, rows.filter(**revoked), query)

    @operation("api_keys.create", "Make an API key", NewKeyOut, body=KeyBody, status=201)
    def post(self, request: Request) -> Response:
        body = self.read_body(KeyBody)
        if body.get("expires_at") is not None and body["expires_at"] <= timezone.now():
            raise Invalid("This moment is over already.", field="expires_at")
        name = clean_line(body.pop("name"), "name")
        key, text = create_api_key(
            self.account,
            name,
            created_by=self.find_maker(),
            actor=self.caller.actor,
            **body,
        )
        key.key = text  # type: ignore[attr-defined]
        return self.render(NewKeyOut, key, status=201)

    def find_maker(self) -> User | None:
        """Return whose key it is: what a key makes ends with the member who made that key."""
        if self.membership is not None:
            return self.membership.user
        return self.caller.api_key.created_by if self.caller.api_key is not None else None


class KeyDetail(Resource):
    @operation("api_keys.read", "Read an API key", KeyOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(KeyOut, get_api_key(self.account, uuid))

    @operation("api_keys.revoke", "Revoke an API key", None, status=204)
    def delete(self, request: Request, uuid: UUID) -> Response:
        revoke_api_key(get_api_key(self.account, uuid), self.caller.actor)
        return Response(status=204)


class KeyRotate(Resource):
    @operation(
        "api_keys.rotate",
        "Put another key in its place",
        NewKeyOut,
        body=KeyRotateBody,
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        key = get_api_key(self.account, uuid)
        overlap = timedelta(hours=self.read_body(KeyRotateBody)["overlap_hours"])
        fresh, text = rotate_api_key(key, overlap=overlap, actor=self.caller.actor)
        fresh.key = text  # type: ignore[attr-defined]
        return self.render(NewKeyOut, fresh, status=201)
