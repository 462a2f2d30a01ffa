"""The picture a designer starts from: every component, light, dark and from right to left."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.cast import make_user

MIN_BYTES = 50_000
FORMS = {"light": "?scheme=light", "dark": "?scheme=dark", "rtl": "?scheme=light&dir=rtl"}
# What sticks out of the window, unless something around it scrolls or cuts it off.
TOO_WIDE = """() => [...document.body.querySelectorAll("*")].filter((node) => {
  const box = node.getBoundingClientRect();
  if (box.width <= 1 || (box.left >= -1 && box.right <= innerWidth + 1)) return false;
  for (let around = node.parentElement; around; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== "visible") return false;
  }
  return true;
}).map((node) => node.outerHTML.slice(0, 80))"""


@pytest.fixture
def staff(transactional_db):
    user = make_user("stella")
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    return user


@pytest.mark.parametrize("form", FORMS)
def test_every_component_in_every_state(make_context, staff, form):
    context = make_context(staff, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    said = []
    context.on("weberror", lambda error: said.append(str(error.error)))
    context.on("console", lambda message: said.append(message.text))
    page = context.new_page()
    page.goto(f"/styles{FORMS[form]}", wait_until="networkidle")
    target = settings.BASE_DIR / ".local" / f"styles-{form}.png"
    page.screenshot(path=target, full_page=True)
    assert target.stat().st_size > MIN_BYTES
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TOO_WIDE) == []
    page.screenshot(path=target.with_stem(f"styles-{form}-360"), full_page=True)
    assert said == []
