from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from tests.files_to_send import make_file


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


class Sender:
    """A guest who came by the link, and their files."""

    def __init__(self, link):
        self.link, self.browser = link, Client()
        joined = self.browser.post(
            f"/c/{link.address}/join", {"nickname": "Gwen"}, content_type="application/json"
        )
        self.room = joined.json()["room"]

    def send(self, name="photo.png", content=None, client_id=None):
        form = {"file": make_file(name, content), "client_id": client_id or uuid4()}
        headers = {"Origin": "http://testserver"}
        return self.browser.post(f"/c/{self.link.address}/files", form, headers=headers)

    def read(self, uuid):
        return self.browser.get(f"/c/{self.link.address}/files/{uuid}")


@pytest.fixture
def sender(link):
    return Sender(link)


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]
