import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Clock, SAMPLES, fill, initials } from "../../rooms/static/rooms/base/format.js";

const NOW = new Date(2026, 2, 30, 0, 30).getTime();
const clock = new Clock("en", { today: "Today", yesterday: "Yesterday" });

test("values go to their places and unknown places stay", () => {
  assert.equal(fill("{name} wrote {count} of {what}", { name: "$&", count: 0 }), "$& wrote 0 of {what}");
});

test("a phrase with a count takes the form its language has for it", () => {
  const polish = { 0: "{count} znaków", 1: "{count} znak", 2: "{count} znaki", 6: "{count} znaków" };
  globalThis.document = { documentElement: { lang: "pl" } };
  const told = [0, 1, 3, 5, 12, 22, 101].map((count) => fill(polish, { count }));
  delete globalThis.document;
  const ends = ["ów", "", "i", "ów", "ów", "i", "ów"];
  assert.deepEqual(told.map((text) => text.replace(/^\d+ znak/, "")), ends);
});

test("the numbers that stand for the forms are of every kind of every language", () => {
  const server = readFileSync(new URL("../../rooms/base/phrasebook.py", import.meta.url), "utf8");
  const listed = server.match(/^SAMPLES = \((.+)\)$/m)[1].replaceAll("_", "");
  assert.deepEqual(listed.split(", ").map(Number), SAMPLES);
  for (const language of "ar br cy fr ga gv he lt lv mt pl ro ru sl".split(" ")) {
    const { pluralCategories: kinds } = new Intl.PluralRules(language).resolvedOptions();
    const found = new Set(SAMPLES.map((number) => new Intl.PluralRules(language).select(number)));
    const numbers = Array.from({ length: 2000 }, (_, number) => number);
    const whole = new Set(numbers.map((number) => new Intl.PluralRules(language).select(number)));
    for (const kind of whole) assert.ok(found.has(kind), `${language}: ${kind} of ${kinds}`);
  }
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
