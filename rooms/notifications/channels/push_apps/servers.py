"""Push services that people run themselves: a server's address, and a key to write there."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.http import (
    HttpChannel,
    check,
    check_server,
    mark,
    seal_token,
)


class ServerChannel(HttpChannel):
    """A server of one's own; a channel says what its keys look like."""

    identity = ("url", "mark")
    key: ClassVar[re.Pattern[str]]

    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        url = check_server(address)
        key = check(token, self.key, field="token")
        return {"url": url, "mark": mark(key), "token": seal_token(key)}

    def describe(self, target: Target) -> str:
        return f"{self.title} · {http.server_of(target.address['url'])}"
