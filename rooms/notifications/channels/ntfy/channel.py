"""Calling by ntfy: a push to whoever subscribed to a topic (https://docs.ntfy.sh/publish/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.http import HttpChannel, Request, open_token, seal_token
from rooms.notifications.channels.words import Notice

# What ntfy allows a topic to be.
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
TOKEN = re.compile(r"[-_.A-Za-z0-9]{1,100}")
# 4 of 5: sounds and stays on the screen.
PRIORITY = 4
TAGS = ["bell"]


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


class NtfyChannel(HttpChannel):
    kind = "ntfy"
    identity = ("url",)
    form = NtfyForm
    title = _("ntfy")
    error_at = ("error",)

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return _parse(str(values["url"]), str(values["token"]), field="url")

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        return _parse(address, token, field="address")

    def describe(self, target: Target) -> str:
        """Who knows a topic may read it, so it is not shown whole."""
        server, topic = _split(target.address["url"])
        return f"{server.partition('://')[2]}/{topic[:4]}…"

    def write(self, target: Target, notice: Notice) -> Request:
        server, topic = _split(target.address["url"])
        message = {
            "topic": topic,
            "title": notice.title,
            "message": notice.text,
            "priority": PRIORITY,
            "tags": TAGS,
            "click": notice.url,
        }
        has_token = bool(target.address.get("token"))
        headers = {"Authorization": f"Bearer {open_token(target)}"} if has_token else {}
        return Request(server, message, headers=headers)


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
    return {"url": url, "token": seal_token(token) if token else ""}


def _split(url: str) -> tuple[str, str]:
    server, _slash, topic = url.rpartition("/")
    return server, topic
