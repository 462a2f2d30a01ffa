import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
import { Inbox } from "../../signaling/static/signaling/conversation/inbox.js";
import { FakeServer, GUEST, MEMBER, ROOM, settle, uuid } from "./fake_server.js";

let client;
let inbox;
let server;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  server = new FakeServer();
  server.rooms = [summary(ROOM, 300), summary(uuid(2), 200), summary(uuid(3), 100)];
  client = new SignalingClient(server.credentials(MEMBER));
  inbox = new Inbox({ client });
  inbox.start();
});

afterEach(() => {
  inbox.stop();
  client.close();
  mock.timers.reset();
});

function summary(id, activityAt, more = {}) {
  const numbers = { last_seq: 0, read_seq: 0, unread: 0, activity_at: activityAt };
  return { id, status: "open", mode: "private", name: "", preview: "", online: false, ...numbers, ...more };
}

async function connect() {
  client.connect();
  await settle();
}

async function change(id, data) {
  server.socket.push({ event: "room.changed", room: id, data: { id, ...data } });
  await settle();
}

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

const ids = () => inbox.rooms.map(({ id }) => id);

test("rooms are listed by activity and move up with it", async () => {
  await connect();
  assert.deepEqual(ids(), [ROOM, uuid(2), uuid(3)]);
  await change(uuid(3), { last_seq: 1, preview: "Hi", activity_at: 400, from: GUEST });
  assert.deepEqual(ids(), [uuid(3), ROOM, uuid(2)]);
  assert.deepEqual([inbox.get(uuid(3)).preview, inbox.get(uuid(3)).unread, inbox.unread], ["Hi", 1, 1]);
});

test("numbers and previews never go back", async () => {
  await connect();
  await change(ROOM, { last_seq: 5, preview: "new", activity_at: 500, from: GUEST });
  await change(ROOM, { last_seq: 4, preview: "old", activity_at: 400, from: GUEST });
  const { last_seq: lastSeq, preview, activity_at: at } = inbox.get(ROOM);
  assert.deepEqual([lastSeq, preview, at], [5, "new", 500]);
});

test("who comes into quarantine is counted and neither told nor listed", async () => {
  await connect();
  const told = [];
  for (const type of ["arrival", "activity"]) inbox.addEventListener(type, () => told.push(type));
  const data = { arrival: uuid(70), room: uuid(9), name: "Eve", at: 900, status: "quarantine" };
  server.socket.push({ event: "guest.arrived", data });
  server.socket.push({ event: "guest.arrived", data: { ...data, arrival: uuid(71) } });
  await settle();
  await change(uuid(9), { last_seq: 1, preview: "Buy", activity_at: 901, from: GUEST, status: "quarantine" });
  assert.deepEqual([told, inbox.quarantined, ids().includes(uuid(9))], [[], 1, false]);
  await change(uuid(9), { status: "open", name: "Eve" });
  assert.deepEqual([inbox.quarantined, ids()[0]], [0, uuid(9)]);
});

test("an arrival is told and its room stands first", async () => {
  await connect();
  const arrivals = [];
  inbox.addEventListener("arrival", ({ detail }) => arrivals.push(detail.name));
  const data = { arrival: uuid(70), room: uuid(9), name: "Ann", property: uuid(80), at: 900 };
  server.socket.push({ event: "guest.arrived", data });
  await settle();
  assert.deepEqual(arrivals, ["Ann"]);
  assert.equal(ids()[0], uuid(9));
  assert.equal(inbox.rooms[0].online, true);
});

function arrive(id, more = {}) {
  const data = { arrival: uuid(70), room: id, name: "Ann", at: 900, begun: false, ...more };
  server.socket.push({ event: "guest.arrived", data });
  return settle();
}

function listen(name) {
  const heard = [];
  inbox.addEventListener(name, ({ detail }) => heard.push(detail.room));
  return heard;
}

test("who leaves without a word leaves the list, and is told as left", async () => {
  await connect();
  const left = listen("left");
  await arrive(uuid(9));
  await change(uuid(9), { online: false });
  assert.deepEqual(ids(), [ROOM, uuid(2), uuid(3)]);
  assert.deepEqual([left, inbox.get(uuid(9))], [[uuid(9)], undefined]);
});

test("a first word of anybody keeps the row when the guest leaves", async () => {
  await connect();
  const left = listen("left");
  await arrive(uuid(9));
  await change(uuid(9), { last_seq: 1, preview: "Hi", activity_at: 950, from: MEMBER });
  await change(uuid(9), { online: false });
  assert.deepEqual([ids()[0], left], [uuid(9), []]);
});

test("a guest of an earlier conversation stays listed, with what was said there", async () => {
  await connect();
  server.rooms.unshift(summary(uuid(9), 900, { last_seq: 3, preview: "Bye", begun: true }));
  await arrive(uuid(9), { begun: true });
  await change(uuid(9), { online: false });
  await pass(1_000);
  assert.deepEqual([ids()[0], inbox.get(uuid(9)).preview], [uuid(9), "Bye"]);
});

