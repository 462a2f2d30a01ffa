"""Telling workers of rows that are due, a receiver at a time, and what a worker then does.

The rows are the record. A task names a receiver (an endpoint, a target) and says no more than that
something is due there; its worker takes the receiver's rows one by one. So a burst of events needs
few tasks: while one that has not begun is queued, no other is. A worker that had its round queues
the rest behind everybody else's tasks, so no receiver keeps the others waiting.

Whatever is lost – a task, a worker, all of Redis – the sweep finds: rows that are due and that
nobody was told of lately.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from celery import current_app
from django.db import transaction
from django.db.models import Q
from redis import RedisError

from accounts.base.redis import get_redis
from rooms.base import broker, slots
from rooms.base.outgoing.leases import (
    claim,
    first_in_line,
    give_back_dropped,
    mark_queued,
    unqueue,
)
from rooms.base.outgoing.models import OutgoingQuerySet

BATCH_ROWS = 500
MAX_BATCHES = 20
# A worker's round with one receiver: together with one more try it fits into a task's time.
ROUND_ROWS = 50
ROUND_S = 5.0
# A receiver that refuses twice in a row has its next turn later.
FAILURES_A_ROUND = 2
# After a task was lost with its worker, the next event waits no longer than for the sweep.
RUNG_S = 30


class Receiver(NamedTuple):
    """Whom rows are for, and the queue of the workers who see to them."""

    receiver_id: int
    queue: str


class DueDelivery(NamedTuple):
    """A row that may be tried now."""

    delivery_id: int
    receiver: Receiver


class ReceiverState(NamedTuple):
    """What a worker has to know before it tries a receiver's rows."""

    # Whose places it takes, see slots.
    holders: list[str]
    # Its last try failed: one row is tried, by one worker, and nobody is called for it.
    is_failing: bool = False


