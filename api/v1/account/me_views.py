from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.v1.account.me import MeOut


class Me(Resource):
    @operation("me.read", "Who am I?", MeOut)
    def get(self, request: Request) -> Response:
        return self.render(MeOut, self.caller)
