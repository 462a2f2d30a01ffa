"""Keeping somebody out: the guest, their devices, the ranges of addresses they came from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.audit import trail
from accounts.base.errors import Invalid
from rooms.base import close_codes, events
from rooms.base.validation import clean_line
from rooms.blocks.models import Block, GuestTrace
from rooms.blocks.origins import Origin
from rooms.conversations.models import Participant
from rooms.conversations.services.guests import block_guest, unblock_guest
from rooms.conversations.services.removals import tell_gone
from rooms.guests.models import Guest

TRACE_DAYS = 30
REASON_MAX_CHARS = 200
# One range of addresses may hold a whole school.
MAX_SHOWN_OUT = 1_000
BATCH_ROWS = 1_000


class BlockValues(TypedDict, total=False):
    """How a guest is kept out; without anything it is the guest alone, for good."""

    reason: str
    ends_at: datetime | None
    device: bool
    network: bool


@transaction.atomic
def block(*, guest: Guest, actor: trail.Actor = None, **values: Unpack[BlockValues]) -> list[Block]:
    """Show the guest out and keep them out, as far as wanted also who comes from where they came.

    A guest who is blocked already gets the new reason and end. Raises Invalid.
    """
    reason = clean_line(values.get("reason", ""), "reason")
    if len(reason) > REASON_MAX_CHARS:
        raise Invalid(f"Use at most {REASON_MAX_CHARS} characters.", field="reason")
    ends_at = values.get("ends_at")
    if ends_at is not None and ends_at <= timezone.now():
        raise Invalid("This moment is over already.", field="ends_at")
    _end(Block.objects.active().filter(guest=guest))
    facts = {
        "account": guest.account,
        "guest": guest,
        "guest_name": guest.display_name,
        "reason": reason,
        "actor_name": trail.name_actor(actor)[1][:120],
        "ends_at": ends_at,
    }
    blocks = [Block(kind=Block.Kind.GUEST, **facts)]
    for kind in (Block.Kind.DEVICE, Block.Kind.NETWORK):
        if values.get(kind.value):
            digests = guest.traces.exclude(**{kind.value: ""}).values_list(kind.value, flat=True)
            blocks += [Block(kind=kind, digest=found, **facts) for found in set(digests)]
    Block.objects.bulk_create(blocks)
    block_guest(guest=guest, actor=actor)
    _show_neighbours_out(guest, [one.digest for one in blocks if one.digest])
    return blocks


@transaction.atomic
def unblock(*, guest: Guest, actor: trail.Actor = None) -> Guest:
    """Let the guest in again, and who was kept out on their account; a repeat changes nothing."""
    _end(Block.objects.active().filter(guest=guest))
    return unblock_guest(guest=guest, actor=actor)


@transaction.atomic
def end_block(*, block: Block, actor: trail.Actor = None) -> Block:
    """End one block; a repeat changes nothing."""
    if _end(Block.objects.filter(pk=block.pk)):
        trail.record(block.account, actor, "block.ended", block.uuid, kind=block.kind)
        if block.guest is not None and block.kind == Block.Kind.GUEST:
            block.guest.account = block.account
            unblock_guest(guest=block.guest, actor=actor)
    block.refresh_from_db(fields=["ended_at"])
    return block


def end_due_blocks() -> int:
    """End blocks whose time is up, each guest in a transaction of their own; return how many."""
    due = Block.objects.over().select_related("guest", "account").order_by("ends_at")
    blocks = list(due[:BATCH_ROWS])
    for one in blocks:
        end_block(block=one)
    return len(blocks)


def note_origin(guest: Guest, origin: Origin) -> None:
    """Remember where the guest came from, so that it can be blocked later: one statement."""
    GuestTrace.objects.bulk_create(
        [
            GuestTrace(
                account_id=guest.account_id,
                guest=guest,
                device=next(iter(origin.device), ""),
                network=next(iter(origin.network), ""),
                seen_at=timezone.now(),
            )
        ],
        update_conflicts=True,
        update_fields=["seen_at"],
        unique_fields=["guest", "device", "network"],
    )


def forget_traces() -> int:
    """Remove what is older than TRACE_DAYS, in batches; return how many rows."""
    until, removed = timezone.now() - timedelta(days=TRACE_DAYS), 0
    while True:
        old = GuestTrace.objects.filter(seen_at__lt=until).values("pk")[:BATCH_ROWS]
        count, _ = GuestTrace.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
        removed += count
        if count < BATCH_ROWS:
            return removed


def _end(blocks: QuerySet[Block]) -> bool:
    return bool(blocks.filter(ended_at=None).update(ended_at=timezone.now()))


def _show_neighbours_out(guest: Guest, digests: Iterable[str]) -> None:
    """Whoever is inside and came from a blocked origin leaves; their next join is refused."""
    wanted = list(digests)
    if not wanted:
        return
    traces = GuestTrace.objects.for_account(guest.account).exclude(guest=guest)
    traces = traces.filter(Q(device__in=wanted) | Q(network__in=wanted))
    guests = traces.order_by("-seen_at").values_list("guest_id", "guest__uuid")[:MAX_SHOWN_OUT]
    found = dict(guests)
    for uuid in found.values():
        events.kick(close_codes.BANNED, guest=uuid)
    places = Participant.objects.filter(guest__in=found)
    places.update(shown_out_at=timezone.now())
    tell_gone(places)
