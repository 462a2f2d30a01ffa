import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
import { Conversation } from "../../signaling/static/signaling/conversation/conversation.js";
import { FakeServer, FakeStorage, GUEST, MEMBER, ROOM, settle } from "./fake_server.js";

let clients;
let server;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  clients = [];
  server = new FakeServer();
});

afterEach(() => {
  for (const client of clients) client.close();
  mock.timers.reset();
});

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

async function join(participant, options = {}) {
  const client = new SignalingClient(server.credentials(participant));
  const conversation = new Conversation({ client, room: ROOM, ...options });
  conversation.client = client;
  conversation.heard = [];
  conversation.addEventListener("message", ({ detail }) => conversation.heard.push(detail));
  clients.push(client);
  conversation.start();
  client.connect();
  await settle();
  return conversation;
}

const bodies = ({ messages }) => messages.map(({ body }) => body);
const statuses = ({ messages }) => messages.map(({ status }) => status);

test("what one posts the other sees, with states on the way", async () => {
  const guest = await join(GUEST);
  const member = await join(MEMBER);
  guest.post("Hi");
  await Promise.resolve();
  assert.deepEqual(statuses(guest), ["sending"]);
  await settle();
  assert.deepEqual(statuses(guest), ["sent"]);
  assert.deepEqual(bodies(member), ["Hi"]);
  assert.equal(member.messages[0].own, false);
  await pass(250);
  assert.deepEqual(statuses(guest), ["delivered"]);
  member.markRead();
  await pass(250);
  assert.deepEqual(statuses(guest), ["read"]);
});

test("history is shown once and is not told as new", async () => {
  for (let number = 1; number <= 5; number += 1) server.store(MEMBER, `old ${number}`);
  server.page = 2;
  const guest = await join(GUEST);
  assert.deepEqual(bodies(guest), ["old 4", "old 5"]);
  assert.deepEqual(guest.heard.map(({ isLive }) => isLive), [false, false]);
  assert.equal(await guest.loadOlder(), 2);
  assert.equal(guest.hasOlder, true);
  assert.equal(await guest.loadOlder(), 1);
  assert.equal(guest.hasOlder, false);
  assert.equal(await guest.loadOlder(), 0);
  assert.deepEqual(bodies(guest), [1, 2, 3, 4, 5].map((number) => `old ${number}`));
});

test("messages missed while away come page by page, in order, as new", async () => {
  server.page = 2;
  server.store(MEMBER, "before");
  const guest = await join(GUEST);
  server.socket.drop(1006);
  for (let number = 1; number <= 5; number += 1) server.store(MEMBER, `missed ${number}`);
  await pass(625);
  assert.deepEqual(bodies(guest), ["before", ...[1, 2, 3, 4, 5].map((n) => `missed ${n}`)]);
  assert.equal(guest.heard.filter(({ isLive }) => isLive).length, 5);
});

test("a hole in seq is filled by a sync, without showing anything twice", async () => {
  const guest = await join(GUEST);
  server.lose = ({ data }) => data.body === "lost";
  for (const body of ["one", "lost", "three"]) server.say(MEMBER, body);
  await settle();
  assert.deepEqual(bodies(guest), ["one", "lost", "three"]);
  assert.equal(guest.heard.length, 3);
});

test("a lost last message is found by the next ping", async () => {
  const guest = await join(GUEST);
  server.lose = () => true;
  server.say(MEMBER, "lost");
  await pass(10_000);
  assert.deepEqual(bodies(guest), ["lost"]);
});

test("what is kept no longer is gone after a resync, and what is left stays", async () => {
  for (const body of ["one", "two", "three"]) server.store(MEMBER, body);
  const guest = await join(GUEST);
  server.messages.splice(0, 2);
  server.removedSeq = 2;
  guest.post("four");
  await settle();
  server.socket.push({ event: "session.resync", data: {} });
  await settle();
  assert.deepEqual(bodies(guest), ["three", "four"]);
  server.messages.splice(0, 2);
  server.removedSeq = 4;
  server.socket.push({ event: "session.resync", data: {} });
  await settle();
  assert.deepEqual(bodies(guest), []);
  guest.post("five");
  await settle();
  assert.deepEqual([bodies(guest), guest.head[1]], [["five"], 5]);
});

test("erased messages are no hole to ask for again and again", async () => {
  const guest = await join(GUEST);
  server.store(MEMBER, "erased");
  server.messages.pop();
  server.say(MEMBER, "kept");
  await settle();
  server.lastSeq += 1;
  await pass(10_000);
  const asked = server.commands("room.sync").length;
  await pass(20_000);
  assert.equal(server.commands("room.sync").length, asked);
  assert.deepEqual(bodies(guest), ["kept"]);
});

test("a message posted while offline is sent after the reconnect, once", async () => {
  const guest = await join(GUEST);
  server.socket.drop(1006);
  guest.post("one");
  guest.post("two");
  await pass(625);
  assert.deepEqual(server.messages.map(({ body }) => body), ["one", "two"]);
  assert.deepEqual(statuses(guest), ["sent", "sent"]);
  assert.equal(guest.messages.length, 2);
});

