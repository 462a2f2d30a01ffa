"""Whatever comes in, nothing breaks: every address with values that no form of ours would send."""

from __future__ import annotations

import json

import pytest
from django import forms
from django.test import Client

from accounts.keys.services import create_api_key
from tests.api.conftest import api, attachment, hers  # noqa: F401
from tests.api.schema.test_contract import list_routes
from tests.api.schema.test_reference import list_operations, schema  # noqa: F401
from tests.cast import join
from tests.security.test_pages import PAGES, sign_in, things, url_of  # noqa: F401

pytestmark = pytest.mark.django_db
# As they stand in an address or a form: bytes that are no UTF-8 and half a surrogate among them.
ODD = {
    "a null byte": "%00",
    "no UTF-8": "%ff%fe",
    "half a surrogate": "%ed%a0%80",
    "a number without end": "9" * 400,
    "a negative": "-1",
    "a line end and a tab": "%0d%0a%09x",
    "a long text": "x" * 5_000,
    "an address with a name in it": "//a:b@evil.example/%2509",
}
TEXTS = ["\ud800x", "\0", "‮‍ ", "9" * 400, "x" * 5_000, "\r\n\t", "{}", "é" * 300]
QUERY = ("status", "cursor", "page", "next", "since", "until", "action", "actor", "room", "kind")
QUERY += ("sent", "prefill", "p", "lang", "limit", "query", "zone", "token", "format")
HUGE = [10**400, -(2**63) - 1, 2**63, 1e308, True, None, [], {}, [[]], {"": {}}]


@pytest.fixture
def quiet():
    """Somebody who may do everything, in a browser that tells of a 500 instead of raising."""
    return {"raise_request_exception": False}


def list_fields():
    """The names of all fields of our forms."""
    found, kinds = set(), [forms.BaseForm]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.startswith(("rooms.", "accounts.")):
            found |= set(getattr(kind, "base_fields", ()))
    return sorted(found)


@pytest.mark.parametrize("odd", ODD)
def test_no_page_breaks(odd, quiet, things, alice):  # noqa: F811
    browser, fields = sign_in(alice, **quiet), list_fields()
    assert len(fields) > 40
    query = "&".join(f"{name}={ODD[odd]}" for name in QUERY)
    form = "&".join(f"{name}={ODD[odd]}" for name in fields)
    for page in PAGES:
        if page.name in ENDS_IT_ALL:
            continue
        url = url_of(page, things)
        for answer in (
            browser.get(f"{url}?{query}"),
            browser.post(url, form, content_type="application/x-www-form-urlencoded"),
        ):
            assert answer.status_code < 500, (page, answer.content[:500])


# After these there would be nobody left to walk on.
ENDS_IT_ALL = {"accounts:sessions_end", "accounts:session_end", "accounts:delete"}


@pytest.mark.parametrize("odd", ODD)
def test_no_list_of_the_api_breaks(odd, quiet, hers, account):  # noqa: F811
    key = create_api_key(account, "Odd", "admin")[1]
    program = Client(headers={"Authorization": f"Bearer {key}"}, **quiet)
    query = "&".join(f"{name}={ODD[odd]}" for name in QUERY)
    for route, _, view in list_routes():
        if hasattr(view, "get") and not route.startswith("provisioning"):
            thing = hers.get(route.partition("/")[0])
            path = route.replace("<uuid:uuid>", str(thing.uuid if thing else ""))
            answer = program.get(f"/api/v1/{path}?{query}")
            assert answer.status_code < 500, (route, answer.content[:500])


def fill(shape, schema, text, odd):  # noqa: F811
    """A body of this shape in which every text is this one, and every other value is odd."""
    shape = schema["components"]["schemas"].get(shape.get("$ref", "").rpartition("/")[2], shape)
    kinds = shape.get("type", "")
    if "properties" in shape:
        return {name: fill(one, schema, text, odd) for name, one in shape["properties"].items()}
    if "array" in kinds:
        return [fill(shape.get("items", {}), schema, text, odd)]
    if "object" in kinds:
        return {text: text}
    return text if "string" in kinds else odd


@pytest.mark.parametrize("number", range(max(len(TEXTS), len(HUGE))))
def test_no_body_of_the_api_breaks(number, quiet, hers, account, schema):  # noqa: F811
    key = create_api_key(account, "Odd", "admin")[1]
    program = Client(headers={"Authorization": f"Bearer {key}"}, **quiet)
    text, odd = TEXTS[number % len(TEXTS)], HUGE[number % len(HUGE)]
    for name, operation in list_operations(schema):
        method, _, path = name.partition(" ")
        told = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if told is None or "provisioning" in path:
            continue
        thing = hers.get(path.removeprefix("/api/v1/").partition("/")[0])
        url = path.replace("{uuid}", str(thing.uuid if thing else ""))
        body = json.dumps(fill(told["schema"], schema, text, odd))
        answer = program.generic(method, url, body, content_type="application/json")
        assert answer.status_code < 500, (method, path, body[:200], answer.content[:500])


@pytest.mark.parametrize("odd", ODD)
def test_no_address_of_guests_breaks(odd, quiet, link):
    guest, query = Client(**quiet), "&".join(f"{name}={ODD[odd]}" for name in QUERY)
    for path in ("", "/join", "/data", "/erase", "/send", "/files", "/qr.svg", "/conversation.txt"):
        for address in (link.address, ODD[odd]):
            url = f"/c/{address}{path}?{query}"
            for answer in (
                guest.get(url),
                guest.post(url, query, content_type="application/x-www-form-urlencoded"),
            ):
                assert answer.status_code < 500, (url[:100], answer.content[:500])


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_word_at_the_door_breaks(text, quiet, link):
    join(link)
    for field in ("nickname", "passcode", "prefill", "consent", "proof", "automated", text):
        for value in (text, [text], {text: text}, 10**400, None):
            body = json.dumps({field: value})
            answer = Client(**quiet).post(
                f"/c/{link.address}/join", body, content_type="application/json"
            )
            assert answer.status_code < 500, (field, value)
