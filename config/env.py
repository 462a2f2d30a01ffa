"""Settings from the environment. A bad value is an error that names its variable.

Any variable may also be given as a file: NAME_FILE=/run/secrets/name.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
QUOTED = re.compile(r"""(['"])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?""")
CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def read_raw(name: str) -> str | None:
    """Return the variable, or the content of the file that NAME_FILE names, else None."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not path:
        return value
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error}.") from None


def read_str(name: str, default: str | None = None) -> str:
    """Return the text. Without a default the variable must be there and not empty."""
    value = read_raw(name)
    if value is None or (value == "" and default is None):
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set.")
        return default
    return value


def read_choice(name: str, default: str, choices: set[str]) -> str:
    value = read_str(name, default)
    if value not in choices:
        allowed = " or ".join(sorted(choices - {""}))
        raise ImproperlyConfigured(f"{name} must be {allowed}, not {value!r}.")
    return value


def read_int(name: str, default: int, *, minimum: int = 0) -> int:
    value = read_raw(name)
    if value is None or value == "":
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}.")
    return number


def read_bool(name: str, default: bool) -> bool:
    value = read_raw(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def read_list(name: str, default: list[str] | None = None) -> list[str]:
    """Return the parts between commas. Without a default there must be at least one."""
    value = read_raw(name)
    parts = [part.strip() for part in (value or "").split(",") if part.strip()]
    if parts or (value is not None and default is not None):
        return parts
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set; give one or more values between commas.")
    return default


def read_url(name: str, default: str | None = None, *, schemes: set[str]) -> str:
    """Return the address without a trailing slash; only these schemes are accepted."""
    value = read_str(name, default).rstrip("/")
    if value and _split(name, value).scheme not in schemes:
        allowed = ", ".join(sorted(f"{scheme}://" for scheme in schemes))
        raise ImproperlyConfigured(f"{name} must start with {allowed}; it does not.")
    return value


def read_origins(name: str, default: list[str] | None = None) -> list[str]:
    """Return exact origins: scheme, host and port, nothing after."""
    origins = read_list(name, default)
    for origin in origins:
        parts = _split(name, origin)
        exact = parts.scheme in {"http", "https"} and parts.netloc and "*" not in origin
        if not exact or f"{parts.scheme}://{parts.netloc}" != origin:
            raise ImproperlyConfigured(f"{name}: {origin!r} is not an origin like https://host.")
    return origins


def _split(name: str, address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is no address: its [ or ] is not of an IPv6.") from None


def read_rate(name: str, default: str) -> str:
    """Return "count/seconds", both whole numbers above zero."""
    value = read_str(name, default)
    count, _, seconds = value.partition("/")
    if count.isdecimal() and seconds.isdecimal() and int(count) > 0 and int(seconds) > 0:
        return value
    raise ImproperlyConfigured(f"{name} must be count/seconds like 60/60, not {value!r}.")


def load_file(path: Path) -> None:
    """Take NAME=value lines from a .env file; what the environment has wins."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path.name}, line {number}: expected NAME=value.")
        if (text := _unquote(value)) is None:
            raise ImproperlyConfigured(f"{path.name}, line {number}: the quotes do not match.")
        os.environ.setdefault(name.strip(), text)


def _unquote(value: str) -> str | None:
    """Return what Compose reads in the same file, but that a $ means nothing here."""
    text = value.strip()
    if text[:1] not in {"'", '"'}:
        return re.split(r"\s#", value, maxsplit=1)[0].strip()
    match = QUOTED.fullmatch(text)
    if match is None:
        return None
    if match[1] == "'":
        return match[2].replace("\\'", "'")
    return re.sub(r"\\(.)", lambda escape: CONTROLS.get(escape[1], escape[1]), match[2])
