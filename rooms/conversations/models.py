from __future__ import annotations

import builtins
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.base.errors import Invalid
from accounts.team.models import Membership
from accounts.tenants.models import Account, TenantQuerySet
from rooms.guests.models import Guest
from rooms.links.models import DirectLink
from rooms.properties.models import Property

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What makes a room a conversation; a room without it is one as long as its guest is there.
BEGUN = Q(last_seq__gt=0) | Q(kept=True)
WORDLESS = Q(last_seq=0, kept=False)


class RoomQuerySet(TenantQuerySet["Room"]):
    def open(self) -> Self:
        return self.filter(status=Room.Status.OPEN)

    def not_closed(self) -> Self:
        """Those that take messages: the open ones and those in quarantine."""
        return self.exclude(status=Room.Status.CLOSED)

    def begun(self) -> Self:
        return self.filter(BEGUN)

    def wordless(self) -> Self:
        return self.filter(WORDLESS)

    def listed(self, here: Iterable[str]) -> Self:
        """Rooms that have begun and those whose guest is there; see presence.rooms_with_guests.

        Two halves rather than an OR: each has an index of its own.
        """
        return self.begun().union(self.wordless().filter(uuid__in=here), all=True)

    def first_listed(self, here: Iterable[str], count: int) -> Self:
        """The first of `listed` by_activity, however many wordless rooms stand between them."""
        halves = [self.begun(), self.wordless().filter(uuid__in=here)]
        firsts = [half.by_activity().values("pk")[:count] for half in halves]
        found = type(self)(self.model, using=self.db)
        return found.filter(pk__in=firsts[0].union(firsts[1], all=True)).by_activity()

    def by_activity(self) -> Self:
        return self.order_by("-activity_at", "-id")

    def after_activity(self, cursor: str) -> Self:
        """Rooms that follow the cursor in by_activity order. Raises Invalid."""
        moment, _, pk = cursor.partition("-")
        try:
            at = EPOCH + timedelta(microseconds=int(moment))
            last = int(pk)
        except (ValueError, OverflowError):
            raise Invalid("This cursor was not made here.", field="cursor") from None
        return self.filter(Q(activity_at__lt=at) | Q(activity_at=at, pk__lt=last))

    def with_unread_by(self, membership: Membership) -> Self:
        """Annotate `read_seq` and `unread` as this member sees them."""
        mine = Participant.objects.filter(room=OuterRef("pk"), membership=membership)
        read = Coalesce(Subquery(mine.values("read_seq")[:1]), 0)
        # What was removed waits for nobody.
        return self.annotate(read_seq=Greatest(read, F("removed_seq"))).annotate(
            unread=Greatest(F("last_seq") - F("read_seq"), 0)
        )


