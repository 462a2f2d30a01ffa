from __future__ import annotations


class Finding(Exception):
    """What is wrong, and what to do about it."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.remedy = remedy


class Unreachable(Exception):
    """Nothing answers there; another check says what to do."""
