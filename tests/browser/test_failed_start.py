"""Where the page's scripts cannot run it says so, and what to do; where they can, nothing shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import bodies, open_inbox, part, ring_with, row_of, write

GUEST, INBOX = "**/rooms/visits/guest.page.*.js", "**/rooms/inbox/inbox.*.js"
# What came after the browsers that docs/browsers.md names.
YOUNG = """
for (const [place, names] of [
  [Array.prototype, ["findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]],
  [Array, ["fromAsync"]],
  [Object, ["groupBy"]],
  [Map, ["groupBy"]],
  [Promise, ["withResolvers", "try"]],
  [Set.prototype, ["union", "intersection", "difference", "isSubsetOf", "isSupersetOf"]],
  [String.prototype, ["isWellFormed", "toWellFormed"]],
  [AbortSignal, ["timeout", "any"]],
  [URL, ["canParse", "parse"]],
  [Crypto.prototype, ["randomUUID"]],
  [Iterator.prototype, ["map", "filter", "some", "every", "find", "reduce", "toArray"]],
  [window, ["structuredClone", "scheduler", "navigation", "requestIdleCallback"]],
]) for (const name of names) delete place[name];
"""


@pytest.fixture
def visit_broken(make_context):
    """visit_broken(path, change): a page whose context was changed before it loads."""

    def visit(path, change, user=None, **options):
        page = make_context(user, **options).new_page()
        change(page)
        page.goto(path, wait_until="commit")
        return page

    return visit


def spoil(pattern):
    """One word that no browser parses stands before the script, as a newer syntax would."""

    def change(page):
        def answer(route):
            route.fulfill(response=(got := route.fetch()), body="const #x = 1;\n" + got.text())

        page.route(pattern, answer)

    return change


def lose(pattern):
    return lambda page: page.route(pattern, lambda route: route.fulfill(status=404))


def drop(pattern):
    return lambda page: page.route(pattern, lambda route: route.abort())


def throw(page):
    """Something that is missing only when the first messages are shown."""
    page.add_init_script("delete Array.prototype.forEach;")


def expect_words_at_once(page):
    """Because something failed, not because nothing came for a while."""
    expect(page.locator("html")).to_have_class("failed")
    expect(part(page, "trouble")).to_be_visible()


BREAKS = {"syntax": spoil, "404": lose, "offline": drop}


@pytest.mark.parametrize("how", BREAKS)
def test_a_guest_reads_why_nothing_happens(visit_broken, link, how):
    guest = visit_broken(f"/c/{link.address}", BREAKS[how](GUEST))
    expect_words_at_once(guest)
    expect(part(guest, "trouble")).to_contain_text("update your browser")
    expect(guest.get_by_text("Connected")).to_have_count(0)
    expect(guest.get_by_role("link", name="Reload")).to_be_visible()


def test_a_page_that_breaks_on_the_first_message_does_not_say_connected(visit_broken, link):
    guest = visit_broken(f"/c/{link.address}", throw)
    expect_words_at_once(guest)
    expect(guest.locator("[data-role=transport]")).to_be_hidden()
    expect(part(guest, "composer")).to_be_hidden()


def test_words_come_by_themselves_where_nothing_runs_at_all(visit_broken, link):
    """No error, no script: a browser without modules, or one that blocks both files."""

    def change(page):
        drop("**/rooms/base/start.*.js")(page)
        drop(GUEST)(page)

    guest = visit_broken(f"/c/{link.address}", change, reduced_motion="reduce")
    expect(part(guest, "trouble")).to_be_hidden()
    expect(part(guest, "trouble")).to_be_visible()


def test_a_late_start_takes_the_words_back(visit_broken, link):
    held = []

    def hold(page):
        page.route(GUEST, lambda route: held.append(route))

    guest = visit_broken(f"/c/{link.address}", hold)
    expect(part(guest, "trouble")).to_be_visible()
    held[0].continue_()
    expect(part(guest, "page")).to_have_attribute("data-state", "open")
    expect(part(guest, "trouble")).to_be_hidden()


def test_without_javascript_the_page_says_what_to_allow(visit_as, link):
    guest = visit_as(f"/c/{link.address}", java_script_enabled=False, locale="zh-CN")
    expect(part(guest, "noscript")).to_be_visible()
    expect(part(guest, "noscript")).to_contain_text("启用 JavaScript")
    expect(part(guest, "trouble")).to_be_hidden()


def test_browsers_of_2022_hold_a_conversation(visit_as, alice, link):
    guest = ring_with(visit_as, link, YOUNG)
    write(guest, "Hello?")
    room = link.rooms.get()
    inbox = visit_as("about:blank", alice)
    inbox.add_init_script(YOUNG)
    inbox.goto("/inbox")
    row_of(inbox, room).click()
    expect(bodies(inbox).last).to_have_text("Hello?")
    write(inbox, "Yes")
    expect(bodies(guest).last).to_have_text("Yes")
    for page in (guest, inbox):
        expect(part(page, "trouble")).to_be_hidden()


@pytest.mark.parametrize("how", BREAKS)
def test_the_inbox_says_so_too(visit_broken, alice, how):
    inbox = visit_broken("/inbox", BREAKS[how](INBOX), alice)
    expect_words_at_once(inbox)
    expect(part(inbox, "inbox")).to_be_hidden()


def test_an_inbox_that_runs_shows_none_of_it(visit_as, alice, room):
    inbox = open_inbox(visit_as, alice, f"/inbox/{room.uuid}")
    expect(part(inbox, "composer")).to_be_visible()
    expect(inbox.locator("html")).to_have_attribute("data-start", "done")
    expect(part(inbox, "trouble")).to_be_hidden()


def test_without_javascript_the_inbox_says_what_to_allow(visit_as, alice):
    inbox = visit_as("/inbox", alice, java_script_enabled=False)
    expect(part(inbox, "noscript")).to_be_visible()
