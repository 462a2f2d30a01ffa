import uuid
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Membership
from rooms.access import get_member_participant
from rooms.models import Message, Property, Room
from rooms.services.messages import post_message, sender_of
from rooms.services.rooms import close_room

SIZES = {"1280": (1280, 800), "360": (360, 720), "320": (320, 568)}


def part(page, role):
    return page.locator(f"[data-role={role}]")


def test_shots(visit_as, alice, link, property):
    Property.objects.update(
        greeting="Hello! Ask us anything about bicycles.",
        offline_text="We are out until 9 tomorrow. Leave your e-mail address and we will write.",
    )
    for scheme in ("light", "dark"):
        for name, (w, h) in SIZES.items():
            page = visit_as(f"/c/{link.token}", viewport={"width": w, "height": h}, color_scheme=scheme)
            expect(part(page, "page")).to_have_attribute("data-state", "open")
            page.screenshot(path=f"/tmp/gp/empty-{name}-{scheme}.png")
            room = Room.objects.order_by("-id").first()
            alice_p = get_member_participant(alice.memberships.get(), room)
            for text in ("Hi there, welcome in!", "What are you looking for?"):
                post_message(sender=sender_of(alice_p), client_id=uuid.uuid4(), body=text)
            box = part(page, "composer")
            for text in ("A touring bike, up to 1,200 €. Do you have this one? https://example.com/bikes/touring-900", "Or something\nlike it"):
                box.fill(text)
                box.press("Enter")
            expect(part(page, "message")).to_have_count(4)
            expect(page.locator("[data-state=sent]")).to_have_count(2)
            Message.objects.filter(seq__lte=2).update(at=timezone.now() - timedelta(days=1))
            page.reload()
            expect(part(page, "message")).to_have_count(4)
            box.fill("Draft with\nthree\nlines")
            page.screenshot(path=f"/tmp/gp/talk-{name}-{scheme}.png")
            Property.objects.update(nickname="required")
            other = visit_as(f"/c/{link.token}", viewport={"width": w, "height": h}, color_scheme=scheme)
            expect(part(other, "nickname")).to_be_visible()
            other.locator("[data-role=nickname] button").click()
            expect(other.get_by_role("alert")).to_be_visible()
            other.screenshot(path=f"/tmp/gp/door-{name}-{scheme}.png")
            Property.objects.update(nickname="optional")
            part(page, "rename").click()
            page.screenshot(path=f"/tmp/gp/rename-{name}-{scheme}.png")
            page.keyboard.press("Escape")
            close_room(room=room)
            expect(part(page, "closed")).to_be_visible()
            page.context.set_offline(True)
            page.wait_for_timeout(100)
            page.screenshot(path=f"/tmp/gp/closed-{name}-{scheme}.png")
    gone = visit_as("/c/nothing", viewport={"width": 360, "height": 600})
    gone.screenshot(path="/tmp/gp/gone.png")
