"""What the doctor makes of what arrived through the proxies."""

from __future__ import annotations

import pytest

from config.checks.forwarding import CLAIMED_ADDRESS, find_faults

LIE = CLAIMED_ADDRESS
CASES = [
    (0, [LIE], None),
    (1, ["203.0.113.5"], None),
    (1, [LIE, "203.0.113.5"], None),
    (2, ["203.0.113.5", "10.0.0.1"], None),
    (2, [LIE, "203.0.113.5", "10.0.0.1"], None),
    (1, [LIE], "X-Forwarded-For arrives as the client wrote it: anybody may lie"),
    (1, [], "X-Forwarded-For does not arrive"),
    (2, ["203.0.113.5"], "X-Forwarded-For names 1 of the 2 proxies in TRUSTED_PROXY_COUNT"),
    (1, [LIE, "203.0.113.5", "10.0.0.1"], "comes from 2 proxies, but TRUSTED_PROXY_COUNT is 1"),
    (0, ["203.0.113.5"], "comes from 1 proxies, but TRUSTED_PROXY_COUNT is 0"),
]


@pytest.fixture
def arrived(settings):
    settings.SITE_URL = "https://chat.example.com"
    return {
        "host": "chat.example.com",
        "scheme": "https",
        "forwarded_proto": "https",
        "forwarded_for": ["203.0.113.5"],
        "trusted_proxies": 1,
    }


@pytest.mark.parametrize(("trusted", "hops", "wrong"), CASES)
def test_the_number_of_proxies_is_counted(arrived, trusted, hops, wrong):
    found = find_faults(arrived | {"trusted_proxies": trusted, "forwarded_for": hops})
    assert [wrong in said for said, _ in found] == ([True] if wrong else [])


def test_a_scheme_that_nobody_believes_is_told(arrived):
    arrived |= {"scheme": "http", "trusted_proxies": 0, "forwarded_for": [LIE]}
    ((said, remedy),) = find_faults(arrived)
    assert said == "X-Forwarded-Proto is not believed: TRUSTED_PROXY_COUNT is 0"
    assert remedy == "set it to the number of proxies"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "doorbell", "", "[::1]:8000", "evil.example"])
def test_another_name_is_told(arrived, host):
    ((said, _),) = find_faults(arrived | {"host": host})
    assert said == f"Host arrives as {host!r}, not 'chat.example.com'"


def test_proxies_that_overwrite_each_other_are_to_add(arrived):
    ((_, remedy),) = find_faults(arrived | {"trusted_proxies": 2})
    assert remedy == "let every proxy add to it, or set TRUSTED_PROXY_COUNT=1"
