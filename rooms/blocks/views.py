from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.base import refusals
from accounts.team.access import MemberRequest, member_required
from rooms.blocks.access import get_block
from rooms.blocks.forms import BlockForm
from rooms.blocks.models import Block
from rooms.blocks.services import block, end_block
from rooms.guests.access import get_guest

PAGE_ROWS = 50


@member_required
@require_safe
def list_blocks(request: MemberRequest) -> HttpResponse:
    """Show who may not come in, the newest first."""
    blocks = Block.objects.for_account(request.account).active().order_by("-id")
    page = Paginator(blocks, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "rooms/blocks/list.html", {"page": page})


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def block_guest(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Ask how far, then show the guest out. Raises GuestNotFound."""
    guest = get_guest(request.account, uuid)
    guest.account = request.account
    form = BlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            block(guest=guest, actor=request.user, **form.cleaned_data)
            messages.success(request, _("%s cannot come in any more.") % guest.display_name)
            return redirect("rooms:blocks")
    context = {"form": form, "guest": guest}
    status = 422 if form.is_bound else 200
    return render(request, "rooms/blocks/new.html", context, status=status)


@member_required
@require_POST
def end(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Raises BlockNotFound."""
    found = get_block(request.account, uuid)
    found.account = request.account
    end_block(block=found, actor=request.user)
    messages.success(request, _("The block has ended."))
    return redirect("rooms:blocks")
