"""Text through a relay: a real coturn between real browsers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from rooms.conversations.models import Message, Participant, Room
from rooms.properties.models import Property
from tests.browser.pages import bodies, open_inbox, part, ring, write
from tests.server import Child, find_free_port, wait_for

SECRET = "what coturn and we know"

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("turnserver") is None, reason="needs coturn's turnserver"),
]


DEPLOYED = Path(settings.BASE_DIR, "deploy", "turnserver.conf")
# What a machine's place in the world decides; the rest is tested as it is deployed.
LOCAL = ("cert=", "pkey=", "listening-port=", "tls-", "static-auth-secret=", "denied-peer-ip=127.")


class Coturn(Child):
    """A relay on loopback, set up as we deploy it."""

    def __init__(self, folder):
        self.port = find_free_port()
        lines = [line for line in DEPLOYED.read_text().splitlines() if not line.startswith(LOCAL)]
        lines += [f"listening-port={self.port}", "listening-ip=127.0.0.1", "relay-ip=127.0.0.1"]
        lines += ["no-tls", "no-dtls", "allow-loopback-peers", f"static-auth-secret={SECRET}"]
        lines += ["verbose", "log-file=stdout", f"pidfile={folder}/pid", f"userdb={folder}/users"]
        place = folder / "turnserver.conf"
        place.write_text("\n".join(lines))
        super().__init__("coturn", ["turnserver", "-c", str(place)], dict(os.environ), folder)

    def answers(self):
        self.check_alive()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def coturn(tmp_path):
    relay = Coturn(tmp_path)
    relay.start()
    wait_for(relay.answers, "coturn")
    yield relay
    relay.end(signal.SIGTERM)


@pytest.fixture
def live(request, server, coturn):
    """The site of `visit_as`, here with a relay; its secret may be another one."""
    urls = f"turn:127.0.0.1:{coturn.port}?transport=udp,turn:127.0.0.1:{coturn.port}?transport=tcp"
    secret = getattr(request, "param", SECRET)
    return server(env={"TURN_URLS": urls, "TURN_SECRET": secret})


@pytest.fixture
def meet(visit_as, alice, link):
    """meet(): Alice's inbox and a guest of a property that only relays."""
    Property.objects.update(transport="relay")

    def open_both():
        guest = ring(visit_as, link)
        room = Room.objects.latest("id")
        inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
        expect(inbox.get_by_role("textbox", name="Message")).to_be_visible()
        return inbox, guest

    return open_both


def test_with_the_relay_policy_both_sides_are_relayed(meet, coturn):
    inbox, guest = meet()
    expect(part(guest, "page")).to_have_attribute("data-path", "relayed")
    expect(part(guest, "transport")).to_have_text("Relayed")
    expect(part(inbox, "transport").first).to_contain_text("Relayed")

    write(guest, "Nobody sees where I am")
    write(inbox, "Nor me")
    expect(bodies(guest)).to_have_text(["Nobody sees where I am", "Nor me"])
    expect(bodies(inbox)).to_have_text(["Nobody sees where I am", "Nor me"])

    reports = Participant.objects.values_list("transport", flat=True)
    wait_for(lambda: set(reports.all()) == {"relay"}, "both reports")
    assert re.search(r"ALLOCATE processed, success", coturn.log.read_text())


@pytest.mark.parametrize("live", ["a secret coturn does not know"], indirect=True)
def test_a_relay_that_refuses_us_delays_no_text(meet, coturn):
    inbox, guest = meet()
    write(guest, "Hello?")
    expect(bodies(inbox)).to_have_text(["Hello?"])
    write(inbox, "Hello!")
    expect(bodies(guest)).to_have_text(["Hello?", "Hello!"])

    expect(part(guest, "transport")).to_have_text("Through the server")
    expect(part(inbox, "transport").first).to_contain_text("Through the server")
    assert re.search(r"401|Unauthor", coturn.log.read_text())


def test_a_relay_that_dies_loses_and_doubles_nothing(meet, coturn):
    inbox, guest = meet()
    expect(part(guest, "page")).to_have_attribute("data-path", "relayed")
    coturn.end(signal.SIGKILL)

    for number in range(3):
        write(guest, f"guest {number}")
        write(inbox, f"owner {number}")
    expect(bodies(guest)).to_have_count(6)
    expect(bodies(inbox)).to_have_count(6)
    expect(part(guest, "page")).to_have_attribute("data-path", "server", timeout=30_000)
    wait_for(lambda: Message.objects.count() == 6, "the messages to be stored")


def test_a_tenant_has_several_relayed_conversations_at_once(meet):
    for _ in range(4):
        _, guest = meet()
        expect(part(guest, "page")).to_have_attribute("data-path", "relayed")
