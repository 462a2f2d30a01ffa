"""Many at one link at once, passcodes under fire, and a database that has no time."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client

from accounts.base.errors import DomainError, Unavailable
from rooms.conversations.models import Participant, Room
from rooms.links.hashers import PasscodeHasher
from rooms.links.models import DirectLink, LinkUse
from rooms.links.services import passcodes
from rooms.links.services.links import update_link
from rooms.links.services.uses import fold_all_uses
from tests.api.conftest import make_api
from tests.api.requests.test_authentication import assert_problem
from tests.cast import join

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, deed):
    def run(number):
        try:
            return deed(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def knock(link, number=0, **body):
    return Client().post(
        f"/c/{link.address}/join",
        {"nickname": f"Guest {number}", **body},
        content_type="application/json",
    )


@pytest.fixture(autouse=True)
def no_rate(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"join": "100000/1", "page": "100000/1"}


@pytest.fixture
def alices(alice):
    """Alice's browser."""
    browser = Client()
    browser.force_login(alice)
    return browser


@pytest.fixture
def slow_hash(monkeypatch):
    """Every hashing waits for `release`; `running` counts those that go on, `most` the peak."""

    class Watch:
        running = most = 0
        begun, release, lock = threading.Semaphore(0), threading.Event(), threading.Lock()

    def verify(hasher, password, encoded, plain=PasscodeHasher.verify):
        with Watch.lock:
            Watch.running += 1
            Watch.most = max(Watch.most, Watch.running)
        Watch.begun.release()
        Watch.release.wait(20)
        with Watch.lock:
            Watch.running -= 1
        return plain(hasher, password, encoded)

    monkeypatch.setattr(PasscodeHasher, "verify", verify)
    yield Watch
    Watch.release.set()


@contextmanager
def held(statement):
    """Another connection holds what the statement locks until the block ends."""
    taken, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                taken.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    try:
        yield
    finally:
        done.set()
        holder.join()


@pytest.mark.parametrize("mode", ["private", "shared"])
def test_fifty_at_once_all_come_in(link, mode):
    update_link(link=link, mode=mode)
    answers = at_once(50, lambda number: knock(link, number).status_code)
    assert answers == [201] * 50
    assert Room.objects.filter(link=link).count() == (50 if mode == "private" else 1)
    assert Participant.objects.filter(room__link=link).count() == 50


@pytest.mark.parametrize("mode", ["private", "shared"])
def test_a_join_without_a_limit_does_not_wait_for_the_links_row(link, mode):
    update_link(link=link, mode=mode)
    with held(f"SELECT 1 FROM rooms_directlink WHERE id = {link.pk} FOR NO KEY UPDATE"):
        assert knock(link).status_code == 201


def test_a_limit_of_ten_lets_exactly_ten_of_fifty_in(link):
    update_link(link=link, guest_limit=10)
    answers = at_once(50, lambda number: knock(link, number).status_code)
    assert sorted(answers) == [201] * 10 + [410] * 40
    link.refresh_from_db()
    assert (link.guest_count, Room.objects.filter(link=link).count()) == (10, 10)


def test_guests_are_counted_before_and_after_the_sweep(link):
    for number in range(3):
        join(link, f"Guest {number}")
    read = DirectLink.objects.with_guests().get
    assert (read(pk=link.pk).guest_count, read(pk=link.pk).guests) == (0, 3)
    assert fold_all_uses() == 3
    assert (read(pk=link.pk).guest_count, read(pk=link.pk).guests) == (3, 3)
    assert not LinkUse.objects.exists()


def test_sweeps_at_once_count_nobody_twice(link):
    for number in range(20):
        join(link, f"Guest {number}")
    assert sum(at_once(6, lambda _: fold_all_uses())) == 20
    link.refresh_from_db()
    assert link.guest_count == 20


def test_a_new_limit_counts_who_came_before_it(link):
    join(link, "First")
    join(link, "Second")
    update_link(link=link, guest_limit=3)
    answers = [knock(link, number).status_code for number in range(2)]
    assert answers == [201, 410]


def test_a_held_row_is_a_refusal_that_passes_at_the_door(link):
    update_link(link=link, guest_limit=5)
    with held(f"SELECT 1 FROM rooms_directlink WHERE id = {link.pk} FOR UPDATE"):
        answer = knock(link)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"
    assert answer.json()["error"]["temporary"] is True
    assert int(answer.headers["Retry-After"]) >= 1
    assert not Room.objects.exists()
    assert knock(link).status_code == 201


