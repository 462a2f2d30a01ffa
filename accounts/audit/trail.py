"""Who did what. Written in the transaction of the deed, so neither exists without the other."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from accounts.audit.models import AuditEvent
from accounts.tenants.models import Account


class ActorLike(Protocol):
    """A person or a key."""

    @property
    def actor_word(self) -> str:
        """The stable word for them."""

    @property
    def actor_name(self) -> str:
        """The name people know them by."""


Actor = ActorLike | None


def record(
    account: Account, actor: Actor, action: str, object_id: UUID | None = None, **data: Any
) -> AuditEvent:
    """Add one line to the account's log; an actor of None is the service itself."""
    event = make_entry(account, actor, action, object_id, **data)
    event.save(force_insert=True)
    return event


def make_entry(
    account: Account, actor: Actor, action: str, object_id: UUID | None = None, **data: Any
) -> AuditEvent:
    """Return the line unsaved, for those who save many at once."""
    word, name = name_actor(actor)
    return AuditEvent(
        account=account,
        actor=word,
        actor_name=name[:120],
        action=action,
        object_id=object_id,
        data=data,
    )


def name_actor(actor: Actor) -> tuple[str, str]:
    """Return the stable word for an actor and the name people know it by."""
    return ("system", "") if actor is None else (actor.actor_word, actor.actor_name)
