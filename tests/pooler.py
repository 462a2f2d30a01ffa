"""A real PgBouncer in front of the test's PostgreSQL, with the file that deploy/ has for people."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.local import privilege
from tests.server import find_free_port, wait_for

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
needs_pgbouncer = pytest.mark.skipif(PROGRAM is None, reason="needs pgbouncer")
POOL_SIZE = 4
# What a test needs to be different; the last word counts.
OURS = """
[databases]
{name} = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
default_pool_size = {size}
{more}
"""


class Pooler:
    """One PgBouncer; `url` is the way through it."""

    def __init__(self, folder, more=""):
        known = connection.settings_dict
        self.port = find_free_port()
        self.user = known["USER"] or "doorbell"
        self.url = f"postgresql://{quote(self.user)}@127.0.0.1:{self.port}/{known['NAME']}"
        facts = {"host": known["HOST"], "port": known["PORT"], "password": known["PASSWORD"]}
        server = " ".join(f"{name}='{value}'" for name, value in facts.items() if value)
        self.folder = Path(folder) / f"pooler-{self.port}"
        # PgBouncer refuses to be root, and may become nobody.
        self.folder.mkdir(mode=0o755)
        text = Path(settings.BASE_DIR, "deploy/pgbouncer.ini").read_text() + OURS.format(
            name=known["NAME"],
            server=f"{server} dbname='{known['NAME']}'",
            port=self.port,
            folder=self.folder,
            size=POOL_SIZE,
            more=more,
        )
        (self.folder / "ini").write_text(text)
        (self.folder / "users").write_text(f'"{self.user}" ""\n')
        self.process = None

    def start(self):
        prepare = privilege.choose_preparation(Path(PROGRAM))
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [PROGRAM, str(self.folder / "ini")],
            stdout=self.log,
            stderr=self.log,
            preexec_fn=prepare,
        )
        wait_for(self._answers, "PgBouncer")
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        # Not by signing in: the session behind would be there before the role has its limits.
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
