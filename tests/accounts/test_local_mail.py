"""Without a mail server the code page shows the mail, in development alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.test import Client

from config.addresses import parse_email
from tests.accounts.test_sign_up import CODE_PAGE, sign_up
from tests.config.test_prod import COMPLETE

ASK = "from django.conf import settings; print(repr(settings.LOCAL_MAIL_FOLDER))"


@pytest.fixture
def folder(settings, tmp_path):
    """Mails go to files, as in `make run`."""
    for name, value in parse_email(f"file://{tmp_path}/mail").items():
        setattr(settings, name, value)
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def ask(module, **env):
    """What the settings of this name say of the folder to show, in a process of their own."""
    known = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": f"config.settings.{module}"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, cwd=project.BASE_DIR, env=known | env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_page_says_where_the_mail_lies_and_shows_it(client, db, folder, settings):
    settings.LOCAL_MAIL_FOLDER = str(folder)
    sign_up(client)
    page = client.get(CODE_PAGE)
    mail = page.context["local_mail"]
    code = next(line for line in mail.text.splitlines() if "-" in line)
    [path] = folder.iterdir()
    shown = page.content.decode()
    assert mail.path == str(path) and str(path) in shown and code in shown
    assert client.post(CODE_PAGE, {"code": code}).headers["Location"] == "/welcome"


def test_it_shows_nobody_elses(client, db, folder, settings):
    settings.LOCAL_MAIL_FOLDER = str(folder)
    sign_up(client, email="first@example.com")
    sign_up(Client(), email="second@example.com")
    page = client.get(CODE_PAGE)
    assert "-first@example.com-" in page.context["local_mail"].path
    assert "second@example.com" not in page.content.decode()


def test_without_the_setting_it_shows_nothing(client, db, folder):
    sign_up(client)
    page = client.get(CODE_PAGE).content.decode()
    assert "local-mail" not in page and str(folder) not in page


def test_development_shows_files_and_no_others(tmp_path):
    env = {"LOCAL_DIR": str(tmp_path), "SECRET_KEY": "k" * 60}
    assert ask("dev", EMAIL_URL="file:///mails", **env) == "'/mails'"
    assert ask("dev", EMAIL_URL="smtp://localhost", **env) == "''"


def test_production_never_does():
    files = COMPLETE | {"EMAIL_URL": "file:///mails", "LOCAL_MAIL_FOLDER": "/mails"}
    assert ask("prod", **files) == "''"
