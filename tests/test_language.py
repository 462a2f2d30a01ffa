"""A language is one folder and one line: what reads it is found by nobody's list."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import override, trans_real

from accounts.users.models import User
from rooms.base.phrasebook import Phrasebook
from rooms.base.phrases import PHRASES
from rooms.inbox.wording import PHRASES as WORDING
from rooms.notifications.models import Delivery
from rooms.notifications.tasks import deliver

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs gettext's msgfmt"),
]
# Polish has three forms. None of the translations is one of the texts we ship.
CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\n"

msgid "Write a message…"
msgstr "Napisz coś…"

msgid "{count} character left"
msgid_plural "{count} characters left"
msgstr[0] "{count} znak"
msgstr[1] "{count} znaki"
msgstr[2] "{count} znaków"

msgid "No open conversations"
msgstr "Nie ma rozmów"

msgid "%(guest)s is waiting at %(property)s"
msgstr "%(property)s: czeka %(guest)s"

msgid "This address is taken."
msgstr "Ten adres jest zajęty."

msgid "This link does not open a conversation"
msgstr "Ten link nie otwiera rozmowy"
"""


@pytest.fixture
def polish(tmp_path):
    """One folder and one line."""
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)
    subprocess.run(["msgfmt", "-o", folder / "django.mo", folder / "django.po"], check=True)
    languages = [*project.LANGUAGES, ("pl", "polski")]
    paths = [*project.LOCALE_PATHS, tmp_path]
    with override_settings(LANGUAGES=languages, LOCALE_PATHS=paths):
        yield
    trans_real._translations.pop("pl", None)


@pytest.fixture
def desk(client, alice):
    User.objects.filter(pk=alice.pk).update(language="pl")
    client.force_login(alice)
    return client


def config_of(page, name):
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    return json.loads(found[1])


def test_the_guests_page_and_its_script_speak_it(polish, client, link):
    page = client.get(f"/c/{link.token}", headers={"Accept-Language": "pl"}).content.decode()
    phrases = config_of(page, "guest")["phrases"]
    assert '<html lang="pl">' in page
    assert phrases["placeholder"] == "Napisz coś…"
    few, many = "{count} znaki", "{count} znaków"
    assert phrases["chars_left"] == {"0": many, "1": "{count} znak", "2": few, "6": many}
    assert phrases["send"] == "Send"


def test_a_page_without_a_script_speaks_it(polish, client, db):
    page = client.get("/c/nowhere", headers={"Accept-Language": "pl"}).content.decode()
    assert "Ten link nie otwiera rozmowy" in page


def test_the_inbox_and_a_refusal_speak_it_to_whoever_chose_it(polish, desk, link, property):
    assert "Nie ma rozmów" in desk.get("/inbox").content.decode()
    link.slug = "taken-one"
    link.save()
    form = f"/properties/{property.uuid}/links/new"
    answer = desk.post(form, {"label": "Card", "mode": "private", "slug": "taken-one"})
    assert "Ten adres jest zajęty." in answer.content.decode()


def test_a_mail_speaks_it(polish, visit, alice, mailoutbox):
    User.objects.filter(pk=alice.pk).update(language="pl")
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    deliver(visit.arrival.deliveries.get().pk)
    assert mailoutbox[0].subject == "Alice's shop: czeka Gwen"


@pytest.mark.parametrize("phrases", [PHRASES, WORDING])
def test_every_text_of_a_script_is_there_in_every_language(phrases):
    for language, _ in project.LANGUAGES:
        texts = Phrasebook(phrases).translate(language)
        assert set(texts) == set(phrases)
        assert all(texts.values())


def test_a_language_that_nobody_speaks_is_english():
    with override("zh-hans"):
        assert Phrasebook(PHRASES).translate("tlh")["send"] == "Send"
