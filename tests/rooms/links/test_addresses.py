"""What leads to a guest's page is built in one place."""

from __future__ import annotations

import ast

from rooms.links.addresses import guest_path, link_url
from tests.test_house import FLOORS


def test_the_address_is_the_sites_and_the_slug_goes_before_the_token(settings, link):
    settings.SITE_URL = "https://chat.example.com"
    assert link_url(link) == f"https://chat.example.com/c/{link.token}"
    link.slug = "annas-desk"
    assert (
        link_url(link, prefill="a b&c") == "https://chat.example.com/c/annas-desk?prefill=a+b%26c"
    )
    assert guest_path(link.address, "/join") == "/c/annas-desk/join"


def test_nobody_else_builds_one(settings):
    root = settings.BASE_DIR
    modules = [path for floor in FLOORS for path in (root / floor).rglob("*.py")]
    builders = {str(path.relative_to(root)) for path in modules if builds(path)}
    assert builders == {"rooms/links/addresses.py"}


def builds(path):
    """An example in a description is whole; what is put together ends where the address goes."""
    texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if is_text(node))
    return any(text.endswith("/c/") for text in texts)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
