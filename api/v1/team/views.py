from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.base.errors import Forbidden
from accounts.limits import rate_limits
from accounts.team import mails
from accounts.team.access import get_invitation, get_membership
from accounts.team.models import Invitation, Membership
from accounts.team.services.invitations import cancel_invitation, create_invitation
from accounts.team.services.members import change_role, remove_member, set_on_duty
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import page_of
from api.v1.team.serializers import (
    InvitationBody,
    InvitationOut,
    MemberBody,
    MemberOut,
    MemberRemoveBody,
    NewInvitationOut,
)


class MemberResource(Resource):
    def refuse_owners(self, *roles: str) -> None:
        """Only owners touch or make owners; any admin could otherwise do so by a key of theirs.

        Raises Forbidden.
        """
        mine = self.membership.role if self.membership is not None else Membership.Role.ADMIN
        if mine != Membership.Role.OWNER and Membership.Role.OWNER in roles:
            raise Forbidden


class Members(Resource):
    @operation("members.list", "List the members", page_of(MemberOut))
    def get(self, request: Request) -> Response:
        rows = Membership.objects.for_account(self.account).select_related("user")
        return self.render_page(MemberOut, rows, self.read_query(), order="id")


class MemberDetail(MemberResource):
    @operation("members.read", "Read a member", MemberOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(MemberOut, get_membership(self.account, uuid))

    @operation("members.update", "Change a member's role or duty", MemberOut, body=MemberBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        member, body = get_membership(self.account, uuid), self.read_body(MemberBody)
        role = body.get("role", member.role)
        self.refuse_owners(member.role, role)
        with self.changing(MemberOut, member, lambda: get_membership(self.account, uuid)) as held:
            if role != held.role:
                change_role(membership=held, role=role, by=self.membership, actor=self.caller.actor)
            if "on_duty" in body:
                set_on_duty(membership=held, on_duty=body["on_duty"])
        return self.render(MemberOut, held)

    @operation(
        "members.remove",
        "Take a member out of the account",
        None,
        body=MemberRemoveBody,
        status=204,
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        member = get_membership(self.account, uuid)
        self.refuse_owners(member.role)
        keep = self.read_body(MemberRemoveBody)["keep_keys"]
        by, actor = self.membership, self.caller.actor
        remove_member(membership=member, by=by, actor=actor, keep_keys=keep)
        return Response(status=204)


class Invitations(MemberResource):
    @operation("invitations.list", "List open invitations", page_of(InvitationOut))
    def get(self, request: Request) -> Response:
        rows = Invitation.objects.for_account(self.account).waiting()
        return self.render_page(InvitationOut, rows, self.read_query())

    @operation(
        "invitations.create",
        "Invite somebody by e-mail",
        NewInvitationOut,
        body=InvitationBody,
        status=201,
    )
    def post(self, request: Request) -> Response:
        body = self.read_body(InvitationBody)
        self.refuse_owners(body["role"])
        rate_limits.hit("invite", self.account.uuid)
        invitation, token = create_invitation(account=self.account, actor=self.caller.actor, **body)
        sent, url = mails.send_invitation(invitation, token)
        invitation.url, invitation.sent = url, sent  # type: ignore[attr-defined]
        return self.render(NewInvitationOut, invitation, status=201)


class InvitationDetail(Resource):
    @operation("invitations.read", "Read an invitation", InvitationOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(InvitationOut, get_invitation(self.account, uuid))

    @operation("invitations.cancel", "Cancel an invitation", None, status=204)
    def delete(self, request: Request, uuid: UUID) -> Response:
        cancel_invitation(get_invitation(self.account, uuid), self.caller.actor)
        return Response(status=204)
