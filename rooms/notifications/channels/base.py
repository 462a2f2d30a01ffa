"""What a way to call a member has to bring along. A new one is a folder beside this file.

A channel says what an address of it looks like, how it is proved to be the member's own, and how a
call is handed over. When to try, whether to try again and what the dashboard shows is the business
of tasks.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it, and `reference` is what it calls the message, if that is of use."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """The provider did not take it this time; `after_s` is when it asked to come back."""

    reason: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """This address will not work until its owner does something about it.

    One that `is_gone` cannot be had again, so its target goes too.
    """

    reason: str
    is_gone: bool = False


Result = Sent | Retry | Dead
# Whatever gettext_lazy returns.
Text = Any


class Channel(ABC):
    """One way to call a member; `kind` is its name in the database and in REST."""

    kind: ClassVar[str]
    # Those of one address, by which a second one is found out.
    identity: ClassVar[tuple[str, ...]]
    # A slow provider must not hold up a quick one.
    is_slow: ClassVar[bool] = False
    # The fields with which a member names an address on the page.
    form: ClassVar[type[forms.Form]]
    # How it stands on the page; the template is given `channel` and `form`.
    template: ClassVar[str] = "rooms/notifications/channels/fields.html"

    # What the page says and asks.
    title: ClassVar[Text]
    proof_sent: ClassVar[Text]
    proof_again: ClassVar[Text]
    proof_failed: ClassVar[Text]

    @property
    def is_available(self) -> bool:
        """Whether the installation is set up for it; what is not is offered nowhere."""
        return True

    @abstractmethod
    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is stored as Target.address, of the form's values. Raises Invalid."""

    @abstractmethod
    def parse_text(self, address: str, token: str) -> dict[str, Any]:
        """The same of what a program says: an address and, if the channel has one, a token.

        Raises Invalid, which names the field.
        """

    @abstractmethod
    def describe(self, target: Target) -> str:
        """Return the address as its owner would recognise it, without anything secret."""

    def is_proven(self, membership: Membership, address: Mapping[str, Any]) -> bool:
        """Whether it is known already that the address is theirs."""
        return False

    @abstractmethod
    def send_proof(self, target: Target, confirm_url: str) -> Result:
        """Ask whoever reads the address to agree to be called there."""

    @abstractmethod
    def send(self, delivery: Delivery) -> Result:
        """Hand the call over, within 30 s.

        May be called again for the same delivery after a crash, so whatever name the provider
        knows it by must come from `delivery.uuid`.
        """

    @abstractmethod
    def send_digest(self, digest: Digest) -> Result:
        """Hand over one call about many arrivals, as `send` does for one."""

    def follow(self, target: Target, text: str, reference: str) -> Result:
        """Hand over what the guest wrote after a call, of which `reference` is the provider's name.

        Only a channel whose `Sent` has a reference is asked; the others have nothing to do.
        """
        return Sent()

    def identify(self, address: Mapping[str, Any]) -> dict[str, Any]:
        return {name: address[name] for name in self.identity}
