"""The accounts of the installation, as the platform sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.limits import limits, usage
from accounts.sign_in.services import create_sign_in_link, sign_in_url
from accounts.team.models import Membership
from accounts.team.services.accounts import (
    change_limits,
    delete_account,
    rename_account,
    restore_account,
    resume_account,
    suspend_account,
)
from accounts.tenants.access import get_any_account
from accounts.tenants.models import Account
from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, PageQuery, page_of
from api.v1.account.serializers import UsageOut
from api.v1.provisioning.filters import AccountFilter
from api.v1.provisioning.serializers import (
    DryRunQuery,
    ProvisionBody,
    ProvisionedAccountBody,
    ProvisionedAccountOut,
    ResultOut,
    SignInLinkOut,
)
from rooms.base.validation import clean_line
from rooms.links.addresses import link_url
from rooms.provisioning.bulk.chunks import provision_row
from rooms.provisioning.bulk.existing import find_first_links
from rooms.provisioning.bulk.results import CREATED, describe


class AnyAccount(Resource):
    """Base: names an account by its id or external_id, deleted ones too."""

    def read(self, name: str) -> Account:
        """Raises NotFound."""
        account = get_any_account(name, _with_owners())
        _complete([account])
        return account

    def act(self, name: str, service: Callable[..., Account]) -> Response:
        self.read_body(NoBody)
        service(account=get_any_account(name), actor=self.caller.actor)
        return self.render(ProvisionedAccountOut, self.read(name))


class Accounts(AnyAccount):
    @operation(
        "provisioning.list_accounts",
        "List accounts, newest first",
        page_of(ProvisionedAccountOut),
        query=PageQuery,
        filters=AccountFilter,
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery, AccountFilter)
        page, following = self.cut(self.narrow(AccountFilter, _with_owners()), query)
        _complete(page)
        items = ProvisionedAccountOut(page, many=True).data
        return Response({"items": items, "next": following})

    @operation(
        "provisioning.open",
        "Open an account",
        ResultOut,
        body=ProvisionBody,
        query=DryRunQuery,
        status=201,
        also={200: ResultOut},
        description="201 if it was opened, 200 if it was there already. See the batch for many.",
    )
    def post(self, request: Request) -> Response:
        dry_run = self.read_query(DryRunQuery)["dry_run"]
        body = self.read_body(ProvisionBody)
        result = provision_row(body, actor=self.caller.actor, dry_run=dry_run)
        opened = result.status == CREATED and not dry_run
        return Response(ResultOut(describe(result)).data, status=201 if opened else 200)


class ProvisionedAccountDetail(AnyAccount):
    @operation("provisioning.read_account", "Read an account", ProvisionedAccountOut)
    def get(self, request: Request, account: str) -> Response:
        return self.render(ProvisionedAccountOut, self.read(account))

    @operation(
        "provisioning.update_account",
        "Rename an account, set its limits",
        ProvisionedAccountOut,
        body=ProvisionedAccountBody,
    )
    def patch(self, request: Request, account: str) -> Response:
        body = self.read_body(ProvisionedAccountBody)
        actor = self.caller.actor
        with self.changing(
            ProvisionedAccountOut, self.read(account), lambda: self.read(account)
        ) as held:
            if "name" in body:
                name = clean_line(body["name"], "name")
                rename_account(account=held, name=name, actor=actor)
            if "limits" in body:
                change_limits(account=held, changes=body["limits"], actor=actor)
        return self.render(ProvisionedAccountOut, self.read(account))

    @operation(
        "provisioning.delete_account",
        "Close an account; its rows go after the grace period",
        None,
        status=204,
    )
    def delete(self, request: Request, account: str) -> Response:
        delete_account(account=get_any_account(account), actor=self.caller.actor)
        return Response(status=204)


class ProvisionedAccountUsage(AnyAccount):
    @operation("provisioning.usage", "How much of each limit an account uses", UsageOut)
    def get(self, request: Request, account: str) -> Response:
        return self.render(UsageOut, {"items": usage.read_usage(get_any_account(account))})


class AccountSuspend(AnyAccount):
    @operation(
        "provisioning.suspend", "Stop an account, keep its data", ProvisionedAccountOut, body=NoBody
    )
    def post(self, request: Request, account: str) -> Response:
        return self.act(account, suspend_account)


class AccountResume(AnyAccount):
    @operation("provisioning.resume", "Let an account go on", ProvisionedAccountOut, body=NoBody)
    def post(self, request: Request, account: str) -> Response:
        return self.act(account, resume_account)


class AccountRestore(AnyAccount):
    @operation(
        "provisioning.restore",
        "Take back a deletion within the grace period",
        ProvisionedAccountOut,
        body=NoBody,
    )
    def post(self, request: Request, account: str) -> Response:
        return self.act(account, restore_account)


class AccountSignIn(AnyAccount):
    @operation(
        "provisioning.sign_in_link",
        "Make a new sign-in link for the owner",
        SignInLinkOut,
        body=NoBody,
        status=201,
        description="Only while the owner has no password; earlier links stop working.",
    )
    def post(self, request: Request, account: str) -> Response:
        self.read_body(NoBody)
        link = create_sign_in_link(account=get_any_account(account), actor=self.caller.actor)
        made = {"url": sign_in_url(link.uuid), "expires_at": link.expires_at}
        return self.render(SignInLinkOut, made, status=201)


def _with_owners() -> QuerySet[Account]:
    owners = Membership.objects.filter(role=Membership.Role.OWNER).select_related("user")
    return Account.objects.prefetch_related(
        Prefetch("memberships", owners.order_by("pk"), to_attr="owner_rows")
    )


def _complete(accounts: list[Any]) -> None:
    """Add to the rows what their serializer shows besides columns: one query."""
    links = find_first_links(accounts)
    for account in accounts:
        account.limits_in_force = {n: limits.get_limit(account, n) for n in limits.NAMES}
        account.owners = [
            {"name": place.user.display_name, "email": place.user.email}
            for place in account.owner_rows
        ]
        link = links.get(account.pk)
        account.first_link = link and {
            "id": link.uuid,
            "token": link.token,
            "url": link_url(link),
        }
