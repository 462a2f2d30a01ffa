from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.errors import Invalid, NotFound
from accounts.limits import rate_limits
from accounts.targets.models import Target
from accounts.targets.services import remove_target, set_target_enabled
from accounts.team.access import get_membership
from accounts.team.models import Membership
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import page_of
from api.v1.notifications.serializers import TargetBody, TargetOut, TargetPatchBody
from rooms.notifications.channels import channel_of
from rooms.notifications.queue import ask_for_proof
from rooms.notifications.targets import add_address


class TargetResource(Resource):
    def list_rows(self) -> QuerySet[Target]:
        """A member's own targets; for a key those of all members."""
        rows = Target.objects.for_account(self.account).select_related("membership")
        return rows if self.membership is None else rows.filter(membership=self.membership)

    def read(self, uuid: UUID) -> Target:
        """Raises NotFound."""
        found = self.list_rows().filter(uuid=uuid).first()
        if found is None:
            raise NotFound
        return found


class Targets(TargetResource):
    @operation("targets.list", "List targets", page_of(TargetOut))
    def get(self, request: Request) -> Response:
        return self.render_page(TargetOut, self.list_rows(), self.read_query())

    @operation("targets.create", "Add an address to call", TargetOut, body=TargetBody, status=201)
    def post(self, request: Request) -> Response:
        body = self.read_body(TargetBody)
        member = self.choose_member(body.get("member"))
        kind = body.get("kind", "email")
        address = channel_of(kind).parse_text(body["address"], body.get("token", ""))
        target = add_address(membership=member, kind=kind, address=address)
        if target.verified_at is None:
            rate_limits.hit("target", member.user.uuid)
            ask_for_proof(target)
        return self.render(TargetOut, target, status=201)

    def choose_member(self, uuid: UUID | None) -> Membership:
        if self.membership is not None:
            if uuid not in (None, self.membership.uuid):
                raise Invalid("Add targets of your own.", field="member")
            return self.membership
        if uuid is None:
            raise Invalid("Say whose target this is.", field="member")
        return get_membership(self.account, uuid)


class TargetDetail(TargetResource):
    @operation("targets.read", "Read a target", TargetOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(TargetOut, self.read(uuid))

    @operation("targets.update", "Switch a target on or off", TargetOut, body=TargetPatchBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        target, body = self.read(uuid), self.read_body(TargetPatchBody)
        with self.changing(TargetOut, target, lambda: self.read(uuid)) as held:
            set_target_enabled(held, body["enabled"])
        return self.render(TargetOut, held)

    @operation("targets.remove", "Remove a target", None, status=204)
    def delete(self, request: Request, uuid: UUID) -> Response:
        remove_target(self.read(uuid))
        return Response(status=204)
