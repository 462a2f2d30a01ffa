from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.base import refusals
from accounts.keys.access import get_api_key
from accounts.keys.forms import SCOPE_LABELS, ApiKeyForm, RotateForm
from accounts.keys.models import ApiKey
from accounts.keys.services import create_api_key, revoke_api_key, rotate_api_key
from accounts.team.access import MemberRequest, manager_required
from accounts.users.confirmation import confirmation_required


@never_cache
@manager_required
@confirmation_required
def show_developers(request: MemberRequest) -> HttpResponse:
    """The account's keys. A new key's text is in this one answer and nowhere else."""
    form, fresh = ApiKeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        fresh = _create(request, form)
        form = ApiKeyForm()
    return _show(request, form, fresh)


def _show(request: MemberRequest, form: ApiKeyForm, fresh: str = "") -> HttpResponse:
    keys = ApiKey.objects.for_account(request.account).filter(revoked_at=None).order_by("-pk")
    context = {
        "keys": [(key, SCOPE_LABELS[ApiKey.Scope(key.scope)]) for key in keys],
        "form": form,
        "rotate_form": RotateForm(auto_id=False),
        "fresh": fresh,
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "accounts/developers.html", context)


def _create(request: MemberRequest, form: ApiKeyForm) -> str:
    _key, text = create_api_key(
        request.account,
        form.cleaned_data["name"],
        form.cleaned_data["scope"],
        expires_at=form.expires_at,
        created_by=request.user,
    )
    return text


@never_cache
@require_POST
@manager_required
@confirmation_required
def rotate(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Another key in this one's place, shown in this one answer. Raises Conflict."""
    key, form = get_api_key(request.account, uuid), RotateForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:developers")
    overlap = timedelta(hours=int(form.cleaned_data["hours"]))
    with refusals.as_notice(request):
        _fresh, text = rotate_api_key(key, overlap=overlap, actor=request.user)
        return _show(request, ApiKeyForm(), text)
    return redirect("accounts:developers")


@require_POST
@manager_required
def revoke(request: MemberRequest, uuid: UUID) -> HttpResponse:
    key = get_api_key(request.account, uuid)
    with refusals.as_notice(request, _("The key was revoked.")):
        revoke_api_key(key, request.user)
    return redirect("accounts:developers")
