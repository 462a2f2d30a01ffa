from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema.openapi import operation
from api.v1.guests.views import GuestResource
from api.v1.privacy.serializers import GuestExportOut
from rooms.privacy.services import export_guest


class GuestExport(GuestResource):
    @operation("guests.export", "Everything known about a guest", GuestExportOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(GuestExportOut, export_guest(self.read(uuid)))
