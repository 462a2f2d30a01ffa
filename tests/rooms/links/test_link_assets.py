from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
import segno
from django.utils import timezone

from rooms.links.models import DirectLink
from rooms.links.services.links import revoke_link, update_link
from rooms.properties.color import DARK_GROUND, accent_for, contrast, theme_for

PATH = re.compile(
    r'<path[^>]*stroke="#000"[^>]*d="([^"]+)"|<path[^>]*d="([^"]+)"[^>]*stroke="#000"'
)
STEP = re.compile(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


def read_modules(svg):
    """The dark modules of a code drawn by segno: every h is a run to the right."""
    found = next(filter(None, PATH.search(svg).groups()))
    dark, x, y = set(), 0.0, 0.0
    for word, first, second in STEP.findall(found):
        if word == "h":
            dark |= {(int(x) + n, int(y)) for n in range(int(float(first)))}
            x += float(first)
        else:
            x = float(first) if word == "M" else x + float(first)
            y = float(second) if word == "M" else y + float(second)
    return dark


def test_the_code_reads_as_the_address(client, link):
    answer = client.get(f"/c/{link.token}/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "public, max-age=300"
    expected = segno.make(f"http://127.0.0.1:8000/c/{link.token}", error="m", micro=False)
    dark = {
        (x, y)
        for y, row in enumerate(expected.matrix_iter(border=4))
        for x, module in enumerate(row)
        if module
    }
    assert read_modules(answer.content.decode()) == dark


def test_a_slug_stands_in_the_code_instead_of_the_token(client, link):
    by_token = client.get(f"/c/{link.token}/qr.svg").content
    update_link(link=link, slug="corner-shop")
    assert client.get("/c/corner-shop/qr.svg").content != by_token
    assert (
        client.get(f"/c/{link.token}/qr.svg").content == client.get("/c/corner-shop/qr.svg").content
    )


def test_only_open_links_have_a_code(client, link):
    assert client.get("/c/nothing-here/qr.svg").status_code == 404
    past = timezone.now() - timedelta(hours=1)
    DirectLink.objects.filter(pk=link.pk).update(expires_at=past)
    assert client.get(f"/c/{link.token}/qr.svg").status_code == 410
    revoke_link(link=link)
    assert client.get(f"/c/{link.token}/qr.svg").status_code == 410


def test_codes_are_limited(client, link, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"page": "2/60"}
    answers = [client.get(f"/c/{link.token}/qr.svg").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#ffff00", "#2f6fed", "#7f7f7f", "#ff0000"]
)
def test_a_colour_that_is_hard_to_read_is_corrected(color):
    accent = accent_for(color)
    assert contrast(accent.light, accent.on_light) >= 4.5
    assert contrast(accent.dark, accent.on_dark) >= 4.5


def test_no_colour_at_all_is_left_hard_to_read():
    dice = random.Random(7)
    for _ in range(2000):
        theme = theme_for(f"#{dice.randrange(1 << 24):06x}")
        for scheme, ground in enumerate(("#ffffff", DARK_GROUND)):
            paint, text, on = (theme[n][scheme] for n in ("accent", "accent-text", "on-accent"))
            assert contrast(paint, on) >= 4.5
            assert contrast(paint, ground) >= 4.5
            assert contrast(text, theme["accent-soft"][scheme]) >= 4.5
            assert contrast(text, ("#f4f4f6", DARK_GROUND)[scheme]) >= 4.5
            assert contrast(theme["accent-hover"][scheme], on) >= 4.5


def test_a_readable_colour_stays_as_it_is():
    assert accent_for("#1a56b0").light == "#1a56b0"
    assert accent_for("#ffd54a").dark == "#ffd54a"


def test_the_theme_is_a_stylesheet_to_keep(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/theme/2f6fed.css")
    assert answer["Content-Type"] == "text/css"
    assert "immutable" in answer["Cache-Control"]
    assert answer.content.startswith(b":root{--accent:#")
    assert client.get("/theme/2f6fed/part.css").content.startswith(b".theme-2f6fed{")


@pytest.mark.parametrize("name", ["2F6FED", "2f6fe", "zzzzzz", "2f6fed}"])
def test_what_is_no_colour_is_no_theme(client, db, name):
    assert client.get(f"/theme/{name}.css").status_code == 404
