from __future__ import annotations

from typing import Any

import django_filters

from api.filters import BegunFilter, MomentFilter
from rooms.conversations.models import Room


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
