"""This browser is rung: a real service worker shows what a push brings.

The subscription is made up, for a real one takes the server of the browser's maker. Chromium lets
only a person's own tap open a window, so what a tap does is in tests/js/service-worker.test.js.
"""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.targets.models import Target
from rooms.notifications.channels.webpush import vapid
from rooms.notifications.channels.words import tell_arrival
from rooms.notifications.models import Delivery
from tests.browser.conftest import BROWSERS, launch
from tests.cast import join
from tests.rooms.notifications.push_service import Browser
from tests.server import wait_for

SUBSCRIBE = """
PushManager.prototype.subscribe = async function (options) {
  sessionStorage.server = options.applicationServerKey;
  sessionStorage.visible = options.userVisibleOnly;
  return { toJSON: () => (%s) };
};"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => [title, body, tag, data.url]);
}"""


@pytest.fixture(scope="module")
def chromium():
    # The engine without a window around it never shows notifications.
    with launch(BROWSERS[-1]) as browser:
        yield browser


def open_alerts(make_context, user, browser, granted=True):
    context = make_context(user)
    if granted:
        context.grant_permissions(["notifications"])
    page = context.new_page()
    page.add_init_script(SUBSCRIBE % browser.subscription)
    page.goto("/notifications")
    page.get_by_text("Browser push", exact=True).click()
    return page


def push(page, url, said):
    """Hand the worker what the push service would bring, decrypted."""
    session = page.context.new_cdp_session(page)
    found = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": url, "registrationId": found[0], "data": said},
    )


def test_a_browser_is_added_and_rings(make_context, live, alice, link):
    browser = Browser("https://updates.push.services.mozilla.com/wpush/v2/gAAAA")
    page = open_alerts(make_context, alice, browser)
    page.get_by_role("button", name="Ring in this browser").click()
    expect(page.get_by_text(re.compile("Chrome on Linux")).first).to_be_visible()
    assert page.evaluate("[sessionStorage.server, sessionStorage.visible]") == [
        vapid.public_key_of(settings.VAPID_PRIVATE_KEY),
        "true",
    ]
    added = Target.objects.get(kind="webpush")
    assert added.verified_at is not None

    join(link)
    notice = tell_arrival(Delivery.objects.filter(target=added).get())
    said = {"title": notice.title, "body": notice.text, "url": notice.url, "tag": notice.topic}
    push(page, live.url, json.dumps(said))
    expected = [notice.title, notice.text, notice.topic, notice.url]
    wait_for(lambda: page.evaluate(SHOWN) == [expected], "the notification")
    # Another call about the room takes its place; what is no JSON still shows something.
    push(page, live.url, json.dumps({**said, "title": "Again"}))
    wait_for(lambda: [one[0] for one in page.evaluate(SHOWN)] == ["Again"], "one notification")
    push(page, live.url, "no JSON")
    wait_for(lambda: {one[0] for one in page.evaluate(SHOWN)} == {"Again", "Doorbell"}, "a second")


def test_who_says_no_is_told_where_to_change_it(make_context, alice):
    browser = Browser("https://updates.push.services.mozilla.com/wpush/v2/gAAAA")
    page = open_alerts(make_context, alice, browser, granted=False)
    page.get_by_role("button", name="Ring in this browser").click()
    expect(page.get_by_text("does not allow notifications")).to_be_visible()
    assert not Target.objects.filter(kind="webpush").exists()


def test_a_push_service_out_of_reach_is_said(make_context, alice):
    context = make_context(alice)
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.add_init_script(
        "PushManager.prototype.subscribe = () => Promise.reject(new Error('away'))"
    )
    page.goto("/notifications")
    page.get_by_text("Browser push", exact=True).click()
    page.get_by_role("button", name="Ring in this browser").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    expect(page.get_by_role("button", name="Ring in this browser")).to_be_enabled()


def test_a_browser_without_pushes_says_so(make_context, alice):
    page = make_context(alice).new_page()
    page.add_init_script("delete window.PushManager")
    page.goto("/notifications")
    page.get_by_text("Browser push", exact=True).click()
    expect(page.get_by_text("cannot take pushes")).to_be_visible()
    expect(page.get_by_role("button", name="Ring in this browser")).to_be_disabled()
