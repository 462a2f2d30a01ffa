"""docs/security.md speaks of tests that are there, and of every chapter of the standard."""

from __future__ import annotations

import re

from django.conf import settings

TEXT = (settings.BASE_DIR / "docs/security.md").read_text()


def test_every_test_it_names_is_there():
    for line in TEXT.splitlines():
        folder = None
        for name in re.findall(r"`([\w/]+(?:\.py|\.js|/))`", line):
            path = settings.BASE_DIR / name
            if "/" not in name:
                path = folder / name
            assert path.exists(), name
            folder = path.parent if path.is_file() else path


def test_every_chapter_is_spoken_of():
    assert re.findall(r"^\| V(\d+) ", TEXT, re.M) == [str(number) for number in range(1, 18)]
