from __future__ import annotations

import django_filters

from rooms.notifications.models import Delivery


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Delivery.State.choices)
    arrival = django_filters.UUIDFilter("arrival__uuid")
    target = django_filters.UUIDFilter("target__uuid")
