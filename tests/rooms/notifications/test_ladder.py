"""Whom a property calls, how and when: what is planned is what was promised."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.base.errors import Invalid
from accounts.targets.models import Target
from accounts.team.models import Membership
from rooms.notifications.channels import KINDS
from rooms.notifications.ladder import (
    TEMPLATES,
    LadderStep,
    read_steps,
    set_ladder,
    tell,
    try_out,
)
from rooms.notifications.models import Delivery
from rooms.properties.models import Property
from tests.api.conftest import make_api
from tests.cast import join, make_owner, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(account, alice, bob):
    """Alice owns, Bob is an agent on duty, Dora one who is not; each has three addresses."""
    dora = make_user("dora")
    Membership.objects.create(account=account, user=dora, role="agent", on_duty=False)
    Target.objects.all().delete()
    for member in account.memberships.all():
        for kind in ("webpush", "telegram", "email"):
            address = {"email": f"{kind}@{member.pk}", "chat": member.pk, "mark": str(member.pk)}
            Target.objects.create(
                account=account,
                membership=member,
                kind=kind,
                address=address,
                verified_at=timezone.now(),
            )
    return {one.user.name: one for one in account.memberships.select_related("user")}


def step(after_s, who="everyone", *channels):
    return {"after_s": after_s, "who": str(who), "channels": list(channels)}


def ring(link):
    """What was planned for a new guest, as (name, kind, seconds)."""
    visit = join(link)
    rows = Delivery.objects.filter(arrival=visit.arrival).select_related("target__membership__user")
    return sorted(
        (
            row.target.membership.user.name,
            row.target.kind,
            round((row.next_at - row.created_at).total_seconds()),
        )
        for row in rows
    )


def foresee(property):
    return sorted(
        (call.target.membership.user.name, call.target.kind, call.after_s)
        for call in try_out(Property.objects.select_related("account").get(pk=property.pk))
    )


def test_without_steps_everybody_is_called_after_the_plain_wait(team, property, link):
    Property.objects.update(call_after_s=20)
    link.property.refresh_from_db()
    assert {seconds for _, _, seconds in ring(link)} == {20}
    assert len(foresee(property)) == 9


def test_steps_name_people_channels_and_waits(team, property, link):
    set_ladder(
        property=property,
        steps=[step(0, "on_duty", "webpush"), step(15, "owner", "telegram", "email"), step(180)],
    )
    link.property.refresh_from_db()
    assert ring(link) == [
        ("Alice", "email", 15),
        ("Alice", "telegram", 15),
        ("Alice", "webpush", 0),
        ("Bob", "email", 180),
        ("Bob", "telegram", 180),
        ("Bob", "webpush", 0),
        ("Dora", "email", 180),
        ("Dora", "telegram", 180),
        ("Dora", "webpush", 180),
    ]


def test_one_member_may_be_meant(team, property, link):
    set_ladder(property=property, steps=[step(5, team["Bob"].uuid)])
    link.property.refresh_from_db()
    assert {name for name, _, _ in ring(link)} == {"Bob"}


WHO = ["everyone", "on_duty", "owner", "admin", "agent"]


@pytest.mark.parametrize("who", WHO)
def test_the_dry_run_says_what_happens(team, property, link, who):
    """The one asks in Python, the other in SQL: they agree for whatever steps there are."""
    kinds = [[], ["webpush"], ["telegram", "email"]]
    for number, (channels, wait_s) in enumerate(itertools.product(kinds, (0, 40))):
        steps = [step(wait_s, who, *channels), step(90, WHO[number % len(WHO)])]
        set_ladder(property=property, steps=steps)
        link.property.refresh_from_db()
        assert ring(link) == foresee(property)
        Delivery.objects.all().delete()


def test_who_is_asleep_off_or_unproven_is_left_out(team, property, link):
    Target.objects.filter(kind="webpush").update(enabled=False)
    Target.objects.filter(kind="email").update(verified_at=None)
    Target.objects.filter(membership=team["Bob"]).update(
        snoozed_until=timezone.now() + timezone.timedelta(hours=1)
    )
    assert ring(link) == foresee(property) == [("Alice", "telegram", 0), ("Dora", "telegram", 0)]


def test_a_later_step_is_told_to_the_broker_for_its_second(team, property, link, monkeypatch):
    told = []
    monkeypatch.setattr(
        "rooms.base.broker.publish",
        lambda jobs, after_s=0: bool(told.extend((job[2], after_s) for job in jobs)) or True,
    )
    steps = [step(0, "owner", "webpush"), step(30, "owner", "telegram"), step(61, "owner", "email")]
    set_ladder(property=property, steps=steps)
    link.property.refresh_from_db()
    join(link)
    assert told == [("notify_fast", 0), ("notify_fast", 30)]


def test_the_plan_is_one_statement(team, property, link):
    set_ladder(property=property, steps=[step(n) for n in range(10)])
    link.property.refresh_from_db()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        join(link)
    assert sum("rooms_delivery" in query["sql"] for query in queries) == 1


@pytest.mark.parametrize(
    "steps",
    [
        [step(-1)],
        [step(3601)],
        [step(0, "somebody")],
        [step(0, "4c0f6a1d-0e55-4bb5-8a3c-7f3f5b0c9c1e")],
        [step(0, "everyone", "pigeon")],
        [step(0)] * 11,
    ],
)
def test_what_is_no_ladder_is_refused(property, steps):
    with pytest.raises(Invalid) as refusal:
        set_ladder(property=property, steps=steps)
    assert refusal.value.field == "steps"
    property.refresh_from_db()
    assert property.ladder == []


def test_another_accounts_member_cannot_be_named(property):
    eve = make_owner("eve").memberships.get()
    with pytest.raises(Invalid):
        set_ladder(property=property, steps=[step(0, eve.uuid)])


def test_a_change_is_in_the_audit_log_once(property, alice):
    for _ in range(2):
        set_ladder(property=property, steps=[step(0)], actor=alice)
    assert AuditEvent.objects.filter(action="property.changed").count() == 1


def test_it_reads_as_sentences(team, property):
    steps = [step(0, "on_duty", "webpush"), step(1, "owner"), step(30, team["Bob"].uuid, "email")]
    set_ladder(property=property, steps=steps)
    assert tell(property) == [
        "At once: everybody on duty by Browser push.",
        "After 1 second: owners, everywhere.",
        "After 30 seconds: Bob by E-mail.",
    ]


def test_a_member_who_left_is_nobody(team, property):
    set_ladder(property=property, steps=[step(0, team["Bob"].uuid)])
    team["Bob"].delete()
    assert tell(property) == ["At once: nobody, everywhere."]
    assert foresee(property) == []


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


def fill(*rows):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 1}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in row.items()}
    return data


def test_the_page_changes_the_steps(page, property, team):
    url = f"/properties/{property.uuid}/calls"
    rows = [
        {"after_s": "60", "who": "owner", "channels": ["email", "webpush"]},
        {"after_s": "0", "who": "on_duty"},
        {"after_s": "", "who": "everyone"},
    ]
    assert page.post(url, fill(*rows)).status_code == 302
    property.refresh_from_db()
    assert read_steps(property) == [
        LadderStep(0, "on_duty"),
        LadderStep(60, "owner", ("email", "webpush")),
    ]
    text = page.get(url).content.decode()
    assert "At once: everybody on duty, everywhere." in text
    assert "If somebody came now" in text and "Bob" in text
    # Without a row there is only the plain wait again.
    page.post(url, fill({"after_s": "", "who": "everyone"}))
    property.refresh_from_db()
    assert property.ladder == []


@pytest.mark.parametrize("row", [{"after_s": "9999", "who": "owner"}, {"after_s": "1", "who": "x"}])
def test_the_page_says_what_is_wrong(page, property, row):
    answer = page.post(f"/properties/{property.uuid}/calls", fill(row))
    assert answer.status_code == 400
    assert "error" in answer.content.decode()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_start(page, property, name):
    url = f"/properties/{property.uuid}/calls"
    assert page.post(url, {"template": name}).status_code == 302
    property.refresh_from_db()
    assert read_steps(property) == list(TEMPLATES[name][1])
    assert page.get(url).status_code == 200


def test_where_nobody_would_be_called_the_page_says_so(page, property):
    Target.objects.all().delete()
    assert (
        "Nobody would be called" in page.get(f"/properties/{property.uuid}/calls").content.decode()
    )


def test_the_page_takes_as_many_queries_for_a_large_team(page, property, team):
    url = f"/properties/{property.uuid}/calls"
    page.get(url)
    with CaptureQueriesContext(connection) as few:
        page.get(url)
    for number in range(5):
        user = make_user(f"agent{number}")
        Membership.objects.create(account=property.account, user=user)
    with CaptureQueriesContext(connection) as many:
        page.get(url)
    assert len(many) == len(few)


def test_duty_is_switched_on_the_page(page, alice):
    page.post("/notifications/duty", {"on": "0"})
    assert not alice.memberships.get().on_duty
    assert "off duty" in page.get("/notifications").content.decode()
    page.post("/notifications/duty", {"on": "1"})
    assert alice.memberships.get().on_duty


def test_programs_read_and_change_the_steps(account, property, team):
    api = make_api(account)
    url = f"properties/{property.uuid}/ladder"
    assert api.get(url).json()["steps"] == [step(0)]
    body = {"steps": [step(15, "on_duty", "telegram"), step(0, str(team["Alice"].uuid))]}
    answer = api.patch(url, body)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["steps"] == sorted(body["steps"], key=lambda one: one["after_s"])
    assert said["sentences"][0] == "At once: Alice, everywhere."
    assert [(call["kind"], call["after_s"]) for call in said["calls"]] == [
        *[(kind, 0) for kind in ("webpush", "telegram", "email")],
        ("telegram", 15),
    ]
    for wrong in ([step(0, "x")], [step(-1)], [{**step(0), "channels": ["pigeon"]}], "no list"):
        assert api.patch(url, {"steps": wrong}).status_code == 400


def test_programs_switch_duty(account, team):
    api = make_api(account)
    answer = api.patch(f"members/{team['Bob'].uuid}", {"on_duty": False})
    assert answer.json()["on_duty"] is False
    assert answer.json()["role"] == "agent"


def test_every_kind_may_be_named(property):
    set_ladder(property=property, steps=[step(0, "everyone", *KINDS)])
    assert tuple(read_steps(property)[0].channels) == KINDS


def test_an_older_state_of_the_steps_is_not_overwritten(account, property, team):
    api = make_api(account)
    url = f"properties/{property.uuid}/ladder"
    etag = api.get(url)["ETag"]
    assert api.patch(url, {"steps": [step(1)]}, If_Match=etag).status_code == 200
    assert api.patch(url, {"steps": [step(2)]}, If_Match=etag).status_code == 412
    assert api.get(url).json()["steps"] == [step(1)]
