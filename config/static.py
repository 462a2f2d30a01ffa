"""Static files under hashed names, module imports included, and only when something changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from rooms.base import modules, sheets

# `import … from "./x.js"`, `export … from`, `import "./x.js"` and `import("./x.js")`, with or
# without a semicolon, across lines. Django's own patterns skip those without one, silently.
MODULE_REFERENCE = (
    r"""(?P<matched>(?P<lead>\b(?:import|export)\b[^'"`;()]*?\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)"""
    r"""["'](?P<url>\.{1,2}/[^"'\n]+)["'])"""
)


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Every reference between our files becomes the hashed name, so all may be cached for ever."""

    # One pass settles one level of imports; a cycle never settles and is told.
    max_post_process_passes = 20
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ((MODULE_REFERENCE, '%(lead)s"%(url)s"'),)),
    )

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Make the joined files first, so that they get hashes like every other file."""
        if not dry_run:
            made = {joined: modules.join_modules(name) for name, joined in modules.JOINED.items()}
            made |= {name: sheets.join_sheet(name) for name in paths if sheets.is_sheet(name)}
            for joined, text in made.items():
                self.delete(joined)
                self.save(joined, ContentFile(text))
                paths[joined] = (self, joined)
        yield from super().post_process(paths, dry_run, **options)
        if not dry_run:
            _open_to_readers(Path(self.location))


def _open_to_readers(root: Path) -> None:
    """Let a proxy under another user read what is public, whatever the umask was.

    Folders that an earlier collection left are opened, too; what somebody else owns, like a
    mounted root, is theirs to open.
    """
    for path in (root, *root.rglob("*")):
        mode = 0o755 if path.is_dir() else 0o644
        state = path.stat()
        if state.st_mode & 0o777 != mode and state.st_uid == os.geteuid():
            path.chmod(mode)


def collect() -> bool:
    """Bring STATIC_ROOT up to date; return whether there was anything to do."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    digest = _digest_sources()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)
    return True


def _digest_sources() -> str:
    ignored = settings.STATICFILES_IGNORED
    digest = hashlib.sha256()
    for code in (__file__, modules.__file__, sheets.__file__):
        digest.update(Path(code).read_bytes())
    for finder in get_finders():
        for name, storage in finder.list(ignored):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()
