"""What is measured: Doorbell and what people would pick instead, each as real processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from abc import ABC, abstractmethod
from contextlib import contextmanager
from pathlib import Path

from config import processes
from tests.server import Child, ServerProcess, find_free_port

RIVALS = Path(__file__).parent / "rivals"
NODE_FOLDER = Path(".local/bench/node").resolve()
NODE_PACKAGES = ("socket.io@4.8.4", "@socket.io/redis-adapter@8.3.0", "redis@6.3.1")
START_S = 30
# A load test is not a stranger.
NO_LIMITS = {
    "WS_FRAMES_PER_S": "10000000",
    "WS_FRAMES_BURST": "10000000",
    "WS_MESSAGES_PER_S": "10000000",
    "WS_MESSAGES_BURST": "10000000",
    "LIMIT_MESSAGES_A_DAY": "1000000000",
    "LIMIT_MESSAGES_A_MINUTE": "1000000000",
    "LIMIT_SOCKETS": "1000000000",
    "TICKET_TTL_S": "3600",
}


class System(ABC):
    """A running system: `pids` by group, and seats that the load generator can take."""

    dialect = ""
    # Whether a frame can be kept from its sender.
    spares_sender = True
    # Whether all of it is in one server process.
    is_single = True
    # Whether it is also held by sockets that open as browsers do.
    meets_browsers = False

    def __init__(self, name, folder, services):
        self.name, self.folder, self.services = name, folder, services

    @property
    def missing(self):
        """Why it cannot be measured here, or ""."""
        return ""

    @abstractmethod
    def start(self):
        """Bring it up; it answers when this returns."""

    @abstractmethod
    def stop(self):
        """End what start() began, be it half done."""

    @contextmanager
    def running(self):
        try:
            self.start()
            yield
        finally:
            self.stop()

    def seats(self, rooms, members, recipients):
        names = [uuid.uuid4().hex for _ in range(rooms)]
        seat = {"port": self.port, "recipients": recipients}
        return [[{**seat, "room": name} for _ in range(members)] for name in names]

    @property
    def redis_pid(self):
        return self.services.redis.process.pid


class Doorbell(System):
    dialect = "doorbell"

    def __init__(self, name, folder, services, *, kind, cast, count=1):
        super().__init__(name, folder, services)
        self.kind, self.cast, self.count = kind, cast, count
        self.is_single = self.meets_browsers = count == 1

    def start(self):
        self.sites = [
            ServerProcess(self.folder, kind=self.kind, env=NO_LIMITS) for _ in range(self.count)
        ]
        for site in self.sites:
            site.start()

    def stop(self):
        for site in self.sites:
            site.kill()

    def seats(self, rooms, members, recipients="all", storage="none"):
        """The members of each room take the processes in turn."""
        ports = [site.port for site in self.sites]
        return [
            [{**seat, "port": ports[n % len(ports)]} for n, seat in enumerate(room)]
            for room in self.cast.make_rooms(rooms, members, storage)
        ]

    @property
    def pids(self):
        return {
            "server": [site.pid for site in self.sites],
            "redis": [self.redis_pid],
            "postgres": [self.services.postgres.process.pid],
        }


class Rival(System):
    """One process that is ready when it takes connections."""

    uses_redis = False
    child = None

    @abstractmethod
    def command(self):
        """The command line of the process."""

    def environment(self):
        return {}

    def start(self):
        self.port = find_free_port()
        self.home = self.folder / f"{self.name.replace(' ', '-')}-{self.port}"
        self.home.mkdir()
        env = {**os.environ, **self.environment()}
        self.child = Child(self.name.split()[0], self.command(), env, self.home)
        self.child.start()
        deadline = time.monotonic() + START_S
        while not _takes_connections(self.port):
            self.child.check_alive()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} did not start")
            time.sleep(0.05)

    def stop(self):
        if self.child is not None:
            self.child.end(signal.SIGKILL)

    @property
    def pids(self):
        groups = {"server": [self.child.pid]}
        return {**groups, "redis": [self.redis_pid]} if self.uses_redis else groups

    def fill(self, name):
        """Write one of our configurations with its @words@ filled in."""
        text = (RIVALS / name).read_text()
        for word, value in (("folder", self.home), ("port", self.port)):
            text = text.replace(f"@{word}@", str(value))
        target = self.home / name
        target.write_text(text)
        return target


# What Doorbell changes in its servers, and what they are without.
AS_IT_COMES = {
    "config.servers.daphne": "daphne",
    "config.servers.uvicorn:UvicornProtocol": "websockets-sansio",
    "--ws-per-message-deflate=false": "--ws-per-message-deflate=true",
}


class AsgiRival(Rival):
    """An ASGI application behind the same server as Doorbell, as that server comes."""

    def __init__(self, name, folder, services, *, kind, module, layer=""):
        super().__init__(name, folder, services)
        self.kind, self.module, self.layer = kind, module, layer
        self.dialect = module
        self.uses_redis = module == "stock"
        self.meets_browsers = layer == "core"
        self.spares_sender = not self.uses_redis

    def command(self):
        *command, _ = processes.WEB_SERVERS[self.kind]("127.0.0.1", self.port)
        options = [AS_IT_COMES.get(word, word) for word in command]
        return [*options, f"tests.benchmarks.rivals.{self.module}:application"]

    def environment(self):
        return {"LAYER": self.layer, "DJANGO_SETTINGS_MODULE": ""}


class SocketIo(Rival):
    dialect = "socketio"
    uses_redis = True

    @property
    def missing(self):
        if not shutil.which("node") or not shutil.which("npm"):
            return "node and npm are not installed"
        return "" if install_node_packages() else "npm could not install it"

    def command(self):
        return ["node", str(RIVALS / "socketio.mjs")]

    def environment(self):
        return {
            "PORT": str(self.port),
            "MODULES": str(NODE_FOLDER),
            "REDIS_SOCKET": str(self.services.sockets / "redis.sock"),
            "NODE_ENV": "production",
        }


class Xmpp(Rival):
    dialect = "xmpp"
    spares_sender = False
    path = "/ws"

    def seats(self, rooms, members, recipients):
        made = super().seats(rooms, members, recipients)
        return [[{**seat, "path": self.path} for seat in room] for room in made]


class Prosody(Xmpp):
    path = "/xmpp-websocket"

    @property
    def missing(self):
        return "" if shutil.which("prosody") else "not installed (apt install prosody)"

    def command(self):
        return ["prosody", "-F", "--config", str(self.fill("prosody.cfg.lua"))]


class Ejabberd(Xmpp):
    configuration = "ejabberd.yml"

    @property
    def missing(self):
        found = shutil.which("erl") and Path("/usr/sbin/ejabberdctl").exists()
        return "" if found else "not installed (apt install ejabberd)"

    def command(self):
        # Without a node name, so that no Erlang port mapper is started.
        database = f'"{self.home}/mnesia"'
        return ["erl", "-noinput", "+K", "true", "-mnesia", "dir", database, "-s", "ejabberd"]

    def environment(self):
        return {
            "EJABBERD_CONFIG_PATH": str(self.fill(self.configuration)),
            "EJABBERD_LOG_PATH": str(self.home / "ejabberd.log"),
            "ERL_LIBS": "/usr/lib/x86_64-linux-gnu",
            "HOME": str(self.home),
        }


def make_systems(folder, services, cast):
    """Return every system by name, in the order of the table."""
    asgi, made = ("daphne", "uvicorn"), []
    for kind in asgi:
        made.append(Doorbell(f"Doorbell {kind}", folder, services, kind=kind, cast=cast))
    for kind in asgi:
        name = f"Doorbell {kind} ×2"
        made.append(Doorbell(name, folder, services, kind=kind, cast=cast, count=2))
    for kind in asgi:
        made.append(AsgiRival(f"bare {kind}", folder, services, kind=kind, module="bare"))
    for layer in ("core", "pubsub"):
        for kind in asgi:
            options = {"kind": kind, "module": "stock", "layer": layer}
            made.append(AsgiRival(f"Channels {layer} {kind}", folder, services, **options))
    made.append(SocketIo("Socket.IO + Redis", folder, services))
    made.append(Prosody("Prosody", folder, services))
    made.append(Ejabberd("ejabberd", folder, services))
    return {system.name: system for system in made}


def install_node_packages():
    """Install Socket.IO into .local, once; return whether it is there."""
    if (NODE_FOLDER / "node_modules" / "socket.io").is_dir():
        return True
    NODE_FOLDER.mkdir(parents=True, exist_ok=True)
    print("Installing Socket.IO for the benchmark …", file=sys.stderr)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(NODE_FOLDER)]
    done = subprocess.run([*command, *NODE_PACKAGES], capture_output=True, text=True)
    return done.returncode == 0


def _takes_connections(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
