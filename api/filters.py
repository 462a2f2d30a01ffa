"""What lists can be narrowed by. Only what is declared here reaches a query."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiParameter

from accounts.team.models import Membership
from accounts.tenants.models import Account
from rooms.conversations.models import Room
from rooms.notifications.models import Delivery
from rooms.provisioning.bulk.results import STATUSES
from rooms.webhooks.models import WebhookDelivery


class MomentField(django_filters.fields.IsoDateTimeField):
    """A point in time, as UTC: PostgreSQL does not take every offset that ISO 8601 writes."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class FlagFilter(django_filters.TypedChoiceFilter):
    """Whether a moment has come: `true` or `false`, and nothing that only looks like it."""

    def __init__(self, moment: str) -> None:
        super().__init__(
            moment,
            lookup_expr="isnull",
            exclude=True,
            choices=[("true", "true"), ("false", "false")],
            coerce=lambda value: value == "true",
        )


class BegunFilter(django_filters.TypedChoiceFilter):
    """Whether something was said in the room, or somebody opened it on purpose."""

    def __init__(self) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda value: value == "true")

    def filter(self, qs: Any, value: bool | str) -> Any:
        if value == "":
            return qs
        return qs.begun() if value else qs.wordless()


FORMATS = {
    django_filters.UUIDFilter: {"type": "string", "format": "uuid"},
    MomentFilter: {"type": "string", "format": "date-time"},
    FlagFilter: {"type": "boolean"},
    BegunFilter: {"type": "boolean"},
}


class RoomFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Room.Status.choices)
    property = django_filters.UUIDFilter("property__uuid")
    link = django_filters.UUIDFilter("link__uuid")
    assignee = django_filters.UUIDFilter("assignee__uuid")
    tag = django_filters.CharFilter(method="filter_tag")
    begun = BegunFilter()
    active_since = MomentFilter("activity_at", lookup_expr="gte")
    active_until = MomentFilter("activity_at", lookup_expr="lt")

    def filter_tag(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(tags__contains=[value])


class MessageFilter(django_filters.FilterSet):
    room = django_filters.UUIDFilter("room__uuid")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lt")


class GuestFilter(django_filters.FilterSet):
    nickname = django_filters.CharFilter(lookup_expr="icontains")
    blocked = FlagFilter("blocked_at")
    seen_since = MomentFilter("last_seen_at", lookup_expr="gte")


class ArrivalFilter(django_filters.FilterSet):
    property = django_filters.UUIDFilter("link__property__uuid")
    link = django_filters.UUIDFilter("link__uuid")
    guest = django_filters.UUIDFilter("guest__uuid")
    room = django_filters.UUIDFilter("room__uuid")
    answered = FlagFilter("answered_at")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lt")


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Delivery.State.choices)
    arrival = django_filters.UUIDFilter("arrival__uuid")
    target = django_filters.UUIDFilter("target__uuid")


class WebhookDeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    event = django_filters.CharFilter(max_length=32)
    since = MomentFilter("created_at", lookup_expr="gte")
    until = MomentFilter("created_at", lookup_expr="lt")


class AuditFilter(django_filters.FilterSet):
    action = django_filters.CharFilter()
    actor = django_filters.CharFilter()
    object = django_filters.UUIDFilter("object_id")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lt")


def describe_filters(filters: type[Any]) -> list[OpenApiParameter]:
    """Return the filters as query parameters for the contract."""
    return [OpenApiParameter(name, _schema_of(one)) for name, one in filters.base_filters.items()]


def _schema_of(one: Any) -> dict[str, Any]:
    if isinstance(one, django_filters.ChoiceFilter):
        return {"type": "string", "enum": [value for value, _ in one.extra["choices"]]}
    return FORMATS.get(type(one), {"type": "string"})


class AccountFilter(django_filters.FilterSet):
    external_id = django_filters.CharFilter(max_length=120)
    name = django_filters.CharFilter(lookup_expr="icontains")
    owner = django_filters.CharFilter(method="filter_owner")
    status = django_filters.ChoiceFilter(choices=Account.Status.choices)
    deleted = FlagFilter("deleted_at")
    created_since = MomentFilter("created_at", lookup_expr="gte")
    created_until = MomentFilter("created_at", lookup_expr="lt")

    def filter_owner(self, rows: Any, name: str, value: str) -> Any:
        owners = Membership.objects.filter(
            role=Membership.Role.OWNER, user__email=value.strip().lower()
        )
        return rows.filter(pk__in=owners.values("account_id"))


class BatchRowFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=[(status, status) for status in STATUSES])
