"""A password in an address, and beside it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.addresses import parse_email, split
from config.postgresql.addresses import parse_database

HARD = ["p@ss/w#rd", "%41", "a b", "\"q'", "$x", "a:b?c&d=[e]+", "пароль", "/", "@", "%"]
# Written into an address as they are, these end its first part too early.
BREAKING = ["p@ss/w#rd", "w#rd", "p/w", "12/34", "p?w", "12?34", "p[w", "p]w", "1/2@3"]


def read(url, password=""):
    return parse_database(url, password=password, pool_size=0)


@pytest.mark.parametrize("password", HARD)
@pytest.mark.parametrize(
    "url",
    ["postgresql://me@host:5433/db", "postgresql://me:@[::1]/db", "postgresql://me@/db?host=/run"],
)
def test_a_password_beside_the_address_is_taken_as_it_is(url, password):
    plain, whole = read(url), read(url, password)
    assert whole == plain | {"PASSWORD": password}
    assert whole["USER"] == "me"


def test_a_name_that_is_quoted_stays_so():
    assert read("postgresql://m%40e@host/d%2Fb", "x")["USER"] == "m@e"
    assert read("postgresql://host/db", "x")["HOST"] == "host"


@pytest.mark.parametrize("url", ["postgresql://me:a@host/db", "postgresql://host/db?password=a"])
def test_two_passwords_are_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL has a password already"):
        read(url, "b")


@pytest.mark.parametrize("password", BREAKING)
@pytest.mark.parametrize(
    "url", ["postgresql://me:{}@host/db", "smtps://me:{}@h", "redis://:{}@h/0"]
)
def test_a_password_that_breaks_its_address_is_told(url, password):
    with pytest.raises(ImproperlyConfigured, match="^KNOB_URL: write / .* in a password") as caught:
        split(url.format(password), "KNOB_URL")
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["redis://:p%40ss@host/0", "redis://host", "unix:///run/a@b/redis.sock?db=1", "rediss://u:p@h"]
    + ["postgresql:///db?host=/run/a@b", "postgresql://me@/db?host=/run/a@b", "redis://:p@ss@host"]
    + ["file:///home/me@work/mail", "file:///home/c#/mail", "memory:", ""],
)
def test_an_address_that_can_be_read_is_left_alone(url):
    split(url, "KNOB_URL")


def test_mail_may_go_to_a_folder_with_any_name():
    known = parse_email("file:///home/me@work/mail")
    assert known["EMAIL_FILE_PATH"] == "/home/me@work/mail"
