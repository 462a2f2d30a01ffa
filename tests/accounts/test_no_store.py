"""What a signed-in person sees is kept by no cache."""

from __future__ import annotations

import pytest

PAGES = [
    *("/inbox", "/properties", "/team", "/notifications", "/developers", "/account"),
    *("/accounts/email/", "/accounts/2fa/", "/accounts/password/change/", "/nowhere", "/"),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_members_page_is_not_stored(client, alice, path):
    client.force_login(alice)
    answer = client.get(path)
    assert answer.status_code in (200, 302, 404)
    assert "no-store" in answer["Cache-Control"]


def test_a_strangers_front_page_may_be(client, db):
    assert "no-store" not in client.get("/").get("Cache-Control", "")


@pytest.mark.parametrize(
    "path",
    [
        "/\t/evil.example",
        "//evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(client, alice, path):
    client.force_login(alice)
    answer = client.get("/accounts/login/", {"next": path})
    assert "evil" not in answer.get("Location", "") and "javascript" not in answer.get(
        "Location", ""
    )
