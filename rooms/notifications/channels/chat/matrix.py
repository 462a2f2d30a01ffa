"""Calling in a Matrix room (https://spec.matrix.org/v1.12/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.targets.models import Target
from rooms.notifications.channels.http import (
    HttpChannel,
    Request,
    check,
    check_server,
    make_form,
    open_token,
    seal_token,
)
from rooms.notifications.channels.words import Notice

ROOM = re.compile(r"![!-~]{1,254}")
TOKEN = re.compile(r"[!-~]{10,200}")


class MatrixChannel(HttpChannel):
    kind = "matrix"
    identity = ("url", "room")
    title = _("Matrix")
    form = make_form(
        _("Home server and room ID"), "https://matrix.org/!room:matrix.org", _("Access token")
    )
    error_at = ("error", "errcode")

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        server, _mark, room = address.strip().partition("/!")
        return {
            "url": check_server(server),
            "room": check(f"!{room}", ROOM, field="address"),
            "token": seal_token(check(token, TOKEN, field="token")),
        }

    def describe(self, target: Target) -> str:
        return f"Matrix {target.address['room']}"

    def write(self, target: Target, notice: Notice) -> Request:
        """The transaction's name is the same at every try, so the room shows one message."""
        title, text = escape(notice.title), escape(notice.text)
        message = {
            "msgtype": "m.text",
            "body": f"{notice.title}\n{notice.text}\n{notice.url}",
            "format": "org.matrix.custom.html",
            "formatted_body": f"<strong>{title}</strong><br>{text}"
            f'<br><a href="{escape(notice.url)}">{escape(notice.action)}</a>',
            # Nobody is mentioned, whatever a guest's name looks like.
            "m.mentions": {},
        }
        room = quote(target.address["room"], safe="")
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{notice.key}"
        headers = {"Authorization": f"Bearer {open_token(target)}"}
        return Request(f"{target.address['url']}{path}", message, "PUT", headers)

    def read_wait_s(self, said: Mapping[str, Any]) -> float:
        """Matrix names it in milliseconds (M_LIMIT_EXCEEDED)."""
        wait_ms = said.get("retry_after_ms")
        return wait_ms / 1000 if isinstance(wait_ms, int) else 0
