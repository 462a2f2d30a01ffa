from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from api.openapi import operation
from api.serializers.me import MeOut
from api.views.base import Resource


class Me(Resource):
    @operation("me.read", "Who am I?", MeOut)
    def get(self, request: Request) -> Response:
        return self.render(MeOut, self.caller)
