"""Calling by ntfy: a push to whoever subscribed to a topic (https://docs.ntfy.sh/publish/)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.base.sealing import BadToken, open_secret, seal_secret
from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.base import Channel, Dead, Result, Retry, Sent
from rooms.notifications.channels.words import inbox_url, language_of, room_url, to_line
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery

# What ntfy allows a topic to be.
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
TOKEN = re.compile(r"[-_.A-Za-z0-9]{1,100}")
# 4 of 5: sounds and stays on the screen.
PRIORITY = 4
TAGS = ["bell"]
REASON_MAX_CHARS = 180
# The topic is closed to us, is not there, or does not take what we send.
DEAD_STATUSES = {400, 401, 403, 404, 410, 413}


class NtfyForm(forms.Form):
    url = forms.URLField(
        label=_("ntfy topic"),
        max_length=http.URL_MAX_CHARS,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://ntfy.sh/…", "autocomplete": "off"}),
    )
    token = forms.CharField(
        label=_("Access token, if it has one"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class NtfyChannel(Channel):
    kind = "ntfy"
    identity = ("url",)
    form = NtfyForm
    title = _("ntfy")
    proof_sent = _("We have sent a question to %s. It is called once somebody there has agreed.")
    proof_again = _("Ask again")
    proof_failed = _("The question could not be sent. Please try again in a minute.")

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return _parse(str(values["url"]), str(values["token"]), field="url")

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        return _parse(address, token, field="address")

    def describe(self, target: Target) -> str:
        """Who knows a topic may read it, so it is not shown whole."""
        server, topic = _split(target.address["url"])
        return f"{server.partition('://')[2]}/{topic[:4]}…"

    def send_proof(self, target: Target, confirm_url: str) -> Result:
        user = target.membership.user
        with translation.override(language_of(user)):
            title = gettext("May we call you here?")
            text = gettext(
                "%(member)s wants to be told here about visitors of %(account)s. Tap to agree."
            ) % {"member": to_line(user.display_name), "account": to_line(target.account.name)}
        return _publish(target, title, text, confirm_url)

    def send(self, delivery: Delivery) -> Result:
        arrival = delivery.arrival
        facts = {
            "guest": to_line(arrival.guest.display_name),
            "property": to_line(arrival.link.property.name),
        }
        with translation.override(language_of(delivery.target.membership.user)):
            title = gettext("%(guest)s is waiting at %(property)s") % facts
            text = gettext("Nobody has answered yet. Tap to open the conversation.")
        return _publish(delivery.target, title, text, room_url(delivery))

    def send_digest(self, digest: Digest) -> Result:
        target = digest.delivery.target
        with translation.override(language_of(target.membership.user)):
            title = ngettext(
                "%(count)d visitor is waiting", "%(count)d visitors are waiting", digest.count
            ) % {"count": digest.count}
            text = gettext("You were called often, so these are told at once. Tap to see them.")
        return _publish(target, title, text, inbox_url())


def _parse(url: str, token: str, field: str) -> dict[str, Any]:
    url, token = url.strip().rstrip("/"), token.strip()
    try:
        http.check_url(url)
    except http.UrlRefused as error:
        raise Invalid(str(error), field=field) from None
    server, topic = _split(url)
    if not TOPIC.fullmatch(topic) or server.count("/") != 2:
        raise Invalid("Write the topic's address, like https://ntfy.sh/my-topic.", field=field)
    if token and not TOKEN.fullmatch(token):
        raise Invalid("This is not an access token.", field="token")
    return {"url": url, "token": seal_secret(token) if token else ""}


def _split(url: str) -> tuple[str, str]:
    server, _slash, topic = url.rpartition("/")
    return server, topic


def _publish(target: Target, title: str, text: str, click: str) -> Result:
    server, topic = _split(target.address["url"])
    message = {
        "topic": topic,
        "title": title,
        "message": text,
        "priority": PRIORITY,
        "tags": TAGS,
        "click": click,
    }
    try:
        answer = http.send(
            "POST", server, headers=_make_headers(target), body=json.dumps(message).encode()
        )
    except http.UrlRefused as error:
        return Dead(str(error))
    except http.OutgoingError as error:
        return Retry(str(error))
    except BadToken:
        return Dead("the access token cannot be read any more")
    return _judge(answer)


def _make_headers(target: Target) -> dict[str, str]:
    """Raises BadToken."""
    headers = {"Content-Type": "application/json", "User-Agent": "Doorbell/1"}
    if sealed := target.address.get("token"):
        headers["Authorization"] = f"Bearer {open_secret(sealed)}"
    return headers


def _judge(answer: http.HttpResult) -> Result:
    if answer.is_success:
        return Sent()
    reason = f"{answer.status} {_read_error(answer.body)}".strip()
    if answer.status in DEAD_STATUSES:
        return Dead(reason)
    return Retry(reason, after_s=answer.read_retry_after() or None)


def _read_error(body: bytes) -> str:
    """Return what ntfy says in `error` of its JSON; anything else is of no use to a member."""
    try:
        return to_line(str(json.loads(body)["error"]))[:REASON_MAX_CHARS]
    except (ValueError, LookupError, TypeError):
        return ""
