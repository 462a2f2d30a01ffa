"""What every process writes to its log, without what would let a reader in.

Masked in the finished line, so that it does not matter who wrote it, and whether the words came
in the message, in a traceback or in what another library says of an address.
"""

from __future__ import annotations

import logging
import re
from typing import Any

# Our addresses of which the next part is a secret.
SECRET_PLACES = (
    "c",
    "invitations",
    "accounts/enter",
    "accounts/confirm-email",
    "accounts/password/reset/key",
    "notifications/confirm",
    "wxpusher",
)
_ENDS = r"\s'\"<>`"
MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"/({'|'.join(SECRET_PLACES)})/+[^/?#{_ENDS}]+"), r"/\1/…"),
    # Prefill, tickets, and what others put there.
    (re.compile(rf"(?<=[\w/…])\?[\w.~%-]+=[^{_ENDS}]*"), "?…"),
    # scheme://user:password@host
    (re.compile(rf"(?<=://)[^/{_ENDS}]+@"), "…@"),
    (re.compile(r"(?<=/bot)\d+:[\w-]+"), "…"),
    # Subprotocols of /ws/, and keys of programs.
    (re.compile(r"\b((?:ticket|resume)\.|db_)[\w.:=-]{12,}"), r"\1…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 …"),
)


# What an exception quotes is somebody's: a value that did not fit, a row that is there already.
# The names of tables and their parts are ours.
QUOTED = re.compile(
    r"""(?<!relation )(?<!column )(?<!table )(?<!constraint )"""
    r"""(?<!\w)(['"“])(?=[^'"”]*\s|.{16})(?:\\.|(?!\1|”).)*(?:\1|”)|=\(.*?\)(?=\s|$)"""
)


class MaskingFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        """Return the traceback: where it happened and of what kind, without what was sent."""
        lines = super().formatException(ei).splitlines()
        return "\n".join(_leave_out_values(line) for line in lines)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def _leave_out_values(line: str) -> str:
    # Frames and their source are indented.
    if line.startswith(" "):
        return line
    # PostgreSQL's second line repeats the row.
    return "DETAIL: …" if line.startswith("DETAIL:") else QUOTED.sub("'…'", line)


def mask(text: str) -> str:
    """Return the text without tokens, passwords and keys."""
    for pattern, shown in MASKS:
        text = pattern.sub(shown, text)
    return text
