"""A virus scanner sees files first: ClamAV's daemon, or a small server that answers as it does."""

from __future__ import annotations

import socketserver
import struct
import threading
from pathlib import Path

import pytest

from rooms.attachments.models import Attachment
from tests.files_to_send import make_png
from tests.rooms.attachments.workers import work_off

CLAMD = Path("/run/clamav/clamd.ctl")
# The industry's test file, in two halves so that no scanner stumbles over this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon(socketserver.StreamRequestHandler):
    """INSTREAM, as clamd(8) describes it."""

    def handle(self):
        assert self.rfile.readline() == b"nINSTREAM\n"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        found = EICAR in content
        self.wfile.write(b"stream: Eicar-Signature FOUND\n" if found else b"stream: OK\n")


@pytest.fixture
def daemon(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


@pytest.mark.parametrize("name", ["virus.txt", "virus.csv"])
def test_what_the_scanner_knows_nobody_reads(sender, daemon, name):
    sent = sender.send(name, EICAR).json()["attachment"]
    assert sent["state"] == "processing"
    work_off()
    assert Attachment.objects.get().state == "infected"
    assert sender.read(sent["id"]).status_code == 404


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"well"), ("a.png", make_png())])
def test_what_it_finds_nothing_in_is_read(sender, daemon, name, content):
    sent = sender.send(name, content).json()["attachment"]
    work_off()
    assert sender.read(sent["id"]).status_code == 200


def test_while_it_is_away_the_file_waits(sender, settings, daemon):
    address = settings.CLAMD_URL
    settings.CLAMD_URL = "unix:///nowhere/clamd.ctl"
    sent = sender.send("a.txt", b"well").json()["attachment"]
    for _ in range(5):
        work_off()
    assert sender.read(sent["id"]).status_code == 409
    settings.CLAMD_URL = address
    work_off()
    assert sender.read(sent["id"]).status_code == 200


if CLAMD.is_socket():  # a machine's own, with signatures that only its network can bring

    def test_clamav_itself_knows_its_test_file(sender, settings):
        settings.CLAMD_URL = f"unix://{CLAMD}"
        sender.send("virus.txt", EICAR)
        work_off()
        assert Attachment.objects.get().state == "infected"
