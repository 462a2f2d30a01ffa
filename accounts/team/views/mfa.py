"""The account demands a second factor: its owner says so, its members set one up."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.team.access import MemberRequest, owner_required
from accounts.team.mfa import find_deadline, is_overdue
from accounts.team.services.accounts import demand_mfa
from accounts.users.confirmation import confirmation_required


@login_required
def show_mfa(request: HttpRequest) -> HttpResponse:
    """All that a member without a second factor sees once the time is over."""
    membership = cast(MemberRequest, request).membership
    if not membership or find_deadline(membership) is None:
        return redirect("accounts:account")
    others = [one for one in cast(MemberRequest, request).memberships if one != membership]
    context = {"account": membership.account, "is_overdue": is_overdue(membership)}
    return render(request, "accounts/mfa.html", context | {"others": others})


@require_POST
@owner_required
@confirmation_required
def demand(request: MemberRequest) -> HttpResponse:
    """Demand a second factor or stop that, as `required` says; a repeat changes nothing."""
    required = request.POST.get("required") == "1"
    demand_mfa(account=request.account, required=required, actor=request.user)
    done = _("A second factor is demanded.") if required else _("No second factor is demanded.")
    messages.success(request, done)
    return redirect("accounts:account")
