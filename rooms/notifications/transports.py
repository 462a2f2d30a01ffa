"""The ways to call a member. A new one: copy email.py, change every part, add its two lines here.

A transport says what it does in two functions and decides nothing: when to try, whether to
try again and what the dashboard shows is the business of tasks.py.
"""

from __future__ import annotations

from typing import Protocol, cast

from django.utils.module_loading import import_string

from accounts.targets.models import Target
from rooms.notifications.models import Delivery

# Dotted paths, so that a worker loads only the libraries of channels that are used.
TRANSPORTS = {
    Target.Kind.EMAIL: "rooms.notifications.email.EmailTransport",
}
# A slow mail server must not hold up a push.
SLOW_KINDS = frozenset({Target.Kind.EMAIL})


class TransportError(Exception):
    """The provider did not take it.

    `permanent`: this address will never work, so nobody should try it again.
    `retry_after_s`: the provider said when to come back.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class Transport(Protocol):
    def send(self, delivery: Delivery) -> None:
        """Hand the call over, within 30 s. Raises TransportError.

        May be called again for the same delivery after a crash, so whatever name the provider
        knows it by must come from `delivery.uuid`.
        """

    def describe(self, target: Target) -> str:
        """Return the target's address as its owner would recognise it."""


def transport_of(kind: str) -> Transport:
    return cast(Transport, import_string(TRANSPORTS[Target.Kind(kind)])())


def queue_of(kind: str) -> str:
    return "notify_slow" if kind in SLOW_KINDS else "notify_fast"
