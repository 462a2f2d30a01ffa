from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.arrivals.filters import ArrivalFilter
from api.v1.arrivals.serializers import ArrivalOut
from rooms.arrivals.access import get_arrival
from rooms.arrivals.models import Arrival


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
