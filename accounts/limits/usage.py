"""How much of each limit an account uses. Higher floors register what they count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from accounts.limits import limits, quotas, rate_limits
from accounts.tenants.models import Account

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Counter = Callable[[Account], int]


def _count_used(name: str, account: Account) -> int:
    return quotas.count_used(account, name)


_counters: dict[str, Counter] = {
    "members": lambda account: account.memberships.count(),
    "invitations_a_day": limits.invitations_today,
    **{name: partial(_count_used, name) for name in quotas.PERIODS_S},
    "api_requests_a_minute": lambda account: rate_limits.count_used(
        "api", account.uuid, rate=f"{limits.get_limit(account, 'api_requests_a_minute')}/60"
    ),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """One line of the usage page; a limit of 0 allows nothing."""

    name: str
    label: StrOrPromise
    used: int
    allowed: int

    @property
    def is_full(self) -> bool:
        return self.used >= self.allowed


def register_counter(name: str, counter: Counter) -> None:
    """Say how to count what the limit `name` bounds; one query per counter."""
    _counters[name] = counter


def read_usage(account: Account) -> list[Usage]:
    """Return what is used of each limit that something counts, in the order of limits.NAMES."""
    return [
        Usage(name, label, _counters[name](account), limits.get_limit(account, name))
        for name, label in limits.NAMES.items()
        if name in _counters
    ]


# What would be lost with the account, under the label that people read.
_contents: dict[StrOrPromise, Counter] = {}


def register_content(label: StrOrPromise, counter: Counter) -> None:
    _contents[label] = counter


def count_contents(account: Account) -> dict[str, int]:
    """Return how much of everything the account holds, for the question before deleting it."""
    return {str(label): counter(account) for label, counter in _contents.items()}
