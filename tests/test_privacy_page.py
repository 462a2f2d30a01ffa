"""docs/privacy.md tells of every table there is, once, and of none that is not."""

from __future__ import annotations

import re

from django.apps import apps
from django.conf import settings

PAGE = (settings.BASE_DIR / "docs" / "privacy.md").read_text()
ROW = re.compile(r"^\| `(\w+\.\w+)` \| (.+?) \| (.+?) \|$", re.M)


def test_every_table_is_described_once():
    named = [name for name, _, _ in ROW.findall(PAGE)]
    assert sorted(named) == sorted(model._meta.label for model in apps.get_models())


def test_the_days_it_names_are_those_of_the_settings():
    assert f"ends {settings.ACCOUNT_GRACE_DAYS} days (`ACCOUNT_GRACE_DAYS`)" in PAGE


def test_the_readme_leads_there():
    assert "(docs/privacy.md)" in (settings.BASE_DIR / "README.md").read_text()
