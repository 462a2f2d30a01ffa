from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.audit.models import AuditEvent
from rooms.conversations.models import Room
from rooms.links.services.properties import archive_property, create_property
from rooms.properties.models import Property
from rooms.tasks import apply_retention
from tests.cast import join

PROPERTIES = "/properties"
FIELDS = {
    "name": "Bakery",
    "color": "#0A7D5A",
    "greeting": "Good morning!",
    "offline_text": "We bake until five.",
    "languages": ["en", "zh-hans"],
    "first_language": "zh-hans",
    "nickname": "required",
    "storage": "none",
    "transport": "relay",
    "call_after_s": "30",
    "addresses": "none",
}


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


def page_of(property, name="property_edit"):
    return reverse(f"rooms:{name}", args=[property.uuid])


# The guest is there: they were let in a moment ago.
@pytest.mark.django_db(transaction=True)
def test_the_list_shows_name_colour_link_and_open_rooms(desk, property, link, room):
    page = desk.get(PROPERTIES)
    assertContains(page, "Alice&#x27;s shop")
    assertContains(page, f'fill="{property.color}"')
    assertContains(page, f"/c/{link.token}")
    assertContains(page, "1 open conversation")


def test_a_new_property_is_born_with_a_link(desk, account):
    answer = desk.post("/properties/new", FIELDS)
    made = account.properties.get(name="Bakery")
    assertRedirects(answer, page_of(made, "links"))
    assert made.links.get().is_live
    assert (made.color, made.languages) == ("#0a7d5a", ["zh-hans", "en"])
    assert (made.nickname, made.storage, made.transport) == ("required", "none", "relay")
    assert made.call_after_s == 30
    actions = (
        AuditEvent.objects.for_account(account).order_by("id").values_list("action", flat=True)
    )
    assert list(actions)[-2:] == ["property.created", "link.created"]


def test_editing_changes_the_property(desk, property):
    assertRedirects(desk.post(page_of(property), FIELDS), page_of(property))
    property.refresh_from_db()
    assert (property.name, property.greeting) == ("Bakery", "Good morning!")
    assertContains(desk.get(page_of(property)), "We bake until five.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("name", "evil\u202egnp"),
        ("color", "red"),
        ("greeting", "x" * 501),
        ("greeting", "bell\x07"),
        ("languages", ["tlh"]),
        ("nickname", "maybe"),
        ("storage", "sometimes"),
        ("transport", "pigeon"),
        ("call_after_s", "-1"),
        ("call_after_s", "9999999999"),
    ],
)
def test_a_refused_field_says_why_and_keeps_the_rest(desk, property, field, value):
    page = desk.post(page_of(property), FIELDS | {field: value})
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assertContains(page, "We bake until five.", status_code=422)
    assertContains(page, 'class="errorlist"', status_code=422)
    property.refresh_from_db()
    assert property.greeting == ""


def test_the_limit_of_properties_is_told_in_the_form(desk, account):
    account.limits = {"properties": 1}
    account.save(update_fields=["limits"])
    page = desk.post("/properties/new", FIELDS)
    assertContains(page, "The limit “properties” of this account is 1.", status_code=422)
    assertContains(page, "We bake until five.", status_code=422)
    assert account.properties.count() == 1


# The guest is there: they were let in a moment ago.
@pytest.mark.django_db(transaction=True)
def test_archiving_names_what_is_lost_and_ends_the_links(desk, property, link, room):
    page = desk.get(page_of(property, "property_archive"))
    assertContains(page, "1 link stops working")
    assertContains(page, "The guest of 1 open conversation is shown out.")
    assertRedirects(desk.post(page_of(property, "property_archive")), PROPERTIES)
    assert desk.get(f"/c/{link.token}/qr.svg").status_code == 410
    listed = desk.get(PROPERTIES)
    assertContains(listed, "1 archived")
    assertNotContains(listed, link.token)


def test_restoring_opens_the_links_again(desk, property, link):
    archive_property(property=property)
    assertRedirects(desk.post(page_of(property, "property_restore")), PROPERTIES)
    assert desk.get(f"/c/{link.token}/qr.svg").status_code == 200


def test_restoring_respects_the_limit(desk, account, property):
    archive_property(property=property)
    account.limits = {"properties": 0}
    account.save(update_fields=["limits"])
    page = desk.post(page_of(property, "property_restore"))
    assert page.status_code == 403
    property.refresh_from_db()
    assert property.archived_at is not None


def test_an_empty_account_is_offered_the_first_step(desk, property):
    property.delete()
    page = desk.get(PROPERTIES)
    assertContains(page, "Nowhere to ring yet")
    assertContains(page, 'href="/properties/new"')


def test_agents_read_but_do_not_change(client, bob, property):
    client.force_login(bob)
    listed = client.get(PROPERTIES)
    assertContains(listed, "Alice&#x27;s shop")
    assertNotContains(listed, "/properties/new")
    for name in ("property_edit", "property_archive", "property_restore"):
        assert client.post(page_of(property, name), FIELDS).status_code == 404
    assert client.post("/properties/new", FIELDS).status_code == 404
    property.refresh_from_db()
    assert (property.name, property.archived_at) == ("Alice's shop", None)


@pytest.mark.parametrize("name", ["property_edit", "property_archive", "property_restore", "links"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_other_tenant_gets_404(client, charlie, property, name, method):
    client.force_login(charlie)
    answer = getattr(client, method)(page_of(property, name), FIELDS)
    # What a page does not do at all is refused before it looks for anything.
    assert answer.status_code in (404, 405)
    assert property.name not in answer.content.decode()
    property.refresh_from_db()
    assert (property.name, property.archived_at) == ("Alice's shop", None)


def test_strangers_are_sent_to_sign_in(client, property):
    answer = client.get(page_of(property))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login")


def test_the_list_needs_the_same_queries_for_twenty(desk, account, link, django_assert_num_queries):
    desk.get(PROPERTIES)
    with django_assert_num_queries(6):
        desk.get(PROPERTIES)
    for number in range(19):
        made = create_property(account=account, name=f"Shop {number}")
        join(made.links.select_related("property", "account").get())
    assert Room.objects.for_account(account).count() == 19
    with django_assert_num_queries(6):
        page = desk.get(PROPERTIES)
    assertContains(page, "Shop 18")
    assert Property.objects.for_account(account).count() == 20


def test_retention_is_chosen_on_the_page_and_proved_there(desk, property, guest):
    days = {"retention_messages_days": "30", "retention_files_days": "0"}
    desk.post(page_of(property), {**FIELDS, **days, "addresses": "short"})
    property.refresh_from_db()
    kept = [property.get_retention(kind) for kind in ("messages", "files", "arrivals")]
    assert (kept, property.addresses) == ([30, 0, None], "short")
    assertNotContains(desk.get(page_of(property)), "Removed lately")
    apply_retention()
    page = desk.get(page_of(property))
    assertContains(page, "Removed lately")
    assertContains(page, "at close")


@pytest.mark.parametrize("days", ["-1", "3651", "many"])
def test_wrong_days_are_refused_and_kept_in_the_form(desk, property, days):
    page = desk.post(page_of(property), {**FIELDS, "retention_messages_days": days})
    assertContains(page, f'value="{days}"', status_code=422)
    assertContains(page, "Bakery", status_code=422)
