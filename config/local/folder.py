"""What a clone keeps to itself under .local/: its secret key and where its services listen."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


class LocalError(Exception):
    """Something on this machine is in the way; the text is one sentence for the terminal."""


@dataclass(frozen=True, slots=True)
class ServiceAddresses:
    """Where PostgreSQL and Redis are to be found."""

    database_url: str
    redis_url: str


def make_folder(folder: Path) -> Path:
    """Make the folder, for its owner only. Raises LocalError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LocalError(f"Cannot write to {folder}: {reason}.") from None
    return folder


def read_secret_key(folder: Path) -> str:
    """Return the clone's secret key; the first call makes it. Raises LocalError."""
    return _read_or_make(folder / "secret_key", secrets.token_urlsafe(64))


def read_vapid_key(folder: Path) -> str:
    """Return the clone's key for web push; the first call makes it. Raises LocalError.

    Any 32 bytes are a private key of P-256, but for one in four billion.
    """
    return _read_or_make(folder / "vapid_key", secrets.token_urlsafe(32))


def _read_or_make(path: Path, fresh: str) -> str:
    if not path.exists():
        make_folder(path.parent)
        draft = path.parent / f".{path.name}-{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh)
        # Whoever links first wins; the others read the winner's key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def make_places(sockets: Path) -> ServiceAddresses:
    return ServiceAddresses(
        database_url=f"postgresql://doorbell@/doorbell?host={sockets}",
        redis_url=f"unix://{sockets}/redis.sock",
    )


def read_places(folder: Path) -> ServiceAddresses:
    """Return where the services of this clone listen, or would listen when started."""
    try:
        return ServiceAddresses(**json.loads((folder / "services.json").read_text()))
    except (OSError, ValueError, TypeError):
        return make_places(folder / "run")


def write_places(folder: Path, places: ServiceAddresses) -> None:
    (folder / "services.json").write_text(json.dumps(asdict(places)))


def forget_places(folder: Path) -> None:
    (folder / "services.json").unlink(missing_ok=True)
