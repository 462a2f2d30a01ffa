"""Whom a property calls, how and when: steps, each of which names people, channels and a wait.

Every address rings once per visit, at the first step that names it. A property without steps of
its own calls everybody everywhere after `call_after_s`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import trail
from accounts.base.errors import Invalid
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.notifications.channels import CHANNELS, channel_of
from rooms.properties.models import Property

MAX_STEPS = 10
# Whoever rang an hour ago has gone.
MAX_AFTER_S = 3_600
EVERYONE, ON_DUTY = "everyone", "on_duty"
GROUPS = {
    EVERYONE: _("everybody"),
    ON_DUTY: _("everybody on duty"),
    Membership.Role.OWNER.value: _("owners"),
    Membership.Role.ADMIN.value: _("admins"),
    Membership.Role.AGENT.value: _("agents"),
}


@dataclass(frozen=True, slots=True)
class LadderStep:
    """After so many seconds without an answer, call these people by these channels (none: all)."""

    after_s: int
    who: str = EVERYONE
    channels: tuple[str, ...] = ()

    def names(self, target: Target) -> bool:
        member = target.membership
        groups = {EVERYONE, member.role, str(member.uuid)}
        is_meant = self.who in groups or (self.who == ON_DUTY and member.on_duty)
        return is_meant and (not self.channels or target.kind in self.channels)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """What a dry run says: this address would ring after so many seconds."""

    after_s: int
    target: Target

    @property
    def address(self) -> str:
        return channel_of(self.target.kind).describe(self.target)

    @property
    def title(self) -> Any:
        return channel_of(self.target.kind).title


PHONES = tuple(kind for kind in CHANNELS if kind not in ("webpush", "email"))
# To start from; the quickest way to reach somebody comes first.
TEMPLATES: dict[str, tuple[Any, tuple[LadderStep, ...]]] = {
    "at_once": (_("Everybody, everywhere, at once"), (LadderStep(0),)),
    "calm": (
        _("The browser at once, phones after 15 seconds, e-mail after 30"),
        (
            LadderStep(0, EVERYONE, ("webpush",)),
            LadderStep(15, EVERYONE, PHONES),
            LadderStep(30, EVERYONE, ("email",)),
        ),
    ),
    "duty": (
        _("Who is on duty at once, the owner after a minute, everybody after three"),
        (LadderStep(0, ON_DUTY), LadderStep(60, Membership.Role.OWNER.value), LadderStep(180)),
    ),
}


def read_steps(property: Property) -> list[LadderStep]:
    """Return the property's steps, the one that stands for none included."""
    steps = [
        LadderStep(one["after_s"], one["who"], tuple(one["channels"])) for one in property.ladder
    ]
    return steps or [LadderStep(property.call_after_s)]


@transaction.atomic
def set_ladder(
    *, property: Property, steps: Sequence[Mapping[str, Any]], actor: trail.Actor = None
) -> Property:
    """Put these steps in place of the property's own; none brings back the plain wait.

    Raises Invalid.
    """
    members = {str(uuid) for uuid in property.account.memberships.values_list("uuid", flat=True)}
    checked = [_check(one, members) for one in steps]
    if len(checked) > MAX_STEPS:
        raise Invalid("A ladder has at most 10 steps.", field="steps")
    checked.sort(key=lambda step: step.after_s)
    ladder = [asdict(step) | {"channels": list(step.channels)} for step in checked]
    if ladder != property.ladder:
        property.ladder = ladder
        property.save(update_fields=["ladder"])
        trail.record(property.account, actor, "property.changed", property.uuid, fields=["ladder"])
    return property


def _check(said: Mapping[str, Any], members: set[str]) -> LadderStep:
    """Raises Invalid."""
    step = LadderStep(
        int(said["after_s"]), str(said["who"]), tuple(dict.fromkeys(said["channels"]))
    )
    if not 0 <= step.after_s <= MAX_AFTER_S:
        raise Invalid("A step begins within an hour.", field="steps")
    if step.who not in GROUPS and step.who not in members:
        raise Invalid("Say who is called: a group, or a member of this account.", field="steps")
    if not set(step.channels) <= set(CHANNELS):
        raise Invalid("There is no such channel.", field="steps")
    return step


def try_out(property: Property) -> list[PlannedCall]:
    """Return who would be called about somebody who comes now, in order. Two queries."""
    steps = read_steps(property)
    targets = Target.objects.for_account(property.account).usable().awake()
    rows = targets.filter(membership__user__is_active=True).select_related("membership__user")
    found = []
    for target in rows.order_by("id"):
        first = next((step for step in steps if step.names(target)), None)
        if first is not None:
            found.append(PlannedCall(first.after_s, target))
    return sorted(found, key=lambda call: call.after_s)


def tell(property: Property) -> list[str]:
    """Return a sentence for each step, in the reader's language."""
    members = {
        str(member.uuid): member.user.display_name
        for member in property.account.memberships.select_related("user")
    }
    return [_tell(step, members) for step in read_steps(property)]


def _tell(step: LadderStep, members: Mapping[str, str]) -> str:
    facts = {
        "who": str(GROUPS.get(step.who) or members.get(step.who) or gettext("nobody")),
        "how": gettext(", ").join(str(channel_of(kind).title) for kind in step.channels),
        "count": step.after_s,
    }
    if not step.after_s:
        if step.channels:
            return gettext("At once: %(who)s by %(how)s.") % facts
        return gettext("At once: %(who)s, everywhere.") % facts
    if step.channels:
        said = ngettext(
            "After %(count)d second: %(who)s by %(how)s.",
            "After %(count)d seconds: %(who)s by %(how)s.",
            step.after_s,
        )
    else:
        said = ngettext(
            "After %(count)d second: %(who)s, everywhere.",
            "After %(count)d seconds: %(who)s, everywhere.",
            step.after_s,
        )
    return said % facts
