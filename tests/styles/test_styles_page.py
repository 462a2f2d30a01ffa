"""Every component in every state, for who designs them: GET /styles."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from rooms.base.sheets import list_sources
from rooms.styles.schemes import SHEET
from tests.cast import make_user
from tests.styles.sheets import MADE, find_sheets, read_rules

# What is a page and no component of one.
PAGES = re.compile(r"^(home|reference|guest-(page|main)|door$|verb|messages)|^(guest|failed|main)$")


@pytest.fixture
def staff(db):
    user = make_user("stella")
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def shown(settings, client, db):
    settings.SHOW_STYLES = True
    return client.get("/styles").content.decode()


PLACES = ["/styles", "/styles/dark.css"]


@pytest.mark.parametrize("place", PLACES)
def test_staff_sees_it(staff, place):
    assert staff.get(place).status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_everybody_sees_it_where_somebody_develops(settings, client, db, place):
    settings.SHOW_STYLES = True
    assert client.get(place).status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_to_strangers_it_is_not_there(client, db, place):
    assert client.get(place).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_to_members_it_is_not_there(client, alice, place):
    client.force_login(alice)
    assert client.get(place).status_code == 404


def test_it_is_read_only_and_asks_no_questions(settings, client, db, django_assert_num_queries):
    settings.SHOW_STYLES = True
    assert client.post("/styles").status_code == 405
    with django_assert_num_queries(0):
        answer = client.get("/styles?scheme=dark&dir=rtl")
    text = answer.content.decode()
    assert 'dir="rtl"' in text and 'href="/styles/dark.css"' in text
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert " style=" not in text


@pytest.mark.parametrize("query", ["scheme=sepia&dir=up", "scheme=%00"])
def test_nonsense_shows_the_usual_form(settings, client, db, query):
    settings.SHOW_STYLES = True
    text = client.get(f"/styles?{query}").content.decode()
    assert 'dir="ltr"' in text and 'href="/styles/auto.css"' in text


def test_its_sheet_has_all_others(staff):
    sources = {name for name, path in find_sheets().items() if read_rules(path)}
    own = {name for name in sources if re.search(r"/home|^api/", name)}
    assert sources - own <= set(list_sources(SHEET))
    assert staff.get("/styles/sepia.css").status_code == 404


def test_a_scheme_is_there_whatever_the_browser_prefers(staff):
    auto, light, dark = (
        staff.get(f"/styles/{name}.css").content.decode() for name in ("auto", "light", "dark")
    )
    assert "@media (prefers-color-scheme: dark)" in auto
    assert "@media not all" in light and "color-scheme: light;" in light
    assert "@media all" in dark and "color-scheme: dark;" in dark
    assert ".button:is(:hover, [data-shown=hover])" in dark


def test_every_class_of_a_component_is_shown(shown):
    words = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', shown))))
    known = {
        name
        for sheet in list_sources(SHEET)
        for rule in read_rules(find_sheets()[sheet])
        for name in rule.classes
    }
    missing = {name for name in known - words - MADE if not PAGES.search(name)}
    assert missing == set()
