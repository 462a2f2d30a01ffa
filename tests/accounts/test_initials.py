"""Templates and scripts show the same initials: both read the same table."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from accounts.templatetags.accounts import initials

CASES = json.loads((settings.BASE_DIR / "tests/js/initials.json").read_text())


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_initials_are_whole_characters_of_the_first_and_the_last_word(name, expected):
    assert initials(name) == expected
