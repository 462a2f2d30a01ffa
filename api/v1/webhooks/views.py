from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.schema.openapi import operation
from api.serializers import NoBody, PageQuery, page_of
from api.v1.webhooks.filters import WebhookDeliveryFilter
from api.v1.webhooks.serializers import (
    NewWebhookOut,
    ReplayBody,
    ReplayOut,
    WebhookBody,
    WebhookDeliveryOut,
    WebhookOut,
    WebhookPatchBody,
)
from rooms.webhooks import services
from rooms.webhooks.access import get_webhook, get_webhook_delivery
from rooms.webhooks.models import Webhook, WebhookDelivery


class WebhookResource(Resource):
    def read(self, uuid: UUID) -> Webhook:
        """Raises WebhookNotFound."""
        return get_webhook(self.account, uuid)

    def render_secret(self, webhook: Webhook, secret: str, **options: Any) -> Response:
        """Answer with the secret, this once."""
        webhook.shown_secret = secret  # type: ignore[attr-defined]
        return self.render(NewWebhookOut, webhook, **options)


class Webhooks(WebhookResource):
    @operation("webhooks.list", "List webhooks", page_of(WebhookOut))
    def get(self, request: Request) -> Response:
        rows = Webhook.objects.for_account(self.account)
        return self.render_page(WebhookOut, rows, self.read_query())

    @operation("webhooks.create", "Add a webhook", NewWebhookOut, body=WebhookBody, status=201)
    def post(self, request: Request) -> Response:
        body = self.read_body(WebhookBody)
        actor = self.caller.actor
        webhook, secret = services.create_webhook(account=self.account, actor=actor, **body)
        return self.render_secret(webhook, secret, status=201)


class WebhookDetail(WebhookResource):
    @operation("webhooks.read", "Read a webhook", WebhookOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.render(WebhookOut, self.read(uuid))

    @operation("webhooks.update", "Change a webhook", WebhookOut, body=WebhookPatchBody)
    def patch(self, request: Request, uuid: UUID) -> Response:
        webhook, body = self.read(uuid), self.read_body(WebhookPatchBody)
        with self.changing(WebhookOut, webhook, lambda: self.read(uuid)) as held:
            services.update_webhook(webhook=held, actor=self.caller.actor, **body)
        return self.render(WebhookOut, held)

    @operation("webhooks.remove", "Remove a webhook and its log", None, status=204)
    def delete(self, request: Request, uuid: UUID) -> Response:
        services.delete_webhook(webhook=self.read(uuid), actor=self.caller.actor)
        return Response(status=204)


class WebhookRotate(WebhookResource):
    @operation(
        "webhooks.rotate_secret",
        "Give a webhook a new secret",
        NewWebhookOut,
        body=NoBody,
        description="For 24 hours both secrets sign, so that receivers can change over.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        webhook = self.read(uuid)
        secret = services.rotate_secret(webhook=webhook, actor=self.caller.actor)
        return self.render_secret(webhook, secret)


class WebhookEnable(WebhookResource):
    @operation("webhooks.enable", "Switch a webhook on", WebhookOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        webhook = services.enable_webhook(webhook=self.read(uuid), actor=self.caller.actor)
        return self.render(WebhookOut, webhook)


class WebhookDisable(WebhookResource):
    @operation("webhooks.disable", "Switch a webhook off", WebhookOut, body=NoBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        webhook = services.disable_webhook(webhook=self.read(uuid), actor=self.caller.actor)
        return self.render(WebhookOut, webhook)


class WebhookTest(WebhookResource):
    @operation(
        "webhooks.test",
        "Send a ping",
        WebhookDeliveryOut,
        body=NoBody,
        status=201,
        description="Sends `webhook.test` once. Read the delivery to learn what was answered.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        delivery = services.send_test(webhook=self.read(uuid))
        return self.render(WebhookDeliveryOut, delivery, status=201)


class WebhookReplay(WebhookResource):
    @operation("webhooks.replay", "Send again what did not arrive", ReplayOut, body=ReplayBody)
    def post(self, request: Request, uuid: UUID) -> Response:
        webhook, body = self.read(uuid), self.read_body(ReplayBody)
        actor = self.caller.actor
        count = services.replay_failed(webhook=webhook, since=body["since"], actor=actor)
        return self.render(ReplayOut, {"replayed": count})


class WebhookDeliveries(WebhookResource):
    @operation(
        "webhooks.list_deliveries",
        "Read a webhook's log",
        page_of(WebhookDeliveryOut),
        query=PageQuery,
        filters=WebhookDeliveryFilter,
        description="Newest first; lines are kept for 30 days.",
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        query = self.read_query(PageQuery, WebhookDeliveryFilter)
        rows = WebhookDelivery.objects.filter(webhook=self.read(uuid)).select_related("webhook")
        rows = self.narrow(WebhookDeliveryFilter, rows)
        return self.render_page(WebhookDeliveryOut, rows, query)


class WebhookDeliveryDetail(Resource):
    @operation("webhooks.read_delivery", "Read a line of a webhook's log", WebhookDeliveryOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        found = get_webhook_delivery(self.account, uuid)
        return self.render(WebhookDeliveryOut, found)


class WebhookDeliveryReplay(Resource):
    @operation(
        "webhooks.replay_delivery",
        "Send one delivery again",
        WebhookDeliveryOut,
        body=NoBody,
        description="Under the same `webhook-id`, also if it had arrived.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        self.read_body(NoBody)
        found = get_webhook_delivery(self.account, uuid)
        delivery = services.replay_delivery(delivery=found, actor=self.caller.actor)
        return self.render(WebhookDeliveryOut, delivery)