class DeliveryQueue(ABC):
    """The rows of one table, as workers share them."""

    # The task that calls deliver_due, by its name.
    task: ClassVar[str]
    # The foreign key to whom a row is for.
    receiver: ClassVar[str]
    # Waits after the first, second, … failed try.
    waits_s: ClassVar[Sequence[int]]
    # What queue_of wants to know, as fields of a row.
    queue_facts: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def rows(self) -> OutgoingQuerySet[Any]:
        """All rows of the table."""

    @abstractmethod
    def queue_of(self, *facts: Any) -> str:
        """The queue of the workers for such a row."""

    @abstractmethod
    def find_state(self, receiver_id: int) -> ReceiverState | None:
        """None if the receiver is gone."""

    @abstractmethod
    def attempt(self, delivery_id: int) -> bool:
        """Try a row that was just claimed, settle it, and say whether the receiver took it."""

    def callable_rows(self) -> OutgoingQuerySet[Any]:
        """Rows whose receiver may be called as soon as there is a place."""
        return self.rows()

    @property
    def max_tries(self) -> int:
        return len(self.waits_s) + 1

    # Telling workers

    def ring(self, receivers: Iterable[Receiver]) -> None:
        """Say that something is due. An absent broker is counted, never raised."""
        self._publish(one for one in set(receivers) if self._note_rung(one.receiver_id))

    def ring_later(self, receivers: Iterable[Receiver], after_s: int) -> None:
        """Say that something will be due in so many seconds, at most a minute."""
        task = current_app.signature(self.task)
        broker.publish(((task, one.receiver_id, one.queue) for one in set(receivers)), after_s)

    def queue_next(self, receiver_id: int, free: int) -> bool:
        """Queue as many of the receiver's first due rows as places are free; see slots."""
        self._forget_rung(receiver_id)
        with transaction.atomic():
            rows = self.callable_rows().ready().unqueued().filter(self._of(receiver_id))
            batch = first_in_line(rows, free)
            mark_queued(self.rows().filter(pk__in=batch))
        due = self._describe(batch)
        self._publish(one.receiver for one in due)
        return bool(batch)

    def queue_due(self, near: Q | None = None) -> int:
        """Queue what is due, at most 10,000 rows, and return how many; see take_batch."""
        total = 0
        for _ in range(MAX_BATCHES):
            batch = self.take_batch(near)
            self._publish({due.receiver for due in batch})
            total += len(batch)
            if len(batch) < BATCH_ROWS:
                break
        return total

    @transaction.atomic
    def take_batch(self, near: Q | None = None) -> list[DueDelivery]:
        """Mark up to BATCH_ROWS due rows as queued; those of dead workers wait again.

        Several sweeps at once share the rows between them. `near` says which rows are near
        enough to their receiver's first one.
        """
        due = self.rows().due().unqueued()
        batch = first_in_line(due if near is None else due.filter(near), BATCH_ROWS)
        taken = self.rows().filter(pk__in=batch)
        give_back_dropped(taken, self.max_tries)
        mark_queued(taken)
        return self._describe(batch)

    # A worker's round

    def deliver_due(self, receiver_id: int) -> None:
        """Try what is due for the receiver, within a place (see slots) and for a round."""
        self._work_off(receiver_id, self.rows().filter(self._of(receiver_id)), ROUND_ROWS)

    def deliver_one(self, delivery_id: int) -> None:
        """Try this row, unless it is not due, is being tried or need not be sent any more."""
        row = self.rows().ready().filter(pk=delivery_id)
        receiver_id = row.values_list(f"{self.receiver}_id", flat=True).first()
        if receiver_id is not None:
            self._work_off(receiver_id, self.rows().filter(pk=delivery_id), 1)

    def _work_off(self, receiver_id: int, rows: OutgoingQuerySet[Any], at_most: int) -> None:
        """Without a place nothing is tried and no try is counted; it waits for one."""
        state = self.find_state(receiver_id)
        if state is None:
            return
        # Called for one that fails, a worker would hang in row after row.
        waiter = None if state.is_failing else receiver_id
        with slots.place(state.holders, waiter, self.queue_next, has_more=True) as has_place:
            if has_place or waiter is None:
                # Before any row is read: who commits one later has to ring again. Without a place
                # the note stays, since whoever gives one back calls the receiver.
                self._forget_rung(receiver_id)
            if has_place:
                self._go_round(receiver_id, rows, state, at_most)
        if not has_place and unqueue(rows):
            # A place may have come free before the rows could be found for that.
            self._work_off(receiver_id, rows, at_most)

    def _go_round(
        self, receiver_id: int, rows: OutgoingQuerySet[Any], state: ReceiverState, at_most: int
    ) -> None:
        ends_at = time.monotonic() + ROUND_S
        failures = FAILURES_A_ROUND - 1 if state.is_failing else 0
        for number in range(at_most):
            delivery_id = self._claim_next(receiver_id, rows, alone=failures > 0)
            if delivery_id is None:
                return
            if number == 1 and slots.most_places() > 1:
                # It has another place: somebody may help.
                self._ring_again(receiver_id, delivery_id)
            failures = 0 if self.attempt(delivery_id) else failures + 1
            if failures >= FAILURES_A_ROUND or time.monotonic() >= ends_at:
                break
        # What is left is found by who is called for the place, or by the sweep.
        unqueue(rows)

    def _claim_next(
        self, receiver_id: int, rows: OutgoingQuerySet[Any], *, alone: bool
    ) -> int | None:
        """A receiver that fails may hang: one worker at a time tries it."""
        if alone and self.rows().in_flight().filter(self._of(receiver_id)).exists():
            unqueue(rows)
            return None
        return claim(rows)

    def _ring_again(self, receiver_id: int, delivery_id: int) -> None:
        self.ring(due.receiver for due in self._describe([delivery_id]))

    # Tasks

    def _of(self, receiver_id: int) -> Q:
        return Q(**{f"{self.receiver}_id": receiver_id})

    def _describe(self, batch: list[int]) -> list[DueDelivery]:
        """Return these rows in their order, with whom they are for."""
        fields = ("pk", f"{self.receiver}_id", *self.queue_facts)
        found = self.rows().filter(pk__in=batch).values_list(*fields)
        due = {pk: DueDelivery(pk, Receiver(to, self.queue_of(*facts))) for pk, to, *facts in found}
        return [due[pk] for pk in batch if pk in due]

    def _publish(self, receivers: Iterable[Receiver]) -> None:
        queued = list(receivers)
        if not queued:
            return
        task = current_app.signature(self.task)
        if not broker.publish((task, one.receiver_id, one.queue) for one in queued):
            for one in queued:
                self._forget_rung(one.receiver_id)

    def _note_rung(self, receiver_id: int) -> bool:
        """Say whether no task for the receiver is queued that has not begun, and note that one is.

        With Redis away a task too many does no harm.
        """
        try:
            return bool(get_redis().set(self._rung_key(receiver_id), 1, nx=True, ex=RUNG_S))
        except RedisError:
            return True

    def _forget_rung(self, receiver_id: int) -> None:
        try:
            get_redis().delete(self._rung_key(receiver_id))
        except RedisError:
            return

    def _rung_key(self, receiver_id: int) -> str:
        return f"rung:{self.task}:{receiver_id}"
