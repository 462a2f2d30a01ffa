from __future__ import annotations

from typing import Any

from accounts.base.errors import DomainError


class ProofRequired(DomainError):
    """Whoever knocks is suspicious; with a solved `challenge` they come in."""

    code = "proof_required"
    status = 428
    text = "Please solve the challenge and try again."

    def __init__(self, challenge: dict[str, Any]) -> None:
        super().__init__()
        self.challenge = challenge

    @property
    def facts(self) -> dict[str, object]:
        return {"challenge": self.challenge}
