from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import ArrivalFilter, DeliveryFilter
from api.openapi import operation
from api.serializers.base import PageQuery, page_of
from api.serializers.guests import ArrivalOut, DeliveryOut
from api.views.base import Resource
from rooms.arrivals.access import get_arrival
from rooms.arrivals.models import Arrival
from rooms.notifications.access import get_delivery
from rooms.notifications.models import Delivery


class Arrivals(Resource):
    @operation(
        "arrivals.list",
        "List arrivals",
        page_of(ArrivalOut),
        query=PageQuery,
        filters=ArrivalFilter,
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, ArrivalFilter)
        rows = Arrival.objects.for_account(self.account)
        rows = self.narrow(ArrivalFilter, rows.select_related("link", "guest", "room"))
        return self.render_page(ArrivalOut, rows, query)


class ArrivalDetail(Resource):
    @operation("arrivals.read", "Read an arrival", ArrivalOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(ArrivalOut, get_arrival(self.account, uuid))


class Deliveries(Resource):
    @operation(
        "deliveries.list",
        "List deliveries",
        page_of(DeliveryOut),
        query=PageQuery,
        filters=DeliveryFilter,
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, DeliveryFilter)
        rows = Delivery.objects.for_account(self.account)
        rows = self.narrow(DeliveryFilter, rows.select_related("arrival", "target"))
        return self.render_page(DeliveryOut, rows, query)


class DeliveryDetail(Resource):
    @operation("deliveries.read", "Read a delivery", DeliveryOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(DeliveryOut, get_delivery(self.account, uuid))
