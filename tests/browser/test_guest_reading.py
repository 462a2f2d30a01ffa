"""Reading on the guest's page: on a phone, by keyboard, with a screen reader, in Chinese."""

from __future__ import annotations

from playwright.sync_api import expect

from rooms.conversations.models import Participant
from tests.browser.pages import bodies, part, ring
from tests.server import wait_for

PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True}


def test_markup_is_text_and_only_web_addresses_are_links(visit_as, link, say):
    page = ring(visit_as, link)

    say("<b>x</b> javascript:alert(1) see https://example.com/a_(b).")

    expect(bodies(page)).to_have_text(
        ["<b>x</b> javascript:alert(1) see https://example.com/a_(b)."]
    )
    links = bodies(page).locator("a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://example.com/a_(b)")
    expect(links).to_have_attribute("rel", "noopener nofollow ugc")


def test_new_messages_do_not_move_a_reader_who_scrolled_up(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    for number in range(30):
        say(f"Line {number}")
    expect(part(page, "message")).to_have_count(30)
    expect(bodies(page).last).to_be_in_viewport()
    page.locator(".scroll").evaluate("box => box.scrollTo(0, 0)")
    expect(bodies(page).first).to_be_in_viewport()

    say("Newest")

    expect(part(page, "newer")).to_have_text("1 new")
    expect(bodies(page).first).to_be_in_viewport()
    part(page, "newer").click()
    expect(bodies(page).last).to_be_in_viewport()
    expect(part(page, "newer")).to_be_hidden()


def test_older_messages_load_when_the_reader_scrolls_up(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    for number in range(1, 231):
        say(f"Line {number}.")
    page.reload()
    expect(part(page, "message")).to_have_count(200)
    expect(bodies(page).last).to_be_in_viewport()

    page.locator(".scroll").evaluate("box => box.scrollTo(0, 0)")

    expect(part(page, "message")).to_have_count(230)
    expect(bodies(page).filter(has_text="Line 31.")).to_be_in_viewport()
    expect(bodies(page).first).not_to_be_in_viewport()


def test_the_page_speaks_chinese(visit_as, link):
    page = ring(visit_as, link, locale="zh-CN")

    expect(part(page, "people")).to_have_text("现在没有人在线")
    expect(part(page, "composer")).to_have_attribute("placeholder", "输入消息…")


def test_nothing_is_wider_than_a_320_px_phone(visit_as, link, say):
    page = ring(visit_as, link, **PHONE)
    say("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3)
    expect(part(page, "message")).to_have_count(1)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    box = part(page, "send").bounding_box()
    assert min(box["width"], box["height"]) >= 44


def test_a_screen_reader_hears_new_messages_and_finds_everything_named(visit_as, link, say):
    page = ring(visit_as, link)
    say("Hello!")
    expect(page.locator(".message-name")).to_have_text("Alice")

    say("Welcome!")

    expect(page.locator("[aria-live=polite]")).to_have_text("Alice wrote: Welcome!")
    for role, name in [("region", "Messages"), ("textbox", "Message"), ("button", "Send")]:
        expect(page.get_by_role(role, name=name, exact=True)).to_be_visible()


def test_the_page_is_used_by_keyboard_alone(visit_as, link):
    page = ring(visit_as, link)
    expect(part(page, "composer")).to_be_focused()

    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")

    expect(bodies(page)).to_have_text(["By keyboard"])
    expect(part(page, "composer")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Send a file")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("region", name="Messages")).to_be_focused()


def test_a_message_that_comes_while_nobody_looks_shows_in_the_title(visit_as, link, say):
    page = ring(visit_as, link)
    look(page, "hidden")

    say("Are you still there?")
    expect(page).to_have_title("(1) Alice's shop")
    expect(part(page, "message")).to_have_count(1)
    mine = Participant.objects.get(kind=Participant.Kind.GUEST)
    assert mine.read_seq == 0

    look(page, "visible")
    expect(page).to_have_title("Alice's shop")
    wait_for(lambda: Participant.objects.get(pk=mine.pk).read_seq == 1, "the read mark")


def look(page, state):
    """Headless Chromium never hides a page: say it to the page instead."""
    page.evaluate(
        "state => { Object.defineProperty(document, 'visibilityState', "
        "{ value: state, configurable: true }); "
        "document.dispatchEvent(new Event('visibilitychange')); }",
        state,
    )
