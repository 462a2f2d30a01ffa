from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.base.errors import NotFound
from accounts.limits import usage
from accounts.team.access import (
    SESSION_KEY,
    MemberRequest,
    get_closed,
    list_closed,
    list_memberships,
    manager_required,
    member_required,
    owner_required,
)
from accounts.team.mails import send_closed
from accounts.team.services.accounts import delete_account, rename_account, restore_account
from accounts.tenants.forms import AccountForm, DeleteAccountForm
from accounts.users.confirmation import confirmation_required
from accounts.users.forms import ProfileForm
from accounts.users.models import User


@member_required
def show_account(request: MemberRequest) -> HttpResponse:
    """The person and the account they are in."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["name", "language"])
        return _answer_in(form.instance.language)
    context = {
        "profile_form": form,
        "account_form": AccountForm(instance=request.account),
        "usage": usage.read_usage(request.account),
        "closed": list_closed(request.user),
    }
    return render(request, "accounts/account.html", context)


def _answer_in(language: str) -> HttpResponse:
    """Go back to the page; the cookie keeps the language for pages without a sign-in."""
    response = redirect("accounts:account")
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


@require_POST
@manager_required
def rename(request: MemberRequest) -> HttpResponse:
    form = AccountForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        rename_account(account=request.account, name=name, actor=request.user)
        messages.success(request, _("The account is now called %(name)s.") % {"name": name})
    else:
        messages.error(request, _("An account needs a name of up to 80 characters."))
    return redirect("accounts:account")


@owner_required
@confirmation_required
def delete(request: MemberRequest) -> HttpResponse:
    """Name what will be lost, then close the account."""
    form = DeleteAccountForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        delete_account(account=request.account, actor=request.user)
        send_closed(request.account)
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("The account is closed."))
        return redirect("accounts:closed")
    contents = usage.count_contents(request.account)
    context = {
        "form": form,
        "contents": contents,
        "members": request.account.memberships.count(),
        "days": settings.ACCOUNT_GRACE_DAYS,
    }
    return render(request, "accounts/delete.html", context)


@login_required
def show_closed(request: HttpRequest) -> HttpResponse:
    """The accounts an owner may have back, and until when."""
    assert isinstance(request.user, User)
    return render(request, "accounts/closed.html", {"closed": list_closed(request.user)})


@require_POST
@login_required
def restore(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the deletion back. Raises NotFound."""
    assert isinstance(request.user, User)
    account = get_closed(request.user, uuid)
    restore_account(account=account, actor=request.user)
    request.session[SESSION_KEY] = str(account.uuid)
    messages.success(request, _("“%s” is open again.") % account.name)
    return redirect("accounts:account")


@require_POST
@login_required
def switch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make another of the person's accounts the current one. Raises NotFound."""
    assert isinstance(request.user, User)
    if not any(place.account.uuid == uuid for place in list_memberships(request.user)):
        raise NotFound
    request.session[SESSION_KEY] = str(uuid)
    return redirect(settings.LOGIN_REDIRECT_URL)
