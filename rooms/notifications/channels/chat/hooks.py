"""Calling into a room of a chat by its incoming webhook.

The webhook's address is all it takes to write there, so it rests sealed; a keyed hash of it tells
whether it is on the list already, and its last letters are shown.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from django.conf import settings

from accounts.base.errors import Invalid
from accounts.base.sealing import BadToken
from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.http import (
    WRONG_ADDRESS,
    HttpChannel,
    Request,
    check,
    mark,
    open_token,
    refuse_token,
    seal_token,
)
from rooms.notifications.channels.words import Notice

SHOWN_CHARS = 4


class HookChannel(HttpChannel):
    """An incoming webhook; a chat says where its own lie and what a message looks like."""

    identity = ("mark",)
    # Names of servers, with * for any part; none: people have servers of their own.
    hosts: ClassVar[tuple[str, ...]] = ()
    # What the address is behind the server's name.
    path: ClassVar[re.Pattern[str]]
    # The secret by which the chat wants to be shown that it is us; None: it has no such thing.
    secret: ClassVar[re.Pattern[str] | None] = None

    @abstractmethod
    def write_message(self, notice: Notice) -> dict[str, Any]:
        """Return the body that the chat documents."""

    def sign(self, url: str, message: dict[str, Any], secret: str) -> Request:
        """Return the request; a chat with secrets shows there that it knows this one."""
        return Request(url, message)

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        url, secret = address.strip(), token.strip()
        self._check_url(url)
        if self.secret is None:
            refuse_token(secret)
        elif secret:
            check(secret, self.secret, field="token")
        return {
            "mark": mark(url),
            "hint": f"{http.server_of(url)}/…{url[-SHOWN_CHARS:]}",
            "token": seal_token(json.dumps([url, secret])),
        }

    def describe(self, target: Target) -> str:
        return str(target.address.get("hint", ""))

    def write(self, target: Target, notice: Notice) -> Request:
        try:
            url, secret = json.loads(open_token(target))
        except ValueError:
            raise BadToken from None
        return self.sign(url, self.write_message(notice), secret)

    def _check_url(self, url: str) -> None:
        """Raises Invalid."""
        try:
            target = http.check_url(url)
        except http.UrlRefused as error:
            raise Invalid(str(error), field="address") from None
        hosts = (*self.hosts, *settings.CHAT_HOSTS) if self.hosts else ("*",)
        is_known = any(fnmatchcase(target.host, host) for host in hosts)
        if not is_known or not self.path.fullmatch(target.raw_path.decode()):
            raise Invalid(WRONG_ADDRESS, field="address")
