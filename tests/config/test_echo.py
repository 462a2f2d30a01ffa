"""What the doctor may ask is nothing for strangers."""

from __future__ import annotations

import pytest
from django.core.signing import TimestampSigner
from django.test import Client

from config.checks import echo

pytestmark = pytest.mark.django_db
SALT = "config.checks.echo"
STRANGERS = {
    "empty": lambda path: "",
    "unsigned": lambda path: path,
    "for another path": lambda path: echo.sign("/elsewhere"),
    "by another installation": lambda path: TimestampSigner(key="other", salt=SALT).sign(path),
    "for another purpose": lambda path: TimestampSigner().sign(path),
    "nonsense": lambda path: "\x00é:" * 1000,
}


def ask(path, signed, **headers):
    return Client().get(path, headers={echo.HEADER: signed} | headers)


def test_a_signed_request_hears_what_arrived_of_it():
    answer = ask("/nowhere", echo.sign("/nowhere"), host="elsewhere.example")
    assert answer.json()["host"] == "elsewhere.example"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere"])
@pytest.mark.parametrize("kind", STRANGERS)
def test_any_other_is_a_request_like_all(path, kind):
    answer, plain = ask(path, STRANGERS[kind](path)), Client().get(path)
    assert answer.status_code == plain.status_code
    assert answer.headers["Content-Type"] == plain.headers["Content-Type"]


def test_a_signature_is_of_no_use_after_half_a_minute(time_machine):
    time_machine.move_to(1_800_000_000)
    signed = echo.sign("/nowhere")
    time_machine.shift(echo.MAX_AGE_S - 5)
    assert ask("/nowhere", signed).status_code == 200
    time_machine.shift(10)
    assert ask("/nowhere", signed).status_code == 404