test("a message whose reply was lost is sent again and stays one message", async () => {
  const guest = await join(GUEST);
  const { socket } = server;
  server.lose = () => true;
  server.mute = ({ kind, data }) => {
    if (kind !== "message.post" || socket.readyState !== 1) return false;
    server.store(GUEST, data.body, data.client_id);
    socket.drop(1006);
    return true;
  };
  guest.post("once");
  await settle();
  await pass(625);
  assert.deepEqual(server.messages.map(({ body }) => body), ["once"]);
  assert.deepEqual(statuses(guest), ["sent"]);
});

test("what was typed survives a reload and is sent by the next page", async () => {
  const storage = new FakeStorage();
  const guest = await join(GUEST, { storage });
  server.mute = ({ kind }) => kind === "message.post";
  guest.post("first");
  guest.post("second");
  clients[0].close();
  guest.stop();
  server.mute = () => false;
  const reloaded = await join(GUEST, { storage });
  await settle();
  assert.deepEqual(server.messages.map(({ body }) => body), ["first", "second"]);
  assert.deepEqual(statuses(reloaded), ["sent", "sent"]);
  assert.equal(storage.length, 0);
});

test("foreign or broken items in the storage are not sent", async () => {
  const storage = new FakeStorage();
  const prefix = `doorbell:outbox:${ROOM}:${GUEST}:`;
  storage.setItem(`${prefix}1`, "{");
  storage.setItem(`${prefix}2`, JSON.stringify({ client_id: "x", body: "no id", at: 1 }));
  storage.setItem(`doorbell:outbox:${ROOM}:${MEMBER}:3`, "somebody else's");
  await join(GUEST, { storage });
  await settle();
  assert.equal(server.commands("message.post").length, 0);
});

test("a full storage does not keep anybody from writing", async () => {
  const refuse = () => {
    throw new Error("QuotaExceededError");
  };
  const storage = { length: 0, key: refuse, getItem: refuse, setItem: refuse, removeItem: refuse };
  const guest = await join(GUEST, { storage });
  guest.post("Hi");
  await settle();
  assert.deepEqual(statuses(guest), ["sent"]);
});

test("a refusal for now is repeated after the time the server names, in the same order", async () => {
  const guest = await join(GUEST);
  const limited = { code: "rate_limited", temporary: true, retry_after_ms: 3_000 };
  server.refuse("message.post", limited);
  guest.post("one");
  guest.post("two");
  await settle();
  await pass(2_999);
  assert.deepEqual(statuses(guest), ["sending", "sending"]);
  await pass(1);
  assert.deepEqual(server.messages.map(({ body }) => body), ["one", "two"]);
});

test("what a limit holds up says so, and goes by itself when that ends", async () => {
  const guest = await join(GUEST);
  const told = [];
  guest.addEventListener("failed", ({ detail }) => told.push([detail.message.body, detail.error]));
  const facts = { temporary: true, retry_after_ms: 40_000, limit: "guest.messages_a_minute" };
  server.refuse("message.post", { code: "rate_limited", ...facts });
  guest.post("one");
  guest.post("two");
  await settle();
  const [[body, { temporary, limit, retryAfterMs }]] = told;
  assert.deepEqual([told.length, body, temporary], [1, "one", true]);
  assert.deepEqual([limit, retryAfterMs], ["guest.messages_a_minute", 40_000]);
  assert.deepEqual(statuses(guest), ["sending", "sending"]);
  await pass(40_000);
  assert.deepEqual(server.messages.map(({ body }) => body), ["one", "two"]);
  assert.deepEqual(statuses(guest), ["sent", "sent"]);
});

test("what was refused for today is tried again tomorrow", async () => {
  const guest = await join(GUEST);
  const tomorrow = { temporary: false, retry_after_ms: 3_600_000, limit: "messages_a_day" };
  server.refuse("message.post", { code: "limit_reached", ...tomorrow });
  guest.post("Hi");
  await settle();
  assert.deepEqual(statuses(guest), ["failed"]);
  await pass(3_600_000);
  await pass(1_000); // the way back after an hour of silence
  assert.deepEqual(server.messages.map(({ body }) => body), ["Hi"]);
});

test("a refusal for good is shown, kept, and sent again when asked", async () => {
  const storage = new FakeStorage();
  const guest = await join(GUEST, { storage });
  const errors = [];
  guest.addEventListener("failed", ({ detail }) => errors.push(detail.error.code));
  server.refuse("message.post", { code: "room_closed", temporary: false });
  const { client_id: clientId } = guest.post("Hi");
  guest.post("next");
  await settle();
  assert.deepEqual(errors, ["room_closed"]);
  assert.deepEqual(statuses(guest).sort(), ["failed", "sent"]);
  assert.equal(storage.length, 1);
  guest.retry(clientId);
  await settle();
  assert.deepEqual(statuses(guest), ["sent", "sent"]);
});

