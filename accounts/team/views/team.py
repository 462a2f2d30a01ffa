from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.base import refusals
from accounts.base.errors import NotFound
from accounts.limits import rate_limits
from accounts.team import mails
from accounts.team.access import (
    MemberRequest,
    get_invitation,
    get_membership,
    manager_required,
    member_required,
)
from accounts.team.forms import ROLE_LABELS, InviteForm, RemoveForm, RoleForm, list_roles
from accounts.team.models import Invitation, Membership
from accounts.team.services.invitations import cancel_invitation, create_invitation
from accounts.team.services.members import change_role, remove_member
from accounts.users.confirmation import confirmation_required, require_confirmation


@member_required
def show_team(request: MemberRequest) -> HttpResponse:
    """The members, and for managers the way to get more of them."""
    form = InviteForm(request.POST or None, by=request.membership)
    if request.method == "POST":
        if not request.membership.is_manager:
            raise NotFound
        if form.is_valid() and form.cleaned_data["role"] == Membership.Role.OWNER:
            require_confirmation(request)
        if form.is_valid():
            with refusals.on_form(form, "email"):
                _invite(request, form)
        if form.is_valid():
            return redirect("accounts:team")
    members = list(request.account.memberships.select_related("user").order_by("pk"))
    waiting = Invitation.objects.for_account(request.account).waiting()
    context = {
        "members": [(member, ROLE_LABELS[Membership.Role(member.role)]) for member in members],
        "owners": sum(member.role == Membership.Role.OWNER for member in members),
        "invitations": [
            (offer, ROLE_LABELS[Membership.Role(offer.role)]) for offer in waiting.order_by("pk")
        ],
        "roles": list_roles(request.membership),
        "form": form,
        "offer": request.session.pop("offer", None),
    }
    return render(request, "accounts/team.html", context)


def _invite(request: MemberRequest, form: InviteForm) -> None:
    rate_limits.hit("invite", request.account.uuid)
    invitation, token = create_invitation(
        account=request.account,
        email=form.cleaned_data["email"],
        role=form.cleaned_data["role"],
        actor=request.user,
    )
    sent, link = mails.send_invitation(invitation, token)
    # For the manager to pass on by hand; the next page shows it, no later one.
    request.session["offer"] = {"email": invitation.email, "link": link, "sent": sent}


@require_POST
@manager_required
def cancel(request: MemberRequest, uuid: UUID) -> HttpResponse:
    invitation = get_invitation(request.account, uuid)
    with refusals.as_notice(request, _("The invitation was cancelled.")):
        cancel_invitation(invitation, request.user)
    return redirect("accounts:team")


@require_POST
@manager_required
@confirmation_required
def set_role(request: MemberRequest, uuid: UUID) -> HttpResponse:
    member = get_membership(request.account, uuid)
    form = RoleForm(request.POST, by=request.membership)
    if form.is_valid():
        with refusals.as_notice(request, _("The role was changed.")):
            role = form.cleaned_data["role"]
            change_role(membership=member, role=role, by=request.membership)
    return redirect("accounts:team")


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Take somebody out, and say which of their keys stay; or leave oneself."""
    member = get_membership(request.account, uuid)
    leaving = member == request.membership
    if not leaving and not request.membership.is_manager:
        raise NotFound
    keys = [] if leaving else _name_keys(member)
    form = RemoveForm(request.POST or None, keys=keys)
    if request.method != "POST" or (keys and not form.is_valid() and form.errors):
        return render(request, "accounts/remove.html", {"member": member, "form": form})
    require_confirmation(request)
    keep = _read_ids(request.POST.getlist("keep"))
    done = _("%(name)s is no longer on the team.") % {"name": member.user.display_name}
    with refusals.as_notice(request, done):
        remove_member(membership=member, by=request.membership, keep_keys=keep)
        if leaving:
            return redirect("accounts:home")
    return redirect("accounts:team")


def _name_keys(member: Membership) -> list[tuple[str, str]]:
    keys = member.account.api_keys.filter(created_by=member.user, revoked_at=None).order_by("pk")
    return [(str(key.uuid), f"{key.name} (db_{key.prefix}_…)") for key in keys if key.is_live]


def _read_ids(texts: list[str]) -> list[UUID]:
    """Raises NotFound: what is no id names no key of anybody."""
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound from None
