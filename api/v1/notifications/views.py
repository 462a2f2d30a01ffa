from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.notifications.filters import DeliveryFilter
from api.v1.notifications.serializers import DeliveryOut
from rooms.notifications.access import get_delivery
from rooms.notifications.models import Delivery


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
