"""A suspicious browser proves itself by itself; what stays suspicious waits in a tab."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from rooms.conversations.models import Message, Room
from rooms.conversations.services.messages import post_message, sender_of
from rooms.visits.services import join_link
from tests.browser.conftest import note_violation
from tests.browser.pages import bodies, open_inbox, part, row_of, wait_until_open, write


def test_a_driven_browser_is_asked_and_goes_on_by_itself(make_context, server, link):
    site = server(env={"PROOF_MAX_NUMBER": "5000"})
    page, complaints, statuses, held = make_context().new_page(), [], [], []
    page.on("console", lambda message: note_violation(message, complaints))
    joins = re.compile("/join$")
    page.on("response", lambda answer: joins.search(answer.url) and statuses.append(answer.status))
    page.route("**/rooms/visits/proof.*.js", lambda route: held.append(route), times=1)
    page.goto(f"{site.url}/c/{link.address}")
    expect(page.get_by_role("status")).to_contain_text("Making sure that you are a person")
    held[0].continue_()
    write(wait_until_open(page), "I am one")
    expect(part(page, "message")).to_have_attribute("data-state", "sent")
    assert (statuses, complaints) == ([428, 201], [])
    assert Message.objects.get().body == "I am one"
    assert Room.objects.get().status == Room.Status.OPEN


def test_a_name_that_was_typed_is_kept_while_the_browser_works(make_context, server, link):
    link.property.nickname = "required"
    link.property.save()
    site = server(env={"PROOF_MAX_NUMBER": "5000"})
    page = make_context().new_page()
    page.goto(f"{site.url}/c/{link.address}")
    page.get_by_label("What may we call you?").fill("Gwen")
    page.keyboard.press("Enter")
    wait_until_open(page)
    assert Room.objects.get().name == "Gwen"


def test_quarantine_is_quiet_and_a_member_lets_through(visit_as, alice, link):
    inbox = open_inbox(visit_as, alice)
    visit = join_link(link=link, nickname="Eve", is_suspicious=lambda: True)
    expect(part(inbox, "quarantined")).to_have_text("1")
    post_message(
        sender=sender_of(visit.participant), client_id=visit.room.uuid, body="Buy this at once"
    )
    inbox.get_by_role("link", name="Suspicious").click()
    expect(row_of(inbox, visit.room)).to_contain_text("Buy this at once")
    assert not inbox.title().startswith("(")
    row_of(inbox, visit.room).click()
    expect(bodies(inbox).last).to_have_text("Buy this at once")
    expect(part(inbox, "state")).to_contain_text("Live")
    inbox.get_by_role("button", name="Let through").click()
    expect(part(inbox, "quarantined")).to_be_hidden()
    inbox.get_by_role("link", name="Open", exact=True).click()
    expect(row_of(inbox, visit.room)).to_be_visible()
    assert visit.room.arrivals.get().deliveries.count() == 1
