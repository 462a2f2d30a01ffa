from __future__ import annotations

import django_filters

from api.filters import FlagFilter, MomentFilter


class GuestFilter(django_filters.FilterSet):
    nickname = django_filters.CharFilter(lookup_expr="icontains")
    blocked = FlagFilter("blocked_at")
    seen_since = MomentFilter("last_seen_at", lookup_expr="gte")
