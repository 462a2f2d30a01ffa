"""Every page there is, as the router knows them: a new address is walked without being listed."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.urls import URLPattern, get_resolver

OURS = ("rooms", "accounts")
# Whom these let in is decided by what they carry: a link, a token, or nothing.
PUBLIC = {
    "accounts:home",
    "accounts:enter",
    "accounts:invitation",
    "accounts:confirm_address",
    "rooms:target_confirm",
    "rooms:push_worker",  # a script
    "rooms:push_renew",
    "rooms:wxpusher_callback",  # WxPusher, by the secret in the address
    "rooms:telegram_update",  # Telegram, by its secret
    "rooms:theme",
    "rooms:theme_part",
    "rooms:styles",  # staff, or everybody in development
    "rooms:styles_sheet",
}
PARAMETER = re.compile(r"<(\w+):(\w+)>")


class Page(NamedTuple):
    name: str
    route: str

    def url(self, **values):
        return "/" + PARAMETER.sub(lambda found: str(values[found[2]]), self.route)

    @property
    def parameters(self):
        return {name: kind for kind, name in PARAMETER.findall(self.route)}


def list_pages():
    """The pages of members."""
    found = []
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "namespace", None) in OURS:
            found += [
                Page(f"{resolver.namespace}:{one.name}", str(one.pattern))
                for one in resolver.url_patterns
                if isinstance(one, URLPattern)
            ]
    members = [page for page in found if page.name not in PUBLIC and page.name[-5:] != ":None"]
    return [page for page in members if not re.match(r"\^?c/", page.route)]
