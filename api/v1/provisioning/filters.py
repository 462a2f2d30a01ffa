from __future__ import annotations

from typing import Any

import django_filters

from accounts.team.models import Membership
from accounts.tenants.models import Account
from api.filters import FlagFilter, MomentFilter
from rooms.provisioning.bulk.results import STATUSES


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
