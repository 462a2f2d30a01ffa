"""Who may do what, in one table. What is not in it, nobody may."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.base.errors import Unauthenticated
from accounts.keys.models import ApiKey
from accounts.team.models import Membership
from api.authentication import Caller
from api.errors import InsufficientScope

Scope, Role = ApiKey.Scope, Membership.Role


@dataclass(frozen=True, slots=True)
class AccessLevel:
    """The key scopes and the session roles that suffice."""

    scopes: frozenset[str]
    roles: frozenset[str]


MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
EVERYBODY = MANAGERS | {Role.AGENT}
WRITERS = frozenset({Scope.WRITE, Scope.ADMIN})

ANY = AccessLevel(frozenset(Scope), EVERYBODY)
READ = AccessLevel(WRITERS | {Scope.READ}, EVERYBODY)
# Talking to guests is every agent's work, changing properties and links a manager's.
TALK = AccessLevel(WRITERS, EVERYBODY)
WRITE = AccessLevel(WRITERS, MANAGERS)
# A machine room: any key may look, but of people only managers.
INSPECT = AccessLevel(WRITERS | {Scope.READ}, MANAGERS)
OWNERS = AccessLevel(frozenset({Scope.ADMIN}), frozenset({Role.OWNER}))
ADMIN = AccessLevel(frozenset({Scope.ADMIN}), MANAGERS)
PLATFORM = AccessLevel(frozenset({Scope.PLATFORM}), frozenset())

TABLE: dict[str, dict[str, AccessLevel]] = {
    "me": {"GET": ANY},
    "properties": {"GET": READ, "POST": WRITE},
    "property": {"GET": READ, "PATCH": WRITE, "DELETE": WRITE},
    "property-retention": {"GET": READ},
    "property-ladder": {"GET": READ, "PATCH": WRITE},
    "property-restore": {"POST": WRITE},
    "property-links": {"GET": READ, "POST": WRITE},
    "property-links-batch": {"POST": WRITE},
    "link": {"GET": READ, "PATCH": WRITE},
    "link-rotate": {"POST": WRITE},
    "link-revoke": {"POST": WRITE},
    "link-prefill": {"POST": WRITE},
    "rooms": {"GET": READ},
    "room": {"GET": READ},
    "room-close": {"POST": TALK},
    "room-reopen": {"POST": TALK},
    "room-release": {"POST": TALK},
    "room-assign": {"POST": TALK},
    "room-tags": {"PUT": TALK},
    "room-messages": {"GET": READ, "POST": TALK},
    "room-attachments": {"GET": READ, "POST": TALK},
    "attachment": {"GET": READ, "DELETE": WRITE},
    "attachment-content": {"GET": READ},
    "messages": {"GET": READ},
    "tickets": {"POST": TALK},
    "room-participants": {"GET": READ},
    "room-presence": {"GET": READ},
    "presence": {"GET": READ},
    "ice-servers": {"GET": TALK},
    "guests": {"GET": READ},
    "guest": {"GET": READ, "PATCH": TALK, "DELETE": ADMIN},
    "blocks": {"GET": READ},
    "block": {"GET": READ, "DELETE": TALK},
    "guest-block": {"POST": TALK},
    "guest-unblock": {"POST": TALK},
    "guest-export": {"GET": ADMIN},
    "arrivals": {"GET": READ},
    "arrival": {"GET": READ},
    "deliveries": {"GET": READ},
    "delivery": {"GET": READ},
    "targets": {"GET": READ, "POST": TALK},
    "target": {"GET": READ, "PATCH": TALK, "DELETE": TALK},
    "account": {"GET": READ, "PATCH": ADMIN},
    "account-usage": {"GET": READ},
    "members": {"GET": READ},
    "member": {"GET": READ, "PATCH": ADMIN, "DELETE": ADMIN},
    "invitations": {"GET": ADMIN, "POST": ADMIN},
    "invitation": {"GET": ADMIN, "DELETE": ADMIN},
    "api-keys": {"GET": ADMIN, "POST": ADMIN},
    "api-key": {"GET": ADMIN, "DELETE": ADMIN},
    "api-key-rotate": {"POST": ADMIN},
    "audit-events": {"GET": OWNERS},
    "webhooks": {"GET": INSPECT, "POST": ADMIN},
    "webhook": {"GET": INSPECT, "PATCH": ADMIN, "DELETE": ADMIN},
    "webhook-rotate-secret": {"POST": ADMIN},
    "webhook-enable": {"POST": ADMIN},
    "webhook-disable": {"POST": ADMIN},
    "webhook-test": {"POST": ADMIN},
    "webhook-replay": {"POST": ADMIN},
    "webhook-deliveries": {"GET": INSPECT},
    "webhook-delivery": {"GET": INSPECT},
    "webhook-delivery-replay": {"POST": ADMIN},
    "provisioning-accounts": {"GET": PLATFORM, "POST": PLATFORM},
    "provisioning-account": {"GET": PLATFORM, "PATCH": PLATFORM, "DELETE": PLATFORM},
    "provisioning-account-usage": {"GET": PLATFORM},
    "provisioning-account-suspend": {"POST": PLATFORM},
    "provisioning-account-resume": {"POST": PLATFORM},
    "provisioning-account-restore": {"POST": PLATFORM},
    "provisioning-account-sign-in": {"POST": PLATFORM},
    "provisioning-batches": {"GET": PLATFORM, "POST": PLATFORM},
    "provisioning-batch": {"GET": PLATFORM},
    "provisioning-batch-rows": {"GET": PLATFORM},
    "provisioning-batch-cancel": {"POST": PLATFORM},
}

# What a member's session does only after a confirmation; see accounts.users.confirmation.
CONFIRMED = {
    ("member", "PATCH"),
    ("member", "DELETE"),
    ("api-keys", "POST"),
    ("api-key-rotate", "POST"),
    ("webhooks", "POST"),
    ("webhook-rotate-secret", "POST"),
}


def check_permission(caller: Caller | None, route: str, method: str) -> None:
    """Raises Unauthenticated, InsufficientScope."""
    if caller is None:
        raise Unauthenticated
    level = TABLE.get(route, {}).get("GET" if method == "HEAD" else method)
    if level is None:
        raise InsufficientScope
    if caller.api_key is not None:
        allowed = caller.api_key.scope in level.scopes
    else:
        allowed = caller.membership is not None and caller.membership.role in level.roles
    if not allowed:
        raise InsufficientScope


def needs_confirmation(caller: Caller | None, route: str, method: str) -> bool:
    """Return whether this member must show first that it is them; keys never must."""
    return caller is not None and caller.api_key is None and (route, method) in CONFIRMED
