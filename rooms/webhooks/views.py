"""Webhooks of the account: who is told what, with which secret, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.base import refusals
from accounts.team.access import MemberRequest, manager_required
from accounts.users.confirmation import confirmation_required
from rooms.webhooks import services
from rooms.webhooks.access import get_webhook, get_webhook_delivery
from rooms.webhooks.forms import WebhookForm
from rooms.webhooks.models import Webhook, WebhookDelivery
from rooms.webhooks.sweep import KEPT

DELIVERIES_SHOWN = 30


@never_cache
@manager_required
@confirmation_required
def list_webhooks(request: MemberRequest) -> HttpResponse:
    """The account's webhooks. A new one's secret is in this one answer and nowhere else."""
    form, fresh = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form, "url"):
            _webhook, fresh = services.create_webhook(
                account=request.account, actor=request.user, **form.cleaned_data
            )
            form = WebhookForm()
    failed = Count("deliveries", filter=Q(deliveries__state=WebhookDelivery.State.FAILED))
    rows = Webhook.objects.for_account(request.account).annotate(failed=failed)
    context = {"webhooks": rows.order_by("-id"), "form": form, "fresh": fresh}
    status = 400 if form.errors else 200
    return render(request, "rooms/webhooks/list.html", context, status=status)


@never_cache
@manager_required
def show_webhook(request: MemberRequest, uuid: UUID) -> HttpResponse:
    webhook = get_webhook(request.account, uuid)
    if request.method != "POST":
        return _show(request, webhook, _describe(webhook))
    form = WebhookForm(request.POST)
    if form.is_valid():
        with refusals.on_form(form, "url"):
            services.update_webhook(webhook=webhook, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("rooms:webhook", uuid)
    return _show(request, get_webhook(request.account, uuid), form, status=400)


@require_POST
@manager_required
@confirmation_required
def rotate(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """A new secret, shown in this one answer."""
    webhook = get_webhook(request.account, uuid)
    fresh = services.rotate_secret(webhook=webhook, actor=request.user)
    return _show(request, webhook, _describe(webhook), fresh=fresh)


@require_POST
@manager_required
def switch(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Switch on or off, as `enabled` says; a repeat changes nothing."""
    webhook = get_webhook(request.account, uuid)
    if request.POST.get("enabled") == "1":
        services.enable_webhook(webhook=webhook, actor=request.user)
    else:
        services.disable_webhook(webhook=webhook, actor=request.user)
    return redirect("rooms:webhook", uuid)


@require_POST
@manager_required
def ping(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Raises RateLimited."""
    services.send_test(webhook=get_webhook(request.account, uuid))
    messages.success(request, _("A test is on its way. Reload to see the answer."))
    return redirect("rooms:webhook", uuid)


@require_POST
@manager_required
def remove(request: MemberRequest, uuid: UUID) -> HttpResponse:
    webhook = get_webhook(request.account, uuid)
    services.delete_webhook(webhook=webhook, actor=request.user)
    messages.success(request, _("The webhook is removed."))
    return redirect("rooms:webhooks")


@require_POST
@manager_required
def replay_failed(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Everything in the log that did not arrive, once more."""
    webhook = get_webhook(request.account, uuid)
    with refusals.as_notice(request, _("What did not arrive is sent again.")):
        services.replay_failed(webhook=webhook, since=timezone.now() - KEPT, actor=request.user)
    return redirect("rooms:webhook", uuid)


@require_POST
@manager_required
def replay(request: MemberRequest, uuid: UUID) -> HttpResponse:
    delivery = get_webhook_delivery(request.account, uuid)
    with refusals.as_notice(request, _("It is sent again.")):
        services.replay_delivery(delivery=delivery, actor=request.user)
    return redirect("rooms:webhook", delivery.webhook.uuid)


def _describe(webhook: Webhook) -> WebhookForm:
    values = ("url", "description", "events")
    return WebhookForm(initial={name: getattr(webhook, name) for name in values})


def _show(
    request: MemberRequest,
    webhook: Webhook,
    form: WebhookForm,
    *,
    fresh: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = WebhookDelivery.objects.filter(webhook=webhook)
    context = {
        "webhook": webhook,
        "form": form,
        "fresh": fresh,
        "deliveries": lines.order_by("-id")[:DELIVERIES_SHOWN],
        "replayable": lines.replayable().exists(),
        "rotating": webhook.old_secret_until and webhook.old_secret_until > timezone.now(),
    }
    return render(request, "rooms/webhooks/webhook.html", context, status=status)
