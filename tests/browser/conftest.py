"""Real Chromium against a running server. Every person gets a browser context of their own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from rooms.conversations.models import Room
from rooms.conversations.services.messages import post_message, sender_of
from tests.cast import enter, show_who

# The same engine without the window around it, where it is there, takes half the time.
BROWSERS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(os.path.exists, BROWSERS), BROWSERS[-1])
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WAIT_MS = 15_000
# Playwright's loop runs in this thread, and Django takes that for a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items):
    missing = pytest.mark.skipif(not os.path.exists(CHROMIUM), reason=f"needs {CHROMIUM}")
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(missing)


@pytest.fixture(scope="module")
def chromium():
    # Not for the whole session: asyncio tests cannot run while Playwright's loop does.
    with launch(CHROMIUM) as browser:
        yield browser


@contextmanager
def launch(path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def make_context(chromium, live, transactional_db):
    """make_context(alice): a fresh browser context, signed in as the user if one is given."""
    contexts = []

    def make(user=None, **options):
        context = chromium.new_context(base_url=live.url, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        if user is not None:
            context.add_cookies([make_session_cookie(user, live.url)])
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def visit_as(make_context):
    """visit_as("/inbox", alice): a page in a fresh context, signed in as the user if one is given.

    Whatever the page throws or the Content-Security-Policy forbids fails the test.
    """
    contexts, complaints = [], []

    def visit(path, user=None, **options):
        context = make_context(user, **options)
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: note_violation(message, complaints))
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    # Closing hears what the pages said last.
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def say(alice):
    """say("Hi"): Alice writes in the newest room, by way of the server."""

    def post(body):
        place = enter(alice, Room.objects.latest("id"))
        return post_message(sender=sender_of(place), client_id=uuid4(), body=body)

    return post


def note_violation(message, complaints):
    if "Content Security Policy" in message.text:
        complaints.append(message.text)


def make_session_cookie(user, url):
    client = Client()
    client.force_login(user)
    show_who(client)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
