"""A thousand new customers: one request to Doorbell, or a thousand calls of ejabberd.

ejabberd gets what it is good at: one connection that stays open, plain passwords in Mnesia,
nothing but its API.
"""

from __future__ import annotations

import time

import httpx

from tests.benchmarks.systems import Doorbell, Ejabberd

ACCOUNTS = 1_000
DOORBELL, EJABBERD = "Doorbell at once", "ejabberd one by one"


class AtOnce(Doorbell):
    """Accounts, owners, properties, links and sign-in links, in PostgreSQL."""

    def open_accounts(self, rounds):
        """Return the seconds of each round."""
        from accounts.keys.services import create_api_key  # models, so only after django.setup()

        key = create_api_key(None, "Benchmark", "platform")[1]
        url, headers = self.sites[0].url, {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            return [time_batch(client, number) for number in range(rounds)]


class OneByOne(Ejabberd):
    """Bare XMPP users."""

    configuration = "ejabberd-api.yml"

    def open_accounts(self, rounds):
        """Return the seconds of each round."""
        url = f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=url, trust_env=False) as client:
            return [time_calls(client, number) for number in range(rounds)]


def make_openers(folder, services, cast):
    """Return both by name."""
    made = (
        AtOnce(DOORBELL, folder, services, kind="daphne", cast=cast),
        OneByOne(EJABBERD, folder, services),
    )
    return {system.name: system for system in made}


def time_batch(client, number):
    rows = [
        {
            "external_id": f"{number}-{n}",
            "name": f"Shop {n}",
            "email": f"owner{n}.{number}@example.org",
        }
        for n in range(ACCOUNTS)
    ]
    began = time.perf_counter()
    answer = client.post("/api/v1/provisioning/batches", json={"rows": rows})
    seconds = time.perf_counter() - began
    assert answer.json()["created"] == ACCOUNTS, answer.text[:500]
    return seconds


def time_calls(client, number):
    began = time.perf_counter()
    for n in range(ACCOUNTS):
        body = {"user": f"owner{n}-{number}", "host": "localhost", "password": "correct horse"}
        answer = client.post("/api/register", json=body)
        assert answer.status_code == 200, answer.text
    return time.perf_counter() - began
