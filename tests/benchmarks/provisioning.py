"""A thousand new customers: one request to Doorbell, or a thousand calls of ejabberd.

`python -m tests.benchmarks.provisioning`. Everything runs on loopback with data of its own and is
gone afterwards. ejabberd gets what it is good at: one connection that stays open, plain passwords
in Mnesia, nothing but its API.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
import httpx
from django.core.management import call_command

from config.services import Services
from tests.server import ServerProcess, find_free_port

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["DB_POOL_SIZE"] = "0"
ACCOUNTS = 1_000
ROUNDS = 3
START_TIMEOUT_S = 30
EJABBERD = """
hosts: [localhost]
loglevel: error
auth_method: [internal]
auth_password_format: plain
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers: {{/api: mod_http_api}}
api_permissions:
  register: {{who: {{access: {{allow: {{ip: 127.0.0.1/8}}}}}}, what: [register]}}
modules: {{mod_adhoc: {{}}}}
"""


def main():
    folder = Path(tempfile.mkdtemp(prefix="doorbell-bench-", dir="/tmp"))
    # As durable as in production: no `fast` here.
    services = Services(folder / "services")
    services.start()
    try:
        prepare(folder, services)
        ours = measure_doorbell(folder)
        theirs = measure_ejabberd(folder)
    finally:
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)
    tell("Doorbell, one request", ours)
    if theirs:
        tell(f"ejabberd, {ACCOUNTS:,} × /api/register", theirs)
        sys.exit(0 if min(ours) < min(theirs) else 1)
    print("ejabberd is not installed (apt install ejabberd).")


def prepare(folder, services):
    os.environ["DATABASE_URL"] = services.places.database_url
    os.environ["REDIS_URL"] = services.places.redis_url
    os.environ["STATIC_ROOT"] = str(folder / "static")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def tell(name, times):
    each = ", ".join(f"{seconds:.2f}" for seconds in times)
    print(f"{name:<36} best {min(times):.2f} s of {each}")


def measure_doorbell(folder):
    """Seconds for accounts, owners, properties, links and sign-in links, in PostgreSQL."""
    from accounts.services import create_api_key

    key = create_api_key(None, "Benchmark", "platform")[1]
    site = ServerProcess(folder).start()
    try:
        return [time_doorbell(site, key, number) for number in range(ROUNDS)]
    finally:
        site.stop()


def time_doorbell(site, key, number):
    rows = [
        {
            "external_id": f"{number}-{n}",
            "name": f"Shop {n}",
            "email": f"owner{n}.{number}@example.org",
        }
        for n in range(ACCOUNTS)
    ]
    with httpx.Client(timeout=60, trust_env=False) as client:
        began = time.perf_counter()
        answer = client.post(
            f"{site.url}/api/v1/provisioning/batches",
            json={"rows": rows},
            headers={"Authorization": f"Bearer {key}"},
        )
        seconds = time.perf_counter() - began
    assert answer.json()["created"] == ACCOUNTS, answer.text[:500]
    return seconds


def measure_ejabberd(folder):
    """Seconds for bare XMPP users; None if it is not there."""
    if not (shutil.which("erl") and Path("/usr/sbin/ejabberdctl").exists()):
        return None
    port, home = find_free_port(), folder / "ejabberd"
    home.mkdir()
    (home / "ejabberd.yml").write_text(EJABBERD.format(port=port))
    env = os.environ | {
        "EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"),
        "EJABBERD_LOG_PATH": str(home / "ejabberd.log"),
        "ERL_LIBS": "/usr/lib/x86_64-linux-gnu",
        "HOME": str(home),
    }
    database = f'"{home}/mnesia"'
    command = ["erl", "-noinput", "+K", "true", "-mnesia", "dir", database, "-s", "ejabberd"]
    with (home / "out.log").open("wb") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_for_api(client)
            return [time_ejabberd(client, number) for number in range(ROUNDS)]
    finally:
        server.kill()
        server.wait()


def wait_for_api(client):
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        try:
            register(client, "first")
        except (httpx.HTTPError, AssertionError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("ejabberd does not answer.")


def time_ejabberd(client, number):
    began = time.perf_counter()
    for n in range(ACCOUNTS):
        register(client, f"owner{n}-{number}")
    return time.perf_counter() - began


def register(client, user):
    body = {"user": user, "host": "localhost", "password": "correct horse"}
    answer = client.post("/api/register", json=body)
    assert answer.status_code == 200, answer.text


if __name__ == "__main__":
    main()