test("who left without a word is listed again on their return", async () => {
  await connect();
  server.rooms.push(summary(uuid(9), 50, { begun: false, online: true }));
  await change(uuid(9), { online: true, begun: false });
  await pass(1_000);
  assert.deepEqual(ids(), [ROOM, uuid(2), uuid(3), uuid(9)]);
});

test("the open room stays while it is open, also after a reconnect", async () => {
  await connect();
  await arrive(uuid(9));
  inbox.open(uuid(9));
  await change(uuid(9), { online: false });
  assert.equal(ids()[0], uuid(9));
  server.socket.drop(1006);
  await pass(625);
  assert.deepEqual([ids()[0], inbox.get(uuid(9)).online], [uuid(9), false]);
  inbox.close(uuid(9));
  assert.deepEqual(ids(), [ROOM, uuid(2), uuid(3)]);
});

test("who left while we were offline is told as left", async () => {
  await connect();
  const left = listen("left");
  await arrive(uuid(9));
  server.socket.drop(1006);
  await pass(625);
  assert.deepEqual([left, ids()], [[uuid(9)], [ROOM, uuid(2), uuid(3)]]);
});

test("a closed room leaves the open list and comes back when opened", async () => {
  await connect();
  await change(ROOM, { status: "closed" });
  assert.deepEqual(ids(), [uuid(2), uuid(3)]);
  await change(ROOM, { status: "open" });
  assert.equal(ids().length, 3);
});

test("closed rooms are a list of their own", async () => {
  server.rooms.push(summary(uuid(4), 50, { status: "closed" }));
  await connect();
  await inbox.show("closed");
  assert.deepEqual(ids(), [uuid(4)]);
});

test("reading an open conversation empties its count, a colleague's reading does not", async () => {
  server.rooms[0] = summary(ROOM, 300, { last_seq: 2, unread: 2 });
  server.store(GUEST, "one");
  server.store(GUEST, "two");
  await connect();
  await change(ROOM, { read_by: uuid(77), member: uuid(78), read_seq: 2 });
  assert.equal(inbox.get(ROOM).unread, 2);
  const conversation = inbox.open(ROOM);
  await settle();
  conversation.markRead();
  await settle();
  assert.equal(inbox.get(ROOM).unread, 0);
});

test("reading in another tab of the same member empties the count here", async () => {
  server.rooms[0] = summary(ROOM, 300, { last_seq: 2, unread: 2 });
  await connect();
  await change(ROOM, { read_by: MEMBER, member: inbox.self.membership, read_seq: 2 });
  assert.equal(inbox.get(ROOM).unread, 0);
});

test("what we post ourselves is not unread, and not told as activity", async () => {
  await connect();
  const heard = [];
  inbox.addEventListener("activity", ({ detail }) => heard.push(detail.preview));
  const mine = { from: MEMBER, from_member: true, member: inbox.self.membership };
  await change(ROOM, { last_seq: 1, preview: "mine", activity_at: 400, ...mine });
  await change(ROOM, { last_seq: 2, preview: "theirs", activity_at: 500, from: GUEST });
  assert.deepEqual(heard, ["theirs"]);
  assert.equal(inbox.get(ROOM).unread, 1);
});

test("our own page elsewhere and a colleague's answer are told as seen", async () => {
  await connect();
  const seen = [];
  inbox.addEventListener("seen", ({ detail }) => seen.push(detail.room));
  const { membership } = inbox.self;
  await change(ROOM, { last_seq: 1, preview: "Hi", activity_at: 400, from: GUEST });
  await change(ROOM, { read_by: MEMBER, member: uuid(70), read_seq: 1 });
  assert.deepEqual(seen, []);
  await change(ROOM, { read_by: MEMBER, member: membership, read_seq: 1 });
  const colleague = { from: MEMBER, from_member: true, member: uuid(70) };
  await change(ROOM, { last_seq: 2, preview: "Hello", activity_at: 500, ...colleague });
  assert.deepEqual(seen, [ROOM, ROOM]);
});

test("one socket carries the list and the open conversations", async () => {
  await connect();
  const conversation = inbox.open(ROOM);
  assert.equal(inbox.open(ROOM), conversation);
  await settle();
  server.say(GUEST, "Hi");
  await settle();
  assert.deepEqual(conversation.messages.map(({ body }) => body), ["Hi"]);
  inbox.close(ROOM);
  await settle();
  assert.equal(server.commands("room.unwatch").length, 1);
  assert.equal(server.sockets.length, 1);
});

test("after a reconnect the list is fresh and as long as before", async () => {
  server.page = 1;
  await connect();
  await inbox.loadMore();
  await settle();
  assert.equal(inbox.hasMore, true);
  server.rooms = [summary(uuid(5), 900), ...server.rooms.slice(1)];
  server.socket.drop(1006);
  await pass(625);
  assert.deepEqual(ids(), [uuid(5), uuid(2)]);
  assert.equal(inbox.hasMore, true);
});

test("a message in a room beyond the loaded pages brings it in", async () => {
  server.page = 3;
  await connect();
  server.rooms.unshift(summary(uuid(6), 950, { last_seq: 7 }));
  await change(uuid(6), { last_seq: 7, preview: "Hello?", activity_at: 950, from: GUEST });
  await pass(1_000);
  assert.equal(ids()[0], uuid(6));
});
