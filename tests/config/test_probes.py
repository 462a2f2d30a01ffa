"""Probes come in plain HTTP, to a process's own address."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def probe(settings):
    """A client that knows the machine's address only, on a site that insists on name and TLS."""
    settings.ALLOWED_HOSTS = ["chat.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    return Client(headers={"host": "10.0.0.7:8000"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_needs_neither_name_nor_tls(probe, path):
    assert probe.get(path).status_code == 200


def test_a_page_needs_both(probe, settings):
    assert probe.get("/accounts/login/", secure=True).status_code == 400
    settings.ALLOWED_HOSTS = ["10.0.0.7"]
    assert probe.get("/accounts/login/").status_code == 301


def test_metrics_are_no_address_for_strangers(probe, settings):
    settings.METRICS_TOKEN = "hush"
    ours = {"headers": {"host": "chat.example.com"}, "secure": True}
    asked, unknown = probe.get("/metrics", **ours), probe.get("/nowhere", **ours)
    assert asked.status_code == unknown.status_code == 404
    assert probe.get("/metrics", headers={"authorization": "Bearer hush"}).status_code == 200
