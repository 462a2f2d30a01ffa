from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit.models import AuditEvent
from accounts.base.errors import Forbidden
from accounts.limits import limits, usage
from accounts.team.models import Membership
from accounts.team.services.accounts import demand_mfa, rename_account
from accounts.tenants.models import Account
from accounts.users.confirmation import check_confirmed
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import PageQuery, page_of
from api.v1.account.filters import AuditFilter
from api.v1.account.serializers import AccountBody, AccountOut, AuditEventOut, UsageOut
from rooms.base.validation import clean_line


class AccountDetail(Resource):
    def read(self) -> Account:
        account = Account.objects.get(pk=self.account.pk)
        in_force = {name: limits.get_limit(account, name) for name in limits.NAMES}
        account.limits_in_force = in_force  # type: ignore[attr-defined]
        return account

    @operation("account.read", "Read the account and its limits", AccountOut)
    def get(self, request: Request) -> Response:
        return self.render(AccountOut, self.read())

    @operation("account.update", "Change the account", AccountOut, body=AccountBody)
    def patch(self, request: Request) -> Response:
        body = self.read_body(AccountBody)
        if "mfa_required" in body and self.membership is not None:
            self.check_owner(self.membership)
        with self.changing(AccountOut, self.read(), self.read) as held:
            if "name" in body:
                name = clean_line(body["name"], "name")
                rename_account(account=held, name=name, actor=self.caller.actor)
            if "mfa_required" in body:
                required = body["mfa_required"]
                demand_mfa(account=held, required=required, actor=self.caller.actor)
                held.refresh_from_db(fields=["mfa_required_since"])
        return self.render(AccountOut, held)

    def check_owner(self, membership: Membership) -> None:
        """Raises Forbidden, ConfirmationRequired."""
        if membership.role != Membership.Role.OWNER:
            raise Forbidden
        check_confirmed(self.request._request)


class AccountUsage(Resource):
    @operation("account.usage", "How much of each limit is used", UsageOut)
    def get(self, request: Request) -> Response:
        return self.render(UsageOut, {"items": usage.read_usage(self.account)})


class AuditEvents(Resource):
    @operation(
        "audit_events.list",
        "Who did what, newest first",
        page_of(AuditEventOut),
        query=PageQuery,
        filters=AuditFilter,
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, AuditFilter)
        rows = self.narrow(AuditFilter, AuditEvent.objects.for_account(self.account))
        return self.render_page(AuditEventOut, rows, query)
