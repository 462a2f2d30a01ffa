import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { GUEST, MEMBER, settle, uuid } from "./fake_server.js";
import { Meeting, bodies, channelOf } from "./meeting.js";

// Storage `none`: text that a data channel does not deliver.

let meeting;
let server;

beforeEach(() => {
  meeting = new Meeting();
  server = meeting.server;
  server.policies = { storage: "none", transport: "direct", relay_available: false };
});

afterEach(() => meeting.end());

const posts = () => server.commands("message.post").map(({ data }) => data);

/** Writes a line a second; returns how many ms each took to be on the reader's page. */
async function writeEverySecond(writer, reader, count) {
  const arrivedAt = new Map();
  reader.addEventListener("message", ({ detail: { message } }) => {
    assert.ok(!arrivedAt.has(message.body));
    arrivedAt.set(message.body, Date.now());
  });
  const writtenAt = new Map();
  for (let step = 0; step < 10 * (count + 10); step += 1) {
    if (step % 10 === 0 && step < 10 * count) {
      writtenAt.set(`line ${step / 10}`, Date.now());
      writer.post(`line ${step / 10}`);
    }
    await meeting.pass(100);
  }
  return [...writtenAt].map(([body, at]) => arrivedAt.get(body) - at);
}

test("a channel that swallows all delays no text of a stream by more than 3 s", async () => {
  const [member, guest] = [await meeting.join(MEMBER), await meeting.join(GUEST)];
  channelOf(guest).isStuck = true;
  const delays = await writeEverySecond(guest, member, 12);
  assert.ok(Math.max(...delays) <= 3_100, delays);
  assert.deepEqual(bodies(member), Array.from({ length: 12 }, (_, index) => `line ${index}`));
});

test("what was swallowed goes by the server once for each receiver", async () => {
  const [member, guest] = [await meeting.join(MEMBER), await meeting.join(GUEST)];
  channelOf(guest).isStuck = true;
  await writeEverySecond(guest, member, 12);
  await meeting.pass(60_000);
  const asked = posts().map(({ body, to }) => `${body} ${to}`);
  assert.deepEqual(asked, Array.from({ length: 12 }, (_, index) => `line ${index} ${MEMBER}`));
  assert.deepEqual(new Set(guest.messages.map(({ status }) => status)), new Set(["delivered"]));
});

test("a channel that is merely slow is left alone, however long the stream", async () => {
  const [member, guest] = [await meeting.join(MEMBER), await meeting.join(GUEST)];
  for (const channel of meeting.channels) {
    channel.send = (text) => setTimeout(() => channel.other.onmessage?.({ data: text }), 1_200);
  }
  const delays = await writeEverySecond(guest, member, 12);
  assert.deepEqual([Math.max(...delays) <= 1_300, posts()], [true, []]);
});

test("only the receiver whose channel is dead is helped by the server", async () => {
  const third = uuid(13);
  server.people.set(third, { kind: "guest", name: "Cy", read_seq: 0, delivered_seq: 0 });
  const [member, other] = [await meeting.join(MEMBER), await meeting.join(third)];
  const guest = await meeting.join(GUEST);
  channelOf(guest, member).isStuck = true;
  await writeEverySecond(guest, member, 5);
  assert.deepEqual([bodies(member).length, bodies(other).length], [5, 5]);
  assert.deepEqual(new Set(posts().map(({ to }) => to.join())), new Set([MEMBER]));
  assert.equal(posts().length, 5);
});

test("somebody who comes and goes all the time delays no text for those who stay", async () => {
  const third = uuid(13);
  server.people.set(third, { kind: "guest", name: "Cy", read_seq: 0, delivered_seq: 0 });
  const [member, guest] = [await meeting.join(MEMBER), await meeting.join(GUEST)];
  channelOf(guest).isStuck = true;
  guest.post("Hi");
  for (let step = 0; step < 8; step += 1) {
    server.publish("participant.changed", { participant: third, name: `Cy ${step}` });
    await meeting.pass(500);
  }
  await settle();
  assert.deepEqual(bodies(member), ["Hi"]);
});
