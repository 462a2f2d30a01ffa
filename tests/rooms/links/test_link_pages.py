from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from rooms.links.models import DirectLink
from rooms.links.services.links import create_link, create_links, revoke_link, update_link
from tests.cast import join

PRIVATE = {"mode": "private"}


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


def page_of(row, name):
    return reverse(f"rooms:{name}", args=[row.uuid])


def newest(property):
    return property.links.order_by("id").last()


def test_a_new_link_takes_everything_it_is_given(desk, property):
    ends = timezone.now() + timedelta(days=3)
    answer = desk.post(
        page_of(property, "link_new"),
        {
            "label": "Card",
            "mode": "shared",
            "slug": "Alices-Shop",
            "guest_limit": "5",
            "passcode": "sesame",
            "expires_at": f"{ends:%Y-%m-%dT%H:%M}",
        },
    )
    link = newest(property)
    assertRedirects(answer, page_of(link, "link_edit"))
    assert (link.label, link.mode, link.slug, link.guest_limit) == (
        "Card",
        "shared",
        "alices-shop",
        5,
    )
    assert link.expires_at == ends.replace(second=0, microsecond=0)
    assert "sesame" not in link.passcode
    assert join(link, passcode="sesame").room.name == "Card"


def test_times_are_read_in_the_zone_of_the_page(desk, property):
    moment = {"expires_at": "2031-07-01T12:00", "zone": "Asia/Shanghai"}
    desk.post(page_of(property, "link_new"), PRIVATE | moment)
    assert newest(property).expires_at == datetime(2031, 7, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "America", "\0", "x" * 50])
def test_an_unknown_zone_means_utc(desk, property, zone):
    moment = {"expires_at": "2031-07-01T12:00", "zone": zone}
    answer = desk.post(page_of(property, "link_new"), PRIVATE | moment)
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        assert newest(property).expires_at == datetime(2031, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", "x" * 81),
        ("label", "two\nlines"),
        ("mode", "public"),
        ("slug", "a"),
        ("slug", "admin"),
        ("slug", "no_underscores"),
        ("slug", "-edge"),
        ("slug", "ends/here"),
        ("slug", "пекарня"),
        ("guest_limit", "0"),
        ("guest_limit", "99999999999"),
        ("passcode", "abc"),
        ("expires_at", "2001-01-01T00:00"),
        ("expires_at", "soon"),
    ],
)
def test_a_refused_field_says_why_and_keeps_the_rest(desk, property, field, value):
    values = {"label": "Typed before", "mode": "shared", "slug": "typed-before"}
    page = desk.post(page_of(property, "link_new"), values | {field: value})
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    kept = "typed-before" if field == "label" else "Typed before"
    assertContains(page, kept, status_code=422)
    assert property.links.count() == 1


def test_a_link_cannot_end_before_it_begins(desk, link):
    times = {"not_before": "2031-02-01T00:00", "expires_at": "2031-01-01T00:00"}
    page = desk.post(page_of(link, "link_edit"), PRIVATE | times)
    assert page.context["form"].errors["expires_at"] == ["The link would end before it begins."]


def test_nobody_takes_an_address_that_leads_elsewhere(desk, property, charlie):
    theirs = charlie.memberships.get().account.links.get()
    DirectLink.objects.filter(pk=theirs.pk).update(token="abcdefghijk1", slug="corner-shop")
    for taken in ("abcdefghijk1", "corner-shop"):
        page = desk.post(page_of(property, "link_new"), PRIVATE | {"slug": taken})
        assert page.context["form"].errors["slug"] == ["This address is taken."]


def test_editing_keeps_the_passcode_that_is_not_typed_again(desk, link):
    update_link(link=link, passcode="sesame")
    desk.post(page_of(link, "link_edit"), PRIVATE | {"label": "Door"})
    link.refresh_from_db()
    assert link.label == "Door"
    assert link.passcode
    desk.post(page_of(link, "link_edit"), PRIVATE | {"remove_passcode": "on"})
    link.refresh_from_db()
    assert link.passcode == ""


def test_rotating_kills_every_old_address(desk, link):
    update_link(link=link, slug="corner-shop")
    assertRedirects(desk.post(page_of(link, "link_rotate")), page_of(link, "link_edit"))
    for address in (link.token, "corner-shop"):
        assert desk.get(f"/c/{address}/qr.svg").status_code == 404
    fresh = DirectLink.objects.get(pk=link.pk)
    assert fresh.token != link.token
    assert desk.get(f"/c/{fresh.token}/qr.svg").status_code == 200