class Room(models.Model):
    """A conversation. `last_seq` numbers its messages without gaps."""

    class Status(models.TextChoices):
        OPEN = "open"
        # Its guest is suspicious: it takes messages and calls nobody, see rooms/quarantine.
        QUARANTINE = "quarantine"
        CLOSED = "closed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="rooms")
    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="rooms")
    link = models.ForeignKey(DirectLink, on_delete=models.CASCADE, related_name="rooms")
    mode = models.CharField(max_length=10, choices=DirectLink.Mode)
    name = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    last_seq = models.PositiveIntegerField(default=0)
    # Messages up to here were removed when their time was over: nobody has them to read.
    removed_seq = models.PositiveIntegerField(default=0, db_default=0)
    preview = models.CharField(max_length=120, blank=True)
    # A conversation without a numbered message: a member opened it again, or somebody of the
    # account was in it while its words are not stored.
    kept = models.BooleanField(default=False, db_default=False)
    assignee = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_rooms"
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, size=20)
    created_at = models.DateTimeField(default=timezone.now)
    activity_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Closed by the clock, so that the next message opens it again.
    idle = models.BooleanField(default=False, db_default=False)
    # Somebody was called where a reply is an answer, and is told there what the guest writes.
    followed = models.BooleanField(default=False, db_default=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            # Everybody with a shared link meets in one room.
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(mode="shared", status="open"),
                name="room_one_open_per_shared_link",
            )
        ]
        indexes = [
            # Serves the inbox: an account's open or closed rooms, newest activity first.
            models.Index(
                fields=["account", "status", "-activity_at", "-id"],
                condition=BEGUN,
                name="room_begun",
            ),
            # Serves the sweep of rooms that were left without a word.
            models.Index(fields=["activity_at", "id"], condition=WORDLESS, name="room_wordless"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.uuid)

    # `property` is a field here.
    @builtins.property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    @builtins.property
    def shown_status(self) -> str:
        """As everybody inside reads it: a guest in quarantine notices nothing."""
        return self.Status.OPEN if self.is_open else self.Status.CLOSED

    @builtins.property
    def is_quarantined(self) -> bool:
        return self.status == self.Status.QUARANTINE

    @builtins.property
    def has_begun(self) -> bool:
        return self.last_seq > 0 or self.kept

    @builtins.property
    def activity_cursor(self) -> str:
        """Where this room stands in by_activity order: microseconds and row id."""
        return f"{(self.activity_at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"


class ParticipantQuerySet(TenantQuerySet["Participant"]):
    def with_gone(self) -> Self:
        """Annotate `gone`: shown out, and not back since."""
        guests = Q(kind="guest") & (
            Q(shown_out_at__isnull=False)
            | Q(guest=None)  # erased
            | Q(guest__blocked_at__isnull=False)
            | Q(room__link__revoked_at__isnull=False)
            | Q(room__property__archived_at__isnull=False)
        )
        members = Q(kind="member", membership=None)
        return self.annotate(gone=ExpressionWrapper(guests | members, BooleanField()))


class Participant(models.Model):
    """A guest, a member or a program in a room, with how far they have read."""

    class Kind(models.TextChoices):
        GUEST = "guest"
        MEMBER = "member"
        INTEGRATION = "integration"

    gone: bool  # only from with_gone

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="participants")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="participants")
    kind = models.CharField(max_length=12, choices=Kind)
    guest = models.ForeignKey(
        Guest, on_delete=models.CASCADE, null=True, blank=True, related_name="participants"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="participants"
    )
    # The integrator's own id of a person or bot that speaks through the API; null for
    # everybody else, so that the unique constraint below leaves them alone.
    external_id = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    name = models.CharField(max_length=80)
    read_seq = models.PositiveIntegerField(default=0)
    delivered_seq = models.PositiveIntegerField(default=0)
    # How this participant's text travels, as last reported: host, srflx, prflx, relay, server.
    transport = models.CharField(max_length=6, blank=True)
    # Which version of the property's consent line their page showed, and when they wrote below it.
    consent_version = models.PositiveIntegerField(default=0, db_default=0)
    consented_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # When a new address of their link showed this guest out; empty again once they come by it.
    shown_out_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "guest"], name="participant_guest_once"),
            models.UniqueConstraint(fields=["room", "membership"], name="participant_member_once"),
            models.UniqueConstraint(fields=["room", "external_id"], name="participant_other_once"),
            models.CheckConstraint(
                condition=(
                    # An erased guest's empty lines keep their places, under no name.
                    Q(kind="guest", membership=None, external_id=None)
                    # A removed member's words stay, under their name.
                    | Q(kind="member", guest=None, external_id=None)
                    | Q(kind="integration", guest=None, membership=None)
                    & Q(external_id__isnull=False)
                ),
                name="participant_is_one_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MessageQuerySet(TenantQuerySet["Message"]):
    pass


class Message(models.Model):
    """One line of a conversation. `seq` is its place, `client_id` its sender's name for it."""

    # Written a thousand times a second: the room's foreign key already leads to the account,
    # so the database need not check this one again.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    # The unique constraint below serves look-ups by room.
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    sender = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["room", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="message_seq_once_per_room"),
            # A participant is in one room, so this is also "room + sender + client_id".
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_once_per_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.seq}"