def test_never_more_than_two_passcodes_are_hashed_at_once(link, slow_hash, monkeypatch):
    monkeypatch.setattr(passcodes, "PATIENCE_S", 0.2)
    update_link(link=link, passcode="sesame")
    with ThreadPoolExecutor(12) as pool:
        knocks = [pool.submit(knock, link, n, passcode="wrong") for n in range(12)]
        assert slow_hash.begun.acquire(timeout=10) and slow_hash.begun.acquire(timeout=10)
        # The page of somebody else does not wait for them.
        assert Client().get(f"/c/{link.address}").status_code == 200
        wait(knocks, return_when=FIRST_COMPLETED)
        slow_hash.release.set()
        answers = sorted(one.result().status_code for one in knocks)
    assert slow_hash.most == 2
    assert set(answers) == {403, 503}


def test_waiting_for_a_hash_holds_no_transaction(link, slow_hash):
    update_link(link=link, passcode="sesame")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(knock, link, passcode="sesame")
        assert slow_hash.begun.acquire(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'"
            )
            assert cursor.fetchone() == (0,)
        slow_hash.release.set()
        assert waiting.result().status_code == 201


def test_a_passcode_is_set_outside_the_transaction(link, monkeypatch):
    inside = []

    def encode(hasher, password, salt, plain=PasscodeHasher.encode):
        inside.append(connection.in_atomic_block)
        return plain(hasher, password, salt)

    monkeypatch.setattr(PasscodeHasher, "encode", encode)
    update_link(link=link, passcode="sesame")
    assert inside == [False]
    assert knock(link, passcode="sesame").status_code == 201


def test_passcodes_of_before_still_open_their_links(link):
    DirectLink.objects.filter(pk=link.pk).update(passcode=make_password("sesame"))
    assert knock(link, passcode="wrong").status_code == 403
    assert knock(link, passcode="sesame").status_code == 201


def test_no_place_to_hash_is_a_refusal_that_passes(link, slow_hash, monkeypatch):
    update_link(link=link, passcode="sesame")
    with ThreadPoolExecutor(2) as pool:
        others = [pool.submit(knock, link, n, passcode="wrong") for n in range(2)]
        assert slow_hash.begun.acquire(timeout=10) and slow_hash.begun.acquire(timeout=10)
        monkeypatch.setattr(passcodes, "PATIENCE_S", 0)
        with pytest.raises(Unavailable) as refusal:
            join(link, passcode="sesame")
        slow_hash.release.set()
        assert [one.result().status_code for one in others] == [403, 403]
    assert isinstance(refusal.value, DomainError) and refusal.value.temporary


def test_a_busy_page_says_so_and_nothing_is_lost(link, alices):
    address = f"/properties/links/{link.uuid}"
    with held(f"SELECT 1 FROM rooms_directlink WHERE id = {link.pk} FOR UPDATE"):
        answer = alices.post(address, {"label": "Shop window", "mode": "private"})
    assert answer.status_code == 422
    assert "The service cannot answer right now." in answer.content.decode()
    assert "Shop window" in answer.content.decode()
    assert alices.post(address, {"label": "Shop window", "mode": "private"}).status_code == 302


def test_a_busy_deed_without_a_form_gets_a_page(link, alices):
    with held(f"SELECT 1 FROM rooms_directlink WHERE id = {link.pk} FOR UPDATE"):
        answer = alices.post(f"/properties/links/{link.uuid}/rotate")
    assert answer.status_code == 503
    assert "One moment, please" in answer.content.decode()
    assert int(answer.headers["Retry-After"]) >= 1


def test_middleware_that_finds_the_database_busy_says_so_too(alices):
    alices.raise_request_exception = False
    with held("LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE"):
        answer = alices.get("/properties")
    assert answer.status_code == 503
    assert "One moment, please" in answer.content.decode()


def test_a_busy_call_gets_a_problem(link, account):
    api = make_api(account)
    with held(f"SELECT 1 FROM rooms_directlink WHERE id = {link.pk} FOR UPDATE"):
        answer = api.patch(f"links/{link.uuid}", {"label": "Shop window"})
    problem = assert_problem(answer, 503, "unavailable")
    assert problem["temporary"] is True
    assert int(answer.headers["Retry-After"]) >= 1
