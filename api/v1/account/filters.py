from __future__ import annotations

import django_filters

from api.filters import MomentFilter


class AuditFilter(django_filters.FilterSet):
    action = django_filters.CharFilter()
    actor = django_filters.CharFilter()
    object = django_filters.UUIDFilter("object_id")
    since = MomentFilter("at", lookup_expr="gte")
    until = MomentFilter("at", lookup_expr="lt")
