"""Names that guests give themselves."""

from __future__ import annotations

import pytest

from rooms.guests.models import Guest


def join(client, link, nickname):
    return client.post(
        f"/c/{link.token}/join", {"nickname": nickname}, content_type="application/json"
    )


@pytest.mark.parametrize(
    "name",
    [
        "\u200b\u200b",
        "\u3164",
        "\u115f\u1160",
        "\u2800",
        "\u2060\u00ad",
        "\ufe0f",
        "\U000e0041",
        "\u0301",
    ],
)
def test_a_name_of_which_nothing_is_seen_is_refused(client, link, name):
    refused = join(client, link, name)
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "nickname")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ana\u202egnp.exe", "Anagnp.exe"),
        ("\u2067Ana\u2069", "Ana"),
        ("👩‍👩‍👧‍👦 Kim", "👩‍👩‍👧‍👦 Kim"),
        ("  Jörg   Müller ", "Jörg Müller"),
        ("Jo\u0308rg", "Jörg"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_a_name_is_kept_as_it_is_seen(client, link, name, kept):
    assert join(client, link, name).status_code == 201
    assert Guest.objects.get().nickname == kept


@pytest.mark.parametrize(
    "name",
    [
        "Alice Smith",
        "ALICE  SMITH",
        "Аlice Smith",
        "alice.smith",
        "Ａlice Smith",
        "Al\u200bice Smith",
    ],
)
def test_a_members_name_is_marked(client, link, alice, name):
    type(alice).objects.filter(pk=alice.pk).update(name="Alice Smith")
    join(client, link, name)
    assert Guest.objects.get().nickname.endswith(" (guest)")


def test_the_brands_name_is_marked_and_fits(client, link, property):
    property.name = "x" * 60
    property.save(update_fields=["name"])
    join(client, link, "x" * 60)
    nickname = Guest.objects.get().nickname
    assert (len(nickname), nickname.endswith("x (guest)")) == (60, True)


def test_other_names_are_not(client, link, alice):
    join(client, link, "Alicia")
    assert Guest.objects.get().nickname == "Alicia"
