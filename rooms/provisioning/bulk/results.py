"""What became of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.base.errors import DomainError
from accounts.sign_in.models import SignInLink
from accounts.sign_in.services import sign_in_url
from accounts.tenants.models import Account
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink
from rooms.provisioning.bulk.rows import CheckedRow, RawRow

CREATED, EXISTS, UPDATED, FAILED = "created", "exists", "updated", "failed"
STATUSES = (CREATED, EXISTS, UPDATED, FAILED)


@dataclass(slots=True)
class Result:
    """One line of the answer; `refusal` says why a row failed."""

    number: int
    status: str
    external_id: str
    account: Account | None = None
    link: DirectLink | None = None
    sign_in: SignInLink | None = None
    refusal: DomainError | None = None

    def pack(self) -> dict[str, Any]:
        """Return what a batch keeps of it; nothing in it opens a door."""
        packed: dict[str, Any] = {"external_id": self.external_id}
        if self.refusal is not None:
            refusal = self.refusal
            packed |= {"code": refusal.code, "detail": str(refusal), "field": refusal.field}
        if self.account is not None:
            packed["account"] = str(self.account.uuid)
        if self.link is not None:
            packed |= {
                "property": str(self.link.property.uuid),
                "link": {
                    "id": str(self.link.uuid),
                    "token": self.link.token,
                    "url": link_url(self.link),
                },
            }
        if self.sign_in is not None:
            packed["sign_in"] = self.sign_in.uuid.hex
        return packed


def describe_result(number: int, status: str, packed: dict[str, Any] | None) -> dict[str, Any]:
    """Return the line as programs read it. An empty status means: not done yet."""
    packed = packed or {}
    sign_in = packed.get("sign_in")
    return {
        "row": number,
        "status": status or "waiting",
        "code": packed.get("code"),
        "detail": packed.get("detail"),
        "field": packed.get("field") or None,
        "external_id": packed.get("external_id", ""),
        "account": packed.get("account"),
        "property": packed.get("property"),
        "link": packed.get("link"),
        "sign_in_url": sign_in_url(UUID(sign_in)) if sign_in else None,
    }


def describe(result: Result) -> dict[str, Any]:
    return describe_result(result.number, result.status, result.pack())


def fail(raw: RawRow, refusal: DomainError) -> Result:
    return Result(raw.number, FAILED, raw.external_id, refusal=refusal)


def answer(number: int, row: CheckedRow, status: str, **found: Any) -> Result:
    return Result(number, status, row.external_id, **found)
