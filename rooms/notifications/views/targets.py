"""Where I am called, when the property calls, and what became of the last calls."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.base import refusals
from accounts.base.errors import Invalid
from accounts.limits import rate_limits
from accounts.targets.access import get_target
from accounts.targets.models import Target
from accounts.targets.services import confirm_target, remove_target, set_target_enabled
from accounts.team.access import MemberRequest, member_required
from accounts.team.services.members import set_on_duty
from rooms.notifications.channels import CHANNELS, channel_of, list_available
from rooms.notifications.channels.base import Channel
from rooms.notifications.models import Delivery
from rooms.notifications.queue import ask_for_proof, ask_for_test
from rooms.notifications.targets import add_address
from rooms.properties.models import Property

DELIVERIES_SHOWN = 30
# So many channels are offered without a further tap.
COMMON = 5
TEST_RATE = "5/600"


class DeliveryRow(NamedTuple):
    """A delivery as the page tells it."""

    delivery: Delivery
    address: str
    is_new: bool
    took_s: int


@never_cache
@member_required
@require_safe
def show_notifications(request: MemberRequest) -> HttpResponse:
    return _show_page(request)


@member_required
@require_POST
def add_target(request: MemberRequest) -> HttpResponse:
    """Add an address of the channel that `kind` names; e-mail if it names none."""
    channel = CHANNELS.get(request.POST.get("kind", "email"))
    if channel is None or not channel.is_available:
        raise Invalid("There is no such channel.", field="kind")
    form = channel.form(request.POST)
    if form.is_valid():
        with refusals.on_form(form, next(iter(form.fields))):
            address = channel.parse(form.cleaned_data)
            target = add_address(membership=request.membership, kind=channel.kind, address=address)
            if target.verified_at is None:
                _send_proof(request, target)
            else:
                shown = channel.describe(target)
                messages.success(request, _("From now on %s is told about arrivals.") % shown)
            return redirect("rooms:notifications")
    return _show_page(request, (channel, form), status=400)


@member_required
@require_POST
def switch_target(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Switch on or off, as `enabled` says; a repeat changes nothing."""
    target = get_target(request.membership, uuid)
    set_target_enabled(target, request.POST.get("enabled") == "1")
    return redirect("rooms:notifications")


@member_required
@require_POST
def switch_duty(request: MemberRequest) -> HttpResponse:
    """Say that I am on duty or not, as `on` says; a repeat changes nothing."""
    set_on_duty(membership=request.membership, on_duty=request.POST.get("on") == "1")
    return redirect("rooms:notifications")


@member_required
@require_POST
def delete_target(request: MemberRequest, uuid: UUID) -> HttpResponse:
    remove_target(get_target(request.membership, uuid))
    messages.success(request, _("The address is removed."))
    return redirect("rooms:notifications")


@member_required
@require_POST
def prove_target(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Send the confirmation mail again. Raises RateLimited."""
    _send_proof(request, get_target(request.membership, uuid))
    return redirect("rooms:notifications")


@member_required
@require_POST
def test_target(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Call this address as if somebody had arrived. Raises RateLimited."""
    target = get_target(request.membership, uuid)
    if target.verified_at is not None:
        rate_limits.hit("target_test", request.user.uuid, rate=TEST_RATE)
        if ask_for_test(target):
            messages.success(request, _("A test is on its way."))
        else:
            messages.error(request, _("The test could not be sent. Please try again in a minute."))
    return redirect("rooms:notifications")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the confirmation mail leads; the button, not the visit, agrees: scanners follow links.

    Raises NotFound.
    """
    target = confirm_target(token) if request.method == "POST" else None
    address = channel_of(target.kind).describe(target) if target else ""
    return render(request, "rooms/notifications/confirm.html", {"address": address})


def list_rows(request: MemberRequest) -> list[DeliveryRow]:
    """Return the account's last deliveries, newest first; agents see their own. One query."""
    deliveries = Delivery.objects.for_account(request.account).with_story()
    if not request.membership.is_manager:
        deliveries = deliveries.filter(target__membership=request.membership)
    shown = deliveries.order_by("-id")[:DELIVERIES_SHOWN]
    return [_describe(delivery) for delivery in shown]


def _describe(delivery: Delivery) -> DeliveryRow:
    now, arrived_at = timezone.now(), delivery.arrival.at
    return DeliveryRow(
        delivery=delivery,
        address=channel_of(delivery.target.kind).describe(delivery.target),
        is_new=now - arrived_at < timedelta(minutes=1),
        took_s=round(((delivery.finished_at or now) - arrived_at).total_seconds()),
    )


def _show_page(
    request: MemberRequest, filled: tuple[Channel, Form] | None = None, status: int = 200
) -> HttpResponse:
    targets = request.membership.targets.order_by("id")
    forms = {channel: channel.form() for channel in list_available()}
    if filled is not None:
        forms[filled[0]] = filled[1]
    rows = list(forms.items())
    context = {
        "forms": rows[:COMMON],
        "more": rows[COMMON:],
        "is_more_open": any(form.is_bound for _, form in rows[COMMON:]),
        "targets": [
            (target, channel_of(target.kind), channel_of(target.kind).describe(target))
            for target in targets
        ],
        "reachable": any(target.enabled and target.verified_at for target in targets),
        "properties": Property.objects.for_account(request.account).active().order_by("name", "id"),
        "callees": Target.objects.for_account(request.account).usable().count(),
        "rows": list_rows(request),
    }
    return render(request, "rooms/notifications/page.html", context, status=status)


def _send_proof(request: MemberRequest, target: Target) -> None:
    rate_limits.hit("target", request.user.uuid)
    channel = channel_of(target.kind)
    if ask_for_proof(target):
        messages.success(request, channel.proof_sent % channel.describe(target))
    else:
        messages.error(request, channel.proof_failed)
