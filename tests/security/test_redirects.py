"""No parameter of ours leads to another site."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.cast import PASSWORD
from tests.security.walk import list_pages

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\u0000//evil.example",
    "https://testserver@evil.example",
    "/ /evil.example",
    "／／evil.example",  # noqa: RUF001
]
NAMES = ("next", "redirect", "return", "url", "continue", "to")


def leads_elsewhere(answer):
    """Whether a browser would leave our site; it takes "\\" for "/", and leaves tabs out."""
    place = answer.headers.get("Location", "")
    seen = "".join(sign for sign in place if sign not in "\t\r\n\0").replace("\\", "/")
    target = urlsplit(urljoin("http://testserver/", seen))
    return target.scheme not in ("http", "https") or target.hostname != "testserver"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_signing_in_and_out_stays_here(alice, place):
    client = Client()
    form = {"login": alice.email, "password": PASSWORD}
    asked = {"next": place}
    assert not leads_elsewhere(client.get("/accounts/login/", asked))
    assert not leads_elsewhere(client.post("/accounts/login/", form | asked))
    assert not leads_elsewhere(client.post("/accounts/logout/", asked))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_page_of_members_leads_away(alice, place):
    client = Client()
    client.force_login(alice)
    asked = dict.fromkeys(NAMES, place)
    for page in list_pages():
        if not page.parameters:
            for answer in (client.get(page.url(), asked), client.post(page.url(), asked)):
                assert not leads_elsewhere(answer), page


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_way_to_sign_in_does_not_lead_away(client, db, place):
    for path in ("/inbox", "/properties", "/account", "//evil.example", "/inbox//evil.example"):
        assert not leads_elsewhere(client.get(path, dict.fromkeys(NAMES, place)))
