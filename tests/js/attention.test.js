import assert from "node:assert/strict";
import { test } from "node:test";
import { Attention, badgeTitle } from "../../rooms/static/rooms/inbox/attention.js";
import { DateFormats } from "../../rooms/static/rooms/inbox/date-formats.js";

const room = (id, unread, status = "open") => ({ id, unread, status });
const review = (attention, ...rooms) => attention.review(rooms, () => undefined);

test("a guest who came and a room with unread messages count once each", () => {
  const attention = new Attention();
  attention.arrive("a");
  review(attention, room("a", 2), room("b", 1), room("c", 0));
  assert.equal(attention.count, 2);
});

test("what was looked at waits no longer", () => {
  const attention = new Attention();
  attention.arrive("a");
  attention.write("b");
  attention.see("a");
  assert.equal(attention.count, 1);
  assert.equal(attention.hasArrived("a"), false);
});

test("a guest who came waits until looked at, also without a message", () => {
  const attention = new Attention();
  attention.arrive("a");
  review(attention, room("a", 0));
  assert.equal(attention.count, 1);
});

test("a guest who left without a word waits no longer, what is unread does", () => {
  const attention = new Attention();
  attention.arrive("a");
  attention.arrive("b");
  attention.write("b");
  attention.leave("a");
  attention.leave("b");
  assert.equal(attention.count, 1);
});

test("a closed room waits for nobody", () => {
  const attention = new Attention();
  attention.arrive("a");
  review(attention, room("a", 3), room("b", 1));
  attention.review([], (id) => room(id, 1, "closed"));
  assert.equal(attention.count, 0);
});

test("a change is told only when the number changes", () => {
  const attention = new Attention();
  let told = 0;
  attention.addEventListener("change", () => (told += 1));
  attention.write("a");
  attention.write("a");
  review(attention, room("a", 5));
  assert.equal(told, 1);
});

test("the number stands before the title", () => {
  assert.equal(badgeTitle("Inbox", 3), "(3) Inbox");
  assert.equal(badgeTitle("Inbox", 0), "Inbox");
});

test("dates get longer the further away they are", () => {
  const now = new Date(2026, 10, 22, 15, 0).getTime();
  const dates = new DateFormats("en-GB", "Yesterday");
  const short = (...date) => dates.short(new Date(...date).getTime(), now);
  assert.equal(short(2026, 10, 22, 9, 5), "9:05");
  assert.equal(short(2026, 10, 21, 23, 59), "Yesterday");
  assert.equal(short(2026, 10, 2), "2 Nov");
  assert.equal(short(2025, 10, 2), "2 Nov 2025");
});