def test_revoking_ends_the_link_for_good(desk, link, property):
    assertContains(desk.get(page_of(link, "link_edit")), "Revoke this link")
    assertRedirects(desk.post(page_of(link, "link_revoke")), page_of(property, "links"))
    assert desk.get(f"/c/{link.token}/qr.svg").status_code == 410
    assertContains(desk.get(page_of(link, "link_edit")), "was revoked")
    assert desk.post(page_of(link, "link_rotate")).status_code == 409
    refused = desk.post(page_of(link, "link_edit"), PRIVATE | {"label": "Again"})
    assertContains(refused, "was revoked", status_code=422)


def test_many_links_come_numbered_and_as_a_table(desk, property):
    form = PRIVATE | {"count": "120", "label": "=Table"}
    assertRedirects(desk.post(page_of(property, "links_many"), form), page_of(property, "links"))
    assert property.links.count() == 121
    assertContains(desk.get(page_of(property, "links")), "Page 1 of 3")
    assertContains(desk.get(page_of(property, "links"), {"q": "table 77"}), "=Table 77")
    table = desk.get(page_of(property, "links_csv")).content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows[120]["label"] == "'=Table 120"
    assert rows[120]["url"].endswith(f"/c/{newest(property).token}")


def test_more_links_than_the_account_may_have_are_refused_whole(desk, property, account):
    page = desk.post(page_of(property, "links_many"), PRIVATE | {"count": "10000"})
    assertContains(page, "The limit “links” of this account is 10000.", status_code=422)
    assert account.links.count() == 1


def test_the_list_tells_the_state_of_each_link(desk, property, link):
    create_link(property=property, label="Later", not_before=timezone.now() + timedelta(days=1))
    create_link(property=property, label="Small", guest_limit=1, passcode="sesame")
    past = timezone.now() - timedelta(hours=1)
    old = create_link(property=property, label="Old")
    DirectLink.objects.filter(pk=old.pk).update(expires_at=past)
    DirectLink.objects.filter(label="Small").update(guest_count=1)
    page = desk.get(page_of(property, "links"))
    for word in ("Open", "Opens later", "Full", "Expired", "Passcode", "1 of 1 guests"):
        assertContains(page, word)


def test_revoked_links_are_folded_away(desk, property, link):
    revoke_link(link=create_link(property=property, label="Lost card"))
    page = desk.get(page_of(property, "links"))
    assertNotContains(page, "Lost card")
    assertContains(page, "Show revoked links")
    assertContains(desk.get(page_of(property, "links"), {"show": "revoked"}), "Lost card")


def test_agents_hand_out_links_but_do_not_change_them(client, bob, property, link):
    client.force_login(bob)
    page = client.get(page_of(property, "links"))
    assertContains(page, link.token)
    assertNotContains(page, page_of(link, "link_edit"))
    for row, name in _changes(property, link):
        assert client.post(page_of(row, name), PRIVATE | {"count": "2"}).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None
    assert property.links.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_other_tenant_gets_404(client, charlie, property, link, method):
    client.force_login(charlie)
    for row, name in [*_changes(property, link), (property, "links"), (property, "links_csv")]:
        answer = getattr(client, method)(page_of(row, name), PRIVATE | {"count": "2"})
        assert answer.status_code in (404, 405)
        assert link.token not in answer.content.decode()
        if method == "get" and name not in ("link_rotate", "link_revoke"):
            assert answer.status_code == 404
    fresh = DirectLink.objects.get(pk=link.pk)
    assert (fresh.token, fresh.revoked_at) == (link.token, None)


def _changes(property, link):
    of_property = [(property, name) for name in ("link_new", "links_many")]
    return of_property + [(link, name) for name in ("link_edit", "link_rotate", "link_revoke")]


def test_the_list_needs_the_same_queries_for_twenty(desk, property, django_assert_num_queries):
    desk.get(page_of(property, "links"))
    with django_assert_num_queries(6):
        desk.get(page_of(property, "links"))
    create_links(property=property, count=19, label="Table")
    with django_assert_num_queries(6):
        page = desk.get(page_of(property, "links"))
    assertContains(page, "Table 19")
