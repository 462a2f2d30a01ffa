"""A refusal leaves by one of three edges; for a script it has one shape, wherever it arose."""

from __future__ import annotations

import ast

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.base.errors import DomainError
from tests.test_house import FLOORS

PROBLEM = "application/problem+json"
KEYS = {"type", "title", "status", "code", "detail", "temporary", "trace_id", "errors"}
# An edge, and the one place where a refusal is a result: of each row of a batch.
MAY_CATCH = {"accounts/base/refusals.py", "rooms/provisioning/bulk/chunks.py"}
TEXT = "text/plain"


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/nothing", "not_found"),
        ("POST", "/api/schema", "csrf_failed"),
        ("POST", "/api/docs", "csrf_failed"),
        ("GET", "/api/v1/nothing", "not_found"),
        ("GET", "/c/{link}/join", "method_not_allowed"),
        ("PUT", "/c/{link}/join", "method_not_allowed"),
        ("GET", "/c/{link}/files", "method_not_allowed"),
        ("POST", "/c/{link}/join", "unsupported_media_type"),
        ("POST", "/c/nothing/join", "unsupported_media_type"),
        ("POST", "/c/nothing/files", "link_not_found"),
    ],
)
def test_a_script_always_gets_a_problem(browser, link, method, path, code):
    path = path.format(link=link.token)
    answer = browser.generic(method, path, "x", TEXT, headers={"Accept": "*/*"})
    assert answer["Content-Type"] == PROBLEM
    assert set(answer.json()) >= KEYS
    assert (answer.json()["code"], answer.json()["status"]) == (code, answer.status_code)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/team", "/account", "/nothing", "/links/new"])
def test_so_does_whoever_asks_for_json(browser, alice, path):
    browser.force_login(alice)
    for asks in ({"content_type": "application/json"}, {"headers": {"Accept": PROBLEM}}):
        answer = browser.post(path, {}, **asks)
        assert answer["Content-Type"] == PROBLEM
        assert answer.json()["code"] in ("csrf_failed", "not_found")


def test_a_method_that_is_not_taken_says_so_on_a_page(browser, alice):
    browser.force_login(alice)
    answer = browser.get("/account/switch/00000000-0000-0000-0000-000000000007")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "does not take this method" in answer.content.decode()


def test_a_bug_is_a_problem_without_a_word_about_it(browser, link, monkeypatch):
    def crash(*args):
        raise RuntimeError("secret")

    monkeypatch.setattr("rooms.visits.views.open_door", crash)
    answer = browser.post(f"/c/{link.token}/join", {}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.content.decode()


def test_a_guest_reads_the_problem_as_pages_of_before_do(browser, link, monkeypatch):
    def fail(*args):
        raise OperationalError

    monkeypatch.setattr("rooms.visits.views.open_door", fail)
    answer = browser.post(f"/c/{link.token}/join", {}, content_type="application/json")
    problem = answer.json()
    assert (problem["code"], problem["temporary"]) == ("unavailable", True)
    assert {name: problem["error"][name] for name in ("code", "temporary")} == {
        "code": "unavailable",
        "temporary": True,
    }
    assert int(answer["Retry-After"]) >= 1


def test_only_the_edges_catch_a_refusal(settings):
    assert DomainError.__name__ == "DomainError"
    root = settings.BASE_DIR
    modules = [path for floor in FLOORS for path in (root / floor).rglob("*.py")]
    found = {str(path.relative_to(root)) for path in modules if catches(path)}
    assert found == MAY_CATCH


def catches(path):
    handlers = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ExceptHandler)
    ]
    caught = [node for one in handlers if one.type for node in ast.walk(one.type)]
    return any(isinstance(node, ast.Name) and node.id == "DomainError" for node in caught)
