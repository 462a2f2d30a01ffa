"""Calling in a browser that is closed or looks at something else (RFC 8030, 8291, 8292)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.base.sealing import BadToken
from accounts.sign_in.sessions import describe_device
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.base import http
from rooms.notifications.channels.http import (
    DEAD_STATUSES,
    WRONG_ADDRESS,
    HttpChannel,
    Request,
    mark,
    open_token,
    refuse_token,
    seal_token,
)
from rooms.notifications.channels.webpush import vapid
from rooms.notifications.channels.words import Notice

# The endpoint comes from a browser, so only servers of browsers' makers are called.
HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
# Who waits at a door is gone after an hour.
TTL_S = 3600
POINT_BYTES = 65
AUTH_BYTES = 16
# What text of any kind may do to who takes it for a subscription.
MALFORMED = (ValueError, LookupError, TypeError, RecursionError)


class WebPushForm(forms.Form):
    # What PushSubscription.toJSON() says.
    subscription = forms.CharField(widget=forms.HiddenInput, max_length=2_000)
    agent = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)


class WebPushChannel(HttpChannel):
    kind = "webpush"
    identity = ("mark",)
    form = WebPushForm
    template = "rooms/notifications/channels/webpush.html"
    title = _("Browser push")
    # 401 and 403 are about our key and not about this browser.
    dead_statuses = DEAD_STATUSES - {401, 403}
    gone_statuses = frozenset({404, 410})

    @property
    def is_available(self) -> bool:
        return bool(settings.VAPID_PRIVATE_KEY)

    @property
    def public_key(self) -> str:
        """What a page gives to `PushManager.subscribe`."""
        return vapid.public_key_of(settings.VAPID_PRIVATE_KEY)

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        address = self.parse_text(str(values["subscription"]), "")
        return address | {"device": describe_device(str(values.get("agent", "")))}

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        """The address is a subscription in JSON. Raises Invalid."""
        refuse_token(token)
        try:
            endpoint, point, auth = _read(address)
        except MALFORMED:
            raise Invalid(WRONG_ADDRESS, field="address") from None
        _check_endpoint(endpoint)
        return {
            "mark": mark(endpoint),
            "device": "",
            "token": seal_token(json.dumps([endpoint, point, auth])),
        }

    def describe(self, target: Target) -> str:
        return str(target.address.get("device") or _("A browser"))

    def is_proven(self, membership: Membership, address: Mapping[str, Any]) -> bool:
        """Only a browser whose user allowed it can be subscribed with our key."""
        return True

    def write(self, target: Target, notice: Notice) -> Request:
        try:
            endpoint, point, auth = json.loads(open_token(target))
        except ValueError:
            raise BadToken from None
        said = {"title": notice.title, "body": notice.text, "url": notice.url, "tag": notice.topic}
        headers = {
            "Authorization": vapid.sign(endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            # A phone that sleeps is woken, and a newer call about the room takes this one's place.
            "Urgency": "high",
            "Topic": notice.topic,
        }
        text = json.dumps(said, ensure_ascii=False).encode()
        return Request(endpoint, body=encrypt(text, point, auth), headers=headers)


def encrypt(text: bytes, point: str, auth: str) -> bytes:
    """Return the body that only the browser with these keys can read (RFC 8291)."""
    body: bytes = http_ece.encrypt(
        text,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=vapid.decode(point),
        auth_secret=vapid.decode(auth),
        version="aes128gcm",
    )
    return body


def _read(subscription: str) -> tuple[str, str, str]:
    """Raises one of MALFORMED."""
    said = json.loads(subscription)
    endpoint, keys = said["endpoint"], said["keys"]
    point, auth = str(keys["p256dh"]).rstrip("="), str(keys["auth"]).rstrip("=")
    # A point that is not on the curve is refused here, not while somebody waits.
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vapid.decode(point))
    if len(vapid.decode(point)) != POINT_BYTES or len(vapid.decode(auth)) != AUTH_BYTES:
        raise ValueError
    if not isinstance(endpoint, str):
        raise TypeError
    return endpoint, point, auth


def _check_endpoint(endpoint: str) -> None:
    """Raises Invalid."""
    try:
        host = http.check_url(endpoint).host
    except http.UrlRefused as error:
        raise Invalid(str(error), field="address") from None
    if not any(fnmatchcase(host, known) for known in (*HOSTS, *settings.PUSH_HOSTS)):
        raise Invalid(WRONG_ADDRESS, field="address")
