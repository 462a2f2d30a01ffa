"""The account as one file, for its owners alone."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import trail
from accounts.base.errors import NotFound
from accounts.base.streaming import answer_file
from accounts.team.access import MemberRequest, owner_required
from accounts.users.confirmation import confirmation_required, require_confirmation
from rooms.privacy.exports import ask_for_export
from rooms.privacy.models import AccountExport

SHOWN = 10


@owner_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmation_required
def show_exports(request: MemberRequest) -> HttpResponseBase:
    """List what was made, and have a new one made. Raises Conflict, RateLimited."""
    if request.method == "POST":
        ask_for_export(account=request.account, user=request.user)
        messages.success(request, _("It is being made. A mail says when it is ready."))
        return redirect("rooms:exports")
    rows = AccountExport.objects.for_account(request.account).order_by("-pk")[:SHOWN]
    return render(request, "rooms/privacy/exports.html", {"exports": list(rows)})


@owner_required
@require_safe
def download_export(request: MemberRequest, uuid: UUID) -> HttpResponseBase:
    """Raises NotFound, also once its day is over; also looking at it asks for a confirmation."""
    found = AccountExport.objects.for_account(request.account).filter(uuid=uuid).first()
    if found is None or not found.is_ready:
        raise NotFound
    require_confirmation(request)
    trail.record(request.account, request.user, "account.export_downloaded", found.uuid)
    file = default_storage.open(str(found.file.name))
    response = answer_file(request, file, f"doorbell-{found.created_at:%Y-%m-%d}.zip")
    response["Cache-Control"] = "no-store"
    return response
