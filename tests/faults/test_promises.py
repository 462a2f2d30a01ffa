"""docs/promises.md names the tests that prove it; they exist."""

from __future__ import annotations

import re

from django.conf import settings

PAGE = (settings.BASE_DIR / "docs/promises.md").read_text()


def test_every_promise_names_tests_that_exist():
    written = "\n".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("*.py"))
    tests = set(re.findall(r"^(?:async )?def (test_\w+)", written, re.M))
    promises = re.split(r"^## ", PAGE, flags=re.M)[1:]
    kept = [text for text in promises if re.match(r"\d", text)]
    assert len(kept) == 9
    for text in kept:
        named = set(re.findall(r"`(test_\w+)`", text))
        assert named, text.splitlines()[0]
        assert named <= tests, named - tests
