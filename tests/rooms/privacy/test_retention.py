"""What was kept as long as its property says goes, in steps, and a row proves it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.base.errors import Invalid
from rooms.arrivals.models import Arrival
from rooms.attachments.files import sweep_files
from rooms.attachments.models import Attachment
from rooms.attachments.services import post_attachment
from rooms.base import counters
from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import mark_read, post_message, sender_of
from rooms.conversations.services.rooms import close_room
from rooms.conversations.services.sync import read_messages
from rooms.guests.models import Guest
from rooms.notifications.models import Delivery
from rooms.privacy import removing, retention
from rooms.properties.models import Property, RetentionRun
from rooms.properties.services import update_property
from rooms.tasks import apply_retention, apply_retention_at_close
from rooms.webhooks.models import WebhookDelivery
from rooms.webhooks.services import create_webhook
from tests.cast import enter, join
from tests.files_to_send import make_file

pytestmark = pytest.mark.django_db


def say(participant, *bodies):
    for body in bodies:
        post_message(sender=sender_of(participant), client_id=uuid.uuid4(), body=body)


def age(rows, days, field="at"):
    rows.update(**{field: timezone.now() - timedelta(days=days)})


def keep(property, **days):
    update_property(property=property, **{f"retention_{kind}_days": n for kind, n in days.items()})


def send_file(guest):
    return post_attachment(
        sender=guest, upload=make_file(), name="photo.png", client_id=uuid.uuid4(), caption="See?"
    )


@pytest.fixture
def asked(monkeypatch):
    """The rooms that were asked to be emptied."""
    found = []
    monkeypatch.setattr(retention, "ask_for", lambda name, queue, room_id: found.append(room_id))
    return found


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.fixture
def old_and_new(property, room, guest):
    """Two messages of forty days ago, one of now; thirty days are kept."""
    say(guest, "one", "two")
    age(Message.objects.filter(room=room), 40)
    say(guest, "three")
    keep(property, messages=30)
    return room


def test_messages_go_by_their_age_and_a_row_proves_it(property, old_and_new):
    apply_retention()
    assert list(Message.objects.values_list("seq", "body")) == [(3, "three")]
    run = RetentionRun.objects.get()
    assert (run.property, run.account, run.kind) == (property, property.account, "messages")
    assert (run.removed, run.at_close) == (2, False)
    assert run.finished_at is not None
    assert abs(run.until - (timezone.now() - timedelta(days=30))) < timedelta(minutes=1)


def test_numbers_go_on_and_who_was_behind_catches_up(old_and_new, guest):
    apply_retention()
    say(guest, "four")
    for since in (0, 1):
        found, more = read_messages(old_and_new, since=since)
        assert ([line["seq"] for line in found], more) == ([3, 4], False)
    old_and_new.refresh_from_db()
    assert (old_and_new.last_seq, old_and_new.removed_seq) == (4, 2)


def test_what_is_gone_is_unread_by_nobody(alice, old_and_new):
    member = alice.memberships.get()
    rooms = Room.objects.with_unread_by(member)
    assert rooms.get().unread == 3
    apply_retention()
    assert rooms.get().unread == 1
    place = enter(alice, old_and_new)
    mark_read(sender=sender_of(place), read_seq=3)
    assert rooms.get().unread == 0


def test_the_list_shows_no_word_of_what_is_gone(property, room, guest):
    say(guest, "a secret")
    age(Message.objects.all(), 2)
    keep(property, messages=1)
    apply_retention()
    room.refresh_from_db()
    assert (room.preview, Message.objects.count()) == ("", 0)


def test_a_second_run_of_the_day_changes_nothing(old_and_new, django_assert_max_num_queries):
    apply_retention()
    with django_assert_max_num_queries(8):
        apply_retention()
    assert RetentionRun.objects.get().removed == 2


def test_a_killed_run_goes_on_where_it_was(property, link, monkeypatch):
    monkeypatch.setattr(removing, "STEP_ROOMS", 1)
    for name in ("Ann", "Ben", "Cid"):
        say(join(link, name).participant, "Hi")
    age(Message.objects.all(), 2)
    keep(property, messages=1)
    for left in (2, 1, 0):
        assert RetentionRun.objects.exclude(finished_at=None).count() == 0
        retention.work_off(stretch_s=-1.0)
        assert Message.objects.count() == left
    apply_retention()
    assert RetentionRun.objects.get(finished_at__isnull=False).removed == 3


def test_a_long_room_goes_in_bounded_steps(property, room, guest, monkeypatch):
    monkeypatch.setattr(removing, "STEP_MESSAGES", 2)
    say(guest, *"abcde")
    age(Message.objects.all(), 2)
    keep(property, messages=1)
    retention.work_off(stretch_s=-1.0)
    assert Message.objects.count() == 3
    apply_retention()
    assert Message.objects.count() == 0
    assert RetentionRun.objects.get().removed == 5


def test_other_properties_and_tenants_keep_theirs(charlie, old_and_new):
    theirs = charlie.memberships.get().account.properties.get()
    say(join(theirs.links.get()).participant, "Hi")
    age(Message.objects.filter(room__property=theirs), 400)
    apply_retention()
    assert Message.objects.filter(room__property=theirs).count() == 1
    assert not theirs.retention_runs.exists()


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_messages(property, guest):
    place = send_file(guest).file.name
    age(Message.objects.all(), 2)
    keep(property, messages=1)
    assert default_storage.exists(place)
    apply_retention()
    assert not Attachment.objects.exists()
    assert not default_storage.exists(place)


@pytest.mark.django_db(transaction=True)
def test_files_may_go_before_their_messages(property, guest):
    place = send_file(guest).file.name
    age(Attachment.objects.all(), 8, "created_at")
    keep(property, files=7)
    apply_retention()
    assert not default_storage.exists(place)
    assert Message.objects.get().attachment.describe()["url"] is None
    assert RetentionRun.objects.get().removed == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_the_storage_did_not_let_go_of_is_swept_later(
    property, guest, monkeypatch, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    place = send_file(guest).file.name
    age(Message.objects.all(), 2)
    keep(property, messages=1)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse, raising=False)
        apply_retention()
    monkeypatch.setattr("rooms.attachments.files.ORPHAN_AGE", timedelta(0))
    assert default_storage.exists(place)
    assert sweep_files() == 1


def refuse(place):
    raise OSError


def test_visits_go_with_their_calls_and_with_guests_of_whom_nothing_is_left(visit, property):
    Delivery.objects.update(state="sent")
    visit.room.delete()
    age(Arrival.objects.all(), 91, "last_seen_at")
    keep(property, arrivals=90)
    apply_retention()
    assert not (Arrival.objects.exists() or Delivery.objects.exists() or Guest.objects.exists())


def test_a_visit_whose_call_is_not_done_stays_and_so_does_a_guest_with_a_room(visit, property):
    Delivery.objects.update(state="waiting")
    age(Arrival.objects.all(), 91, "last_seen_at")
    keep(property, arrivals=90)
    apply_retention()
    assert Arrival.objects.exists()
    RetentionRun.objects.all().delete()
    Delivery.objects.update(state="sent")
    apply_retention()
    assert Guest.objects.exists() and not Arrival.objects.exists()


def test_noted_nets_go_before_their_visits(visit, property):
    Arrival.objects.update(address="203.0.113.0/24")
    age(Arrival.objects.all(), 8, "last_seen_at")
    keep(property, addresses=7)
    apply_retention()
    assert Arrival.objects.get().address == ""
    assert RetentionRun.objects.get().kind == "addresses"


def test_at_close_everything_goes_at_once(property, room, guest, asked, commit):
    keep(property, messages=0, arrivals=0)
    Delivery.objects.update(state="sent")
    say(guest, "Hi")
    apply_retention()
    assert Message.objects.count() == 1
    with commit(execute=True):
        close_room(room=room)
    assert asked == [room.pk]
    apply_retention_at_close(room.pk)
    assert not Message.objects.exists() and not Arrival.objects.exists()
    assert {run.kind: run.removed for run in RetentionRun.objects.all()} == {
        "messages": 1,
        "arrivals": 1,
    }


def test_a_room_opened_again_before_it_was_emptied_keeps_its_words(property, room, guest):
    keep(property, messages=0)
    say(guest, "Hi")
    close_room(room=room)
    Room.objects.update(status="open")
    apply_retention_at_close(room.pk)
    assert Message.objects.exists()


def test_a_lost_ring_at_the_close_is_made_good_within_the_hour(property, room, guest):
    keep(property, messages=0)
    apply_retention()
    say(guest, "Hi")
    close_room(room=room)
    apply_retention()
    assert Message.objects.exists()
    age(RetentionRun.objects.all(), 0.1, "finished_at")
    apply_retention()
    assert not Message.objects.exists()


def test_who_chooses_longer_meanwhile_loses_nothing(property, old_and_new):
    retention.begin_runs(timezone.now())
    keep(property, messages=60)
    apply_retention()
    assert Message.objects.count() == 3


def test_proofs_of_days_without_work_are_not_piled_up(property, old_and_new):
    apply_retention()
    RetentionRun.objects.update(day=timezone.now().date() - timedelta(days=3))
    for days in (2, 1, 0):
        apply_retention()
        if days:
            ago = timezone.now().date() - timedelta(days=days)
            RetentionRun.objects.filter(day=timezone.now().date()).update(day=ago)
    assert sorted(RetentionRun.objects.values_list("removed", flat=True)) == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_webhooks_logs_do_not_keep_what_guests_wrote(account, property, link, room, guest):
    create_webhook(account=account, url="https://example.com/")
    say(guest, "Hi")
    other = join(link, "Ben").participant
    say(other, "Hello")
    WebhookDelivery.objects.update(state="sent")
    age(WebhookDelivery.objects.all(), 2, "created_at")
    age(Message.objects.filter(room=room), 2)
    keep(property, messages=1)
    apply_retention()
    left = WebhookDelivery.objects.filter(event="message.posted")
    assert [line.guest for line in left] == [other.guest]


@pytest.mark.django_db(transaction=True)
def test_what_was_removed_is_counted(old_and_new):
    apply_retention()
    assert counters.read()["retention_removed", "messages"] == 2


@pytest.mark.parametrize("days", [-1, 3651])
def test_days_have_bounds(property, days):
    with pytest.raises(Invalid):
        keep(property, messages=days)
    with pytest.raises(IntegrityError), transaction.atomic():
        Property.objects.update(retention_messages_days=days)
