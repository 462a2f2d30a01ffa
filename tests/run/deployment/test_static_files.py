"""Collected files are read by a proxy under another user; files of conversations are not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages


def collect(root, umask):
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "-v", "0"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"STATIC_ROOT": str(root)},
        preexec_fn=lambda: os.umask(umask),
        check=True,
    )


def modes(root):
    """The modes of folders and of files."""
    places = [root, *root.rglob("*")]
    files = {path.stat().st_mode & 0o777 for path in places if path.is_file()}
    assert {".gz", ".json", ".css"} <= {path.suffix for path in places}
    return {path.stat().st_mode & 0o777 for path in places if path.is_dir()}, files


@pytest.mark.parametrize("umask", [0o077, 0o000, 0o022])
def test_everybody_may_read_static_files_whatever_the_umask(tmp_path, umask):
    collect(tmp_path / "static", umask)
    assert modes(tmp_path / "static") == ({0o755}, {0o644})


def test_folders_of_an_earlier_collection_are_opened(tmp_path):
    old = tmp_path / "static" / "rooms"
    old.mkdir(parents=True, mode=0o700)
    old.parent.chmod(0o700)
    collect(tmp_path / "static", 0o077)
    assert modes(tmp_path / "static") == ({0o755}, {0o644})


def test_files_of_conversations_stay_private(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    name = storages["default"].save("attachments/a/b", ContentFile(b"private"))
    path = tmp_path / "media" / name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
