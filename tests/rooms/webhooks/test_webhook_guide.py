"""docs/webhooks.md says what the code does, and its snippets work."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from rooms.webhooks import signing
from rooms.webhooks.attempts import TEST_EVENT, WAITS_S
from rooms.webhooks.recording import EVENTS
from rooms.webhooks.services import SECRET_OVERLAP
from rooms.webhooks.sweep import KEPT
from signaling.wire import protocol

GUIDE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600}


def read_blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def make_request(body, *secrets):
    now_s = int(time.time())
    return signing.make_headers(secrets, "msg_1", now_s, body.decode())


@pytest.fixture
def secret():
    return signing.make_secret()


def test_the_guide_lists_the_events_that_are_sent():
    listed = re.findall(r"^\| `([a-z.]+)` \|", GUIDE, re.MULTILINE)
    assert sorted(listed) == sorted([*EVENTS, TEST_EVENT])


def test_events_are_called_as_on_the_wire():
    assert set(EVENTS) < set(protocol.EVENTS)
    told = re.search(r"stays on the wire: (.*?)\. Conv", GUIDE, re.DOTALL)[1]
    assert set(re.findall(r"`([a-z.]+)`", told)) <= set(protocol.EVENTS) - set(EVENTS)


def test_the_guide_lists_the_waits():
    rows = re.findall(r"^\| \d+ \| (\d+) (s|min|h) \|", GUIDE, re.MULTILINE)
    assert tuple(int(number) * UNITS[unit] for number, unit in rows) == WAITS_S
    assert f"kept for {KEPT.days} days" in GUIDE
    assert f"For {SECRET_OVERLAP.total_seconds() / 3600:.0f} hours" in GUIDE


def test_the_python_of_the_guide_tells_ours_from_forged(secret):
    by_library, by_hand = read_blocks("python")
    body, names = b'{"type": "x"}', {"secret": secret}
    headers = make_request(body, signing.make_secret(), secret)
    exec(by_library, names | {"body": body.decode(), "headers": headers})
    exec(by_hand, names)
    is_ours = names["is_ours"]
    assert is_ours(secret, headers, body)
    assert not is_ours(secret, headers, body + b" ")
    assert not is_ours(secret, headers | {"webhook-timestamp": "1700000000"}, body)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the snippet needs openssl")
def test_the_shell_of_the_guide_makes_the_same_signature(secret, tmp_path):
    path, body = tmp_path / "body", '{"body": "Grüße"}'
    path.write_text(body)
    made = subprocess.run(
        ["sh", "-c", read_blocks("sh")[-1]],
        env={"PATH": "/usr/bin:/bin", "SECRET": secret, "ID": "m", "TIMESTAMP": "17", "BODY": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.strip() == signing.sign(secret, "m", 17, body)
