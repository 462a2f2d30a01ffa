"""A house of its own for the fault tests: PostgreSQL, Redis, both web servers, a stagehand.

Whatever is killed here disturbs no other test.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import redis
from django.conf import settings

from config.local.privilege import follow_parent
from config.local.services import Services
from tests.server import ServerProcess, wait_for

KINDS = ("daphne", "uvicorn")
PING_S = 1
TTL_S = 4
GRACE_S = 2
ENV = {
    "PING_INTERVAL_S": str(PING_S),
    "PRESENCE_TTL_S": str(TTL_S),
    "PRESENCE_GRACE_S": str(GRACE_S),
    "WS_STALL_S": "4",
    "WS_FRAMES_PER_S": "1000",
    "WS_FRAMES_BURST": "3000",
    "WS_MESSAGES_PER_S": "1000",
    "WS_MESSAGES_BURST": "10000",
    "DB_POOL_SIZE": "12",
}


class House:
    """`sites` by kind; faults are methods, awaited while visitors go on."""

    def __init__(self, folder):
        self.folder = folder
        self.services = Services(folder / "services", fast=False)
        # One thread for the life of the house: children end with the thread that made them.
        self._hands = ThreadPoolExecutor(1, "faults")
        self.sites = {}
        self.stagehand = None

    def open(self):
        self._by_hand(self._open)

    def close(self):
        self._by_hand(self._close)
        self._hands.shutdown()

    def mend(self):
        """Bring back whatever the last test left broken."""
        self._by_hand(self._mend)

    def make_site(self, kind, **env):
        """One more site on the same services; the caller stops it with `stop_site`."""
        site = ServerProcess(self.folder, kind=kind, env=self.env | env)
        self._by_hand(site.start)
        return site

    def stop_site(self, site):
        self._by_hand(site.stop)

    # --- Faults

    async def kill_web(self, site):
        await self._do(site.restart, signal.SIGKILL)

    async def end_web(self, site, number):
        await self._do(site.web.end, number)

    async def start_web(self, site):
        await self._do(self._start_web, site)

    async def restart_postgres(self):
        """As after a crash: no checkpoint, every connection cut."""
        await self.stop_postgres()
        await self.start_postgres()

    async def stop_postgres(self):
        await self._do(self.services.postgres.kill, signal.SIGQUIT)

    async def start_postgres(self):
        await self._do(self.services.postgres.start)

    async def empty_redis(self):
        """End Redis and start one that knows nothing."""
        await self.stop_redis()
        await self.start_redis()

    async def stop_redis(self):
        await self._do(self._stop_redis)

    async def start_redis(self):
        await self._do(self.services.redis.start)

    async def cue(self, name, **arguments):
        """Have the stagehand do something; returns its answer."""
        return await self._do(self._cue, name, arguments)

    # --- Looking

    def ask_redis(self, *command):
        with redis.Redis.from_url(self.services.places.redis_url) as client:
            return client.execute_command(*command)

    async def read_metrics(self, site):
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            text = (await client.get(f"{site.url}/metrics")).text
        lines = [line.split() for line in text.splitlines() if line.startswith("doorbell_")]
        return {line[0].removeprefix("doorbell_"): float(line[1]) for line in lines}

    @staticmethod
    def read_rss_kib(site):
        return psutil.Process(site.pid).memory_info().rss // 1024

    # --- In the thread

    def _by_hand(self, work, *arguments):
        return self._hands.submit(work, *arguments).result()

    async def _do(self, work, *arguments):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hands, work, *arguments)

    def _open(self):
        self.services.start()
        places = self.services.places
        self.env = ENV | {"DATABASE_URL": places.database_url, "REDIS_URL": places.redis_url}
        self._manage("migrate", "--verbosity", "0")
        self.stagehand = self._start_stagehand()
        for kind in KINDS:
            self.sites[kind] = ServerProcess(self.folder, kind=kind, env=self.env)
            self.sites[kind].web.start()
        for site in self.sites.values():
            wait_for(site._is_healthy, "the web server")

    def _close(self):
        for site in self.sites.values():
            site.stop(signal.SIGKILL)
        if self.stagehand is not None:
            self.stagehand.kill()
            self.stagehand.wait()
        self.services.stop()

    def _mend(self):
        for server in (self.services.postgres, self.services.redis):
            if server.process is None:
                server.start()
        for site in self.sites.values():
            if site.web.process is None or site.web.process.poll() is not None:
                site.web.process = None
                self._start_web(site)

    @staticmethod
    def _start_web(site):
        site.web.start()
        wait_for(site._is_healthy, "the web server")

    def _stop_redis(self):
        server = self.services.redis
        server.kill()
        shutil.rmtree(server.data)

    def _manage(self, *words):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, env=os.environ | self.env, cwd=settings.BASE_DIR, check=True)

    def _start_stagehand(self):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.cast.stagehand"],
            env=os.environ | self.env,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: follow_parent(signal.SIGKILL),
        )

    def _cue(self, name, arguments):
        print(json.dumps({"cue": name, **arguments}), file=self.stagehand.stdin, flush=True)
        answer = json.loads(self.stagehand.stdout.readline())
        assert "ok" in answer, answer["error"]
        return answer["ok"]
