from __future__ import annotations

import django_filters

from api.filters import FlagFilter, MomentFilter


class ArrivalFilter(django_filters.FilterSet):
    property = django_filters.UUIDFilter("link__property__uuid")
    link = django_filters.UUIDFilter("link__uuid")
    guest = django_filters.UUIDFilter("guest__uuid")
    room = django_filters.UUIDFilter("room__uuid")
    answered = FlagFilter("answered_at")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lt")
