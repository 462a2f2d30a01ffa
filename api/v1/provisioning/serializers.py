"""Shapes of what a platform does: opening accounts and looking after them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.limits import limits
from accounts.tenants.models import Account
from api.serializers import OutputSerializer, StrictSerializer, sample
from rooms.provisioning.bulk.results import STATUSES
from rooms.provisioning.models import ProvisioningBatch

ROW: dict[str, Any] = {
    "external_id": "customer-17",
    "name": "Ann's shop",
    "email": "ann@example.com",
    "owner_name": "Ann",
    "property_name": "Ann's counter",
    "link_slug": "anns-counter",
    "language": "en",
    "limits": {"members": 5, "open_rooms": 100},
    "email_verified": False,
}
RESULT: dict[str, Any] = {
    "row": 1,
    "status": "created",
    "code": None,
    "detail": None,
    "field": None,
    "external_id": "customer-17",
    "account": "1f0e6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e",
    "property": "9d0f1c0e-8a54-4b7e-9a53-7f0a1f5c2b11",
    "link": {
        "id": "3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10",
        "token": "7Kd2hQx9VbLm",
        "url": "https://chat.example.com/c/anns-counter",
    },
    "sign_in_url": "https://chat.example.com/accounts/enter/5d2e0b992f7c4c61….hV2x…",
}
FAILED: dict[str, Any] = {
    **dict.fromkeys(RESULT),
    "row": 2,
    "status": "failed",
    "code": "slug_taken",
    "detail": "This address is taken.",
    "field": "link_slug",
    "external_id": "customer-18",
}
BATCH: dict[str, Any] = {
    "id": "6b1c5d2c-0b3e-4c61-9a1f-8d53c0e92f7a",
    "state": "running",
    "dry_run": False,
    "total": 20000,
    "done": 4500,
    "created": 4400,
    "exists": 90,
    "updated": 8,
    "failed": 2,
    "created_at": "2026-11-22T09:00:00Z",
    "started_at": "2026-11-22T09:00:01Z",
    "finished_at": None,
}
ANSWER: dict[str, Any] = {
    **BATCH,
    **{"id": None, "state": "done", "total": 2, "done": 2, "created": 1, "exists": 0},
    **{"updated": 0, "failed": 1, "started_at": "2026-11-22T09:00:00Z"},
    "finished_at": "2026-11-22T09:00:01Z",
    "rows": [RESULT, FAILED],
}
ACCOUNT: dict[str, Any] = {
    "id": RESULT["account"],
    "external_id": "customer-17",
    "name": "Ann's shop",
    "status": "active",
    "created_at": "2026-11-22T09:00:00Z",
    "deleted_at": None,
    "limits": {"members": 5, "properties": 200, "links": 10000, "open_rooms": 100},
    "owners": [{"name": "Ann", "email": "ann@example.com"}],
    "link": RESULT["link"],
}


def _limit_fields() -> dict[str, Any]:
    return {
        name: serializers.IntegerField(
            required=False, allow_null=True, min_value=0, max_value=limits.MAX_ALLOWED
        )
        for name in limits.NAMES
    }


LimitsBody: Any = sample({"members": 5})(
    type("LimitsBody", (StrictSerializer,), {"__doc__": "null is the default.", **_limit_fields()})
)


@sample(ROW)
class ProvisionBody(StrictSerializer):
    """One account with its owner, a property and a link."""

    external_id = serializers.CharField(
        max_length=120, help_text="Your own id; the same again means the same account."
    )
    name = serializers.CharField(max_length=80)
    email = serializers.EmailField(max_length=254, help_text="Of the owner.")
    owner_name = serializers.CharField(required=False, allow_blank=True, max_length=80)
    property_name = serializers.CharField(required=False, allow_blank=True, max_length=80)
    link_slug = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=60
    )
    language = serializers.CharField(required=False, allow_blank=True, max_length=10)
    limits = LimitsBody(required=False)
    email_verified = serializers.BooleanField(
        required=False, help_text="You have proven yourself that the owner reads this address."
    )


class DryRunQuery(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Say what would happen and write nothing."
    )


@sample({"rows": [{"external_id": "customer-17", "name": "Ann's shop", "email": "ann@e.org"}]})
class BatchBody(StrictSerializer):
    """Rows as in `POST /provisioning/accounts`. A row that cannot be read fails alone."""

    rows = serializers.ListField(child=serializers.DictField(), allow_empty=False)


class RowLinkOut(OutputSerializer):
    id = serializers.UUIDField()
    token = serializers.CharField()
    url = serializers.CharField(help_text="What you hand out.")


@sample(RESULT)
class ResultOut(OutputSerializer):
    """What became of a row."""

    row = serializers.IntegerField(help_text="Counted from 1.")
    status = serializers.ChoiceField([*STATUSES, "waiting"])
    code = serializers.CharField(allow_null=True, help_text="Why it failed.")
    detail = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    external_id = serializers.CharField()
    account = serializers.UUIDField(allow_null=True)
    property = serializers.UUIDField(allow_null=True)
    link = RowLinkOut(allow_null=True)
    sign_in_url = serializers.CharField(
        allow_null=True,
        help_text="For the owner, once, within 7 days; null if they have a password.",
    )


@sample(BATCH, status_codes=["200", "202"])
class BatchOut(OutputSerializer):
    """A batch and how far it is."""

    id = serializers.UUIDField(source="uuid", allow_null=True)
    state = serializers.ChoiceField(ProvisioningBatch.State.choices)
    dry_run = serializers.BooleanField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    created = serializers.IntegerField()
    exists = serializers.IntegerField()
    updated = serializers.IntegerField()
    failed = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


@sample(ANSWER)
class BatchAnswerOut(BatchOut):
    """A batch that was done at once; it has no id, because nothing is left to ask about."""

    rows = ResultOut(many=True)


class OwnerOut(OutputSerializer):
    name = serializers.CharField()
    email = serializers.CharField()


@sample(ACCOUNT)
class ProvisionedAccountOut(OutputSerializer):
    """An account of this installation."""

    id = serializers.UUIDField(source="uuid")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    status = serializers.ChoiceField(Account.Status.choices)
    created_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(
        allow_null=True, help_text="When deletion was asked for; it can still be restored."
    )
    limits = serializers.DictField(child=serializers.IntegerField(), source="limits_in_force")
    owners = OwnerOut(many=True)
    link = RowLinkOut(allow_null=True, source="first_link")


@sample({"name": "Ann's shop", "limits": {"members": 10, "links": None}})
class ProvisionedAccountBody(StrictSerializer):
    """What to change; a limit of null goes back to the default."""

    name = serializers.CharField(required=False, max_length=80)
    limits = LimitsBody(required=False)


@sample({"url": RESULT["sign_in_url"], "expires_at": "2026-11-29T09:00:00Z"})
class SignInLinkOut(OutputSerializer):
    """A way in for the owner; it works once."""

    url = serializers.CharField()
    expires_at = serializers.DateTimeField()