test("a body is cleaned of control characters and refused when empty or too long", async () => {
  const guest = await join(GUEST);
  guest.post("a\r\nb\u0000\tc\ud800");
  await settle();
  assert.deepEqual(bodies(guest), ["a\nb\tc\ufffd"]);
  assert.throws(() => guest.post(" \n\u0007"), { code: "empty" });
  assert.throws(() => guest.post("é".repeat(8_001)), { code: "message_too_long" });
  guest.post("😀".repeat(8_000));
  await settle();
  assert.equal(server.lastSeq, 2);
});

test("a second tab shows what the first one posts as one's own", async () => {
  const first = await join(GUEST);
  const second = await join(GUEST);
  first.post("Hi");
  await settle();
  assert.deepEqual(second.messages.map(({ own, status }) => [own, status]), [[true, "sent"]]);
  assert.equal(second.heard.length, 0);
});

test("reading is told once per 250 ms and never goes back", async () => {
  const guest = await join(GUEST);
  for (const body of ["one", "two", "three"]) server.say(MEMBER, body);
  await settle();
  guest.markRead(2);
  guest.markRead(3);
  guest.markRead(1);
  await pass(250);
  const marks = server.commands("message.read").map(({ data }) => data);
  assert.deepEqual(marks, [{ room: ROOM, seq: 3, delivered_seq: 3 }]);
});

test("marks that could not be told are told after the reconnect", async () => {
  const guest = await join(GUEST);
  server.say(MEMBER, "one");
  await settle();
  server.socket.drop(1006);
  guest.markRead(1);
  await pass(625);
  const marks = server.commands("message.read").map(({ data }) => data);
  assert.deepEqual(marks, [{ room: ROOM, seq: 1, delivered_seq: 1 }]);
});

test("typing is told every 4 s, shown for 6 s, and ended by the message", async () => {
  const guest = await join(GUEST);
  const member = await join(MEMBER);
  guest.type();
  guest.type();
  await settle();
  await pass(3_999);
  guest.type();
  await settle();
  assert.equal(server.commands("typing").length, 1);
  assert.deepEqual([...member.typing], [GUEST]);
  await pass(2_001);
  assert.deepEqual([...member.typing], []);
  guest.type();
  await settle();
  assert.deepEqual([...member.typing], [GUEST]);
  guest.post("Hi");
  await settle();
  assert.deepEqual([...member.typing], []);
});

test("people come, rename and go", async () => {
  const guest = await join(GUEST);
  const member = await join(MEMBER);
  assert.deepEqual(guest.participants.get(MEMBER).connections, [member.self.connection]);
  server.publish("participant.changed", { participant: MEMBER, name: "Robert" });
  assert.equal(guest.participants.get(MEMBER).name, "Robert");
  member.client.close();
  await settle();
  assert.deepEqual(guest.participants.get(MEMBER).connections, []);
});

test("changes of one turn are told together, naming what changed", async () => {
  const guest = await join(GUEST);
  const changes = [];
  guest.addEventListener("change", ({ detail }) => changes.push([...detail].sort()));
  server.publish("owner.called", { at: 1_764_000_000_000, kind: "email" });
  server.socket.push({ event: "owner.available", data: { available: false } });
  server.publish("room.closed", {});
  await settle();
  assert.deepEqual(changes, [["called", "room"]]);
  assert.equal(guest.calledAt, 1_764_000_000_000);
  assert.equal(guest.available, false);
  assert.equal(guest.room.status, "closed");
});

test("a file comes with its message, live and from history", async () => {
  const attachment = { id: ROOM, name: "a.pdf", content_type: "application/pdf", size_bytes: 9, url: "/files/1" };
  const guest = await join(GUEST);
  const message = { ...server.store(MEMBER, "a.pdf"), attachment };
  server.messages.splice(-1, 1, message);
  server.publish("message.posted", message);
  await settle();
  const other = await join(GUEST);
  for (const { messages } of [guest, other]) assert.deepEqual(messages[0].attachment, attachment);
});

test("events of other rooms are not ours", async () => {
  const guest = await join(GUEST);
  const event = "message.posted";
  const data = { seq: 1, client_id: ROOM, from: MEMBER, body: "elsewhere", at: 1 };
  server.socket.push({ event, room: MEMBER, data });
  await settle();
  assert.deepEqual(bodies(guest), []);
});

test("a room that is refused for good says so", async () => {
  server.refuse("room.sync", { code: "not_in_room", temporary: false });
  const client = new SignalingClient(server.credentials(MEMBER));
  const conversation = new Conversation({ client, room: ROOM });
  const codes = [];
  conversation.addEventListener("gone", ({ detail }) => codes.push(detail.code));
  clients.push(client);
  conversation.start();
  client.connect();
  await settle();
  assert.deepEqual(codes, ["not_in_room"]);
  assert.throws(() => conversation.post("Hi"), { code: "not_synced" });
});
