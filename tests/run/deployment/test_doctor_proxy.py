"""`manage.py doctor` in front of a proxy that is not set up as shipped."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command

from config.checks import forwarding
from config.checks.doctor import CHECKS
from tests.nginx import NAME, needs_nginx

pytestmark = [pytest.mark.django_db(transaction=True), needs_nginx]
ADDRESS, SCHEME, HOST = "X-Forwarded-For", "X-Forwarded-Proto", "Host"


def set_header(name, value):
    """What makes nginx say this, wherever it says anything about the header."""
    line = f"proxy_set_header {name} {value};" if value else ""
    return lambda text: re.sub(rf"proxy_set_header {name} .*;", line, text)


def forget_in(location):
    """A location with one header of its own, which takes none of the server's."""

    def edit(text):
        head, found, rest = text.partition(f"location {location} {{")
        body, end, tail = rest.partition("}")
        for name in (HOST, SCHEME, ADDRESS):
            body = set_header(name, "")(body)
        return f"{head}{found}\n        proxy_set_header X-Own 1;{body}{end}{tail}"

    return edit


# What is wrong in the file, what the doctor says of it, and what to do.
SPOILED = {
    "a location that drops all": (
        forget_in("/"),
        [
            "Host arrives as 'doorbell', not 'localhost' (at /)",
            "X-Forwarded-Proto arrives as 'http', not 'https'",
        ],
        ["proxy_set_header Host $host", "proxy_set_header X-Forwarded-Proto https"],
    ),
    "sockets alone": (
        forget_in("/ws/"),
        ["X-Forwarded-For arrives as the client wrote it: anybody may lie (at /ws/)"],
        ["proxy_set_header X-Forwarded-For $remote_addr"],
    ),
    "no name": (set_header(HOST, ""), ["Host arrives as 'doorbell'"], ["Host $host"]),
    "a wrong name": (
        set_header(HOST, "10.0.0.7:81"),
        ["Host arrives as '10.0.0.7:81'"],
        ["Host $host"],
    ),
    "the client's address": (
        set_header(ADDRESS, "$http_x_forwarded_for"),
        ["X-Forwarded-For arrives as the client wrote it: anybody may lie (at / and /ws/)"],
        ["X-Forwarded-For $remote_addr"],
    ),
    "no address": (
        set_header(ADDRESS, '""'),
        ["X-Forwarded-For does not arrive"],
        ["$remote_addr"],
    ),
    "no address in it": (
        set_header(ADDRESS, "unix:"),
        ["X-Forwarded-For has no address in it"],
        ["$remote_addr"],
    ),
    "one proxy more": (
        set_header(ADDRESS, '"203.0.113.5, $remote_addr"'),
        ["X-Forwarded-For comes from 2 proxies, but TRUSTED_PROXY_COUNT is 1"],
        ["set TRUSTED_PROXY_COUNT=2"],
    ),
    "the client's scheme": (
        set_header(SCHEME, ""),
        ["X-Forwarded-Proto arrives as 'http'"],
        ["https)"],
    ),
    "no scheme": (set_header(SCHEME, '""'), ["X-Forwarded-Proto arrives as ''"], ["Proto https)"]),
    "a page that fails": (
        lambda text: text.replace("location / {", "location /acc { return 418; }\nlocation / {"),
        ["/accounts/login/ answers 418"],
        ["look into the log"],
    ),
    "a way elsewhere": (
        lambda text: text.replace("location / {", "location = / { return 302 /w; }\nlocation / {"),
        ["answers 302 and leads to https://localhost", "not this installation's answer"],
        ["check that SITE_URL leads to the web processes"],
    ),
    "a way to another service": (
        lambda text: text.replace(
            "location / {", "location = / { return 200 '{\"host\": 1}'; }\nlocation / {"
        ),
        ["answers 200, which is not this installation's answer"],
        ["check that SITE_URL leads to the web processes"],
    ),
    "nobody behind": (
        lambda text: re.sub(r"server 127.0.0.1:\d+", "server 127.0.0.1:1", text),
        ["answers 502"],
        ["start the web processes"],
    ),
}


@pytest.fixture
def doctor(nginx, settings, monkeypatch):
    """Start nginx with a spoiled file and return what the doctor says of the pages."""
    settings.SITE_URL = nginx.url
    settings.WS_ALLOWED_ORIGINS = [nginx.url]
    settings.ALLOWED_HOSTS = [NAME]
    monkeypatch.setenv("SSL_CERT_FILE", str(nginx.certificate))

    def examine(edit):
        nginx.start(edit)
        said = io.StringIO()
        try:
            call_command("doctor", stdout=said)
        except CommandError:
            return re.search("WRONG  (?:Proxy|Pages) (.*)\n +→ (.*)", said.getvalue()).groups()
        assert said.getvalue().count("OK  ") == len(CHECKS)
        return None

    return examine


@pytest.mark.parametrize("case", SPOILED)
def test_the_wrong_header_is_named_with_its_remedy(doctor, case):
    edit, wrongs, remedies = SPOILED[case]
    wrong, remedy = doctor(edit)
    assert all(word in wrong for word in wrongs), wrong
    assert all(word in remedy for word in remedies), remedy


@pytest.mark.parametrize("header", [HOST, SCHEME, ADDRESS])
def test_nothing_else_is_named(doctor, header):
    """Whoever mends what is named has mended it all."""
    wrong, _ = doctor(set_header(header, ""))
    assert [name for name in (HOST, SCHEME, ADDRESS) if name in wrong] == [header]


@pytest.mark.parametrize("edit", [str, set_header(ADDRESS, "$proxy_add_x_forwarded_for")])
def test_what_is_right_is_right(doctor, edit):
    """An address that is added is the last one, which is the one that counts."""
    assert doctor(edit) is None


def test_a_certificate_that_browsers_refuse_is_a_fault(doctor, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    wrong, remedy = doctor(str)
    assert "certificate that browsers refuse: self-signed" in wrong
    assert "renew the certificate" in remedy


def test_another_installation_is_told_from_ours(doctor, settings):
    settings.SECRET_KEY = "of another installation, as long as it has to be for that"
    wrong, _ = doctor(str)
    assert f"{forwarding.PATHS[0]} answers 200, which is not this installation's answer" in wrong
