import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Clock, fill, initials } from "../../rooms/static/rooms/base/format.js";

const NOW = new Date(2026, 2, 30, 0, 30).getTime();
const clock = new Clock("en", { today: "Today", yesterday: "Yesterday" });

test("values go to their places and unknown places stay", () => {
  assert.equal(fill("{name} wrote {count} of {what}", { name: "$&", count: 0 }), "$& wrote 0 of {what}");
});

test("initials are whole characters of the first and the last word", () => {
  assert.equal(initials("gwen stacy parker"), "GP");
  assert.equal(initials("王小明"), "王");
  assert.equal(initials("😀 smile"), "😀S");
  assert.equal(initials("  "), "?");
});

test("initials are those of the templates", () => {
  const cases = JSON.parse(readFileSync(new URL("initials.json", import.meta.url), "utf8"));
  for (const [name, expected] of cases) assert.equal(initials(name), expected, name);
});

test("days are those of the calendar, not of 24 hours", () => {
  assert.equal(clock.day(NOW - 20 * 60_000, NOW), "Today");
  assert.equal(clock.day(NOW - 31 * 60_000, NOW), "Yesterday");
  assert.match(clock.day(NOW - 40 * 3_600_000, NOW), /March 28, 2026/);
});

test("how long ago is told in the largest unit that fits", () => {
  assert.equal(clock.ago(NOW - 12_900, NOW), "12 seconds ago");
  assert.equal(clock.ago(NOW - 60_000, NOW), "1 minute ago");
  assert.equal(clock.ago(NOW - 7_200_000, NOW), "2 hours ago");
  assert.equal(clock.ago(NOW + 5_000, NOW), clock.ago(NOW, NOW));
});

test("the reader's language is spoken", () => {
  assert.equal(new Clock("zh-hans", {}).ago(NOW - 12_000, NOW), "12秒钟前");
});
