from __future__ import annotations

import django_filters

from api.filters import MomentFilter
from rooms.webhooks.models import WebhookDelivery


class WebhookDeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    event = django_filters.CharFilter(max_length=32)
    since = MomentFilter("created_at", lookup_expr="gte")
    until = MomentFilter("created_at", lookup_expr="lt")
