import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
import { Conversation } from "../../signaling/static/signaling/conversation/conversation.js";
import { FakeNetwork } from "./fake_rtc.js";
import { FakeServer, GUEST, MEMBER, ROOM, settle, uuid } from "./fake_server.js";

let joined;
let network;
let server;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  joined = [];
  network = new FakeNetwork();
  server = new FakeServer();
});

afterEach(() => {
  for (const conversation of joined) leave(conversation);
  mock.timers.reset();
});

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

async function join(participant, { createPeerConnection = network.create, ...more } = {}) {
  const client = new SignalingClient(server.credentials(participant, more));
  const conversation = new Conversation({ client, room: ROOM, createPeerConnection });
  conversation.client = client;
  joined.push(conversation);
  conversation.start();
  client.connect();
  await settle();
  return conversation;
}

function leave(conversation) {
  conversation.stop();
  conversation.client.close();
}

async function joinBoth() {
  return [await join(MEMBER), await join(GUEST)];
}

const bodies = ({ messages }) => messages.map(({ body }) => body);
const statuses = ({ messages }) => messages.map(({ status }) => status);
const ways = ({ participants }, id) => participants.get(id).transport;
const posts = () => server.commands("message.post").map(({ data }) => data);
const offers = () => server.commands("signal").filter(({ data }) => data.description?.type === "offer");

/** What a hostile peer can do: write anything into the channel of its own connection. */
function inject(conversation, frame) {
  const text = typeof frame === "string" ? frame : JSON.stringify(frame);
  channelOf(conversation).onmessage({ data: text });
}

/** The member joins first in these tests, so its connections come first. */
function channelOf(conversation) {
  const [first, second] = network.live;
  return (conversation.self.kind === "member" ? first : second).channel;
}

test("two who meet open one negotiated channel, and both report how text travels", async () => {
  const [member, guest] = await joinBoth();
  assert.equal(network.connections.length, 2);
  assert.deepEqual(channelOf(guest).options, { negotiated: true, id: 0 });
  assert.equal(ways(member, GUEST), "direct");
  assert.equal(ways(guest, MEMBER), "direct");
  const expected = [[GUEST, MEMBER, "host", 12], [MEMBER, GUEST, "host", 12]];
  const reports = server.reports.map(({ from, to, path, rtt_ms: rtt }) => [from, to, path, rtt]);
  assert.deepEqual(reports.sort(), expected);
});

test("only the member offers, so that two who meet never roll back", async () => {
  await joinBoth();
  assert.deepEqual(offers().map(({ socket }) => socket.participant), [MEMBER]);
  assert.deepEqual(network.connections.map(({ rollbacks }) => rollbacks), [0, 0]);
});

test("text takes both ways and is shown once, whichever is first", async () => {
  const [member, guest] = await joinBoth();
  server.mute = ({ kind }) => kind === "message.post";
  guest.post("by channel");
  await settle();
  assert.deepEqual(member.messages.map(({ body, seq }) => [body, seq]), [["by channel", null]]);
  server.mute = () => false;
  await pass(10_000);
  await pass(20_000);
  assert.deepEqual(member.messages.map(({ body, seq }) => [body, seq]), [["by channel", 1]]);
  assert.equal(guest.messages.length, 1);
});

test("a change of the way is seen by the next look at the statistics", async () => {
  const [member] = await joinBoth();
  network.candidateType = "relay";
  await pass(10_000);
  assert.equal(ways(member, GUEST), "relayed");
});

test("offers that cross are settled by the polite side alone", async () => {
  const [member, guest] = await joinBoth();
  network.cut();
  network.isUp = true;
  await pass(4_000);
  assert.deepEqual(network.connections.map(({ rollbacks }) => rollbacks), [0, 1]); // the guest's
  assert.equal(ways(member, GUEST), "direct");
  assert.equal(ways(guest, MEMBER), "direct");
  assert.equal(network.live.length, 2);
});

test("a connection lost for 4 s is restarted, three times, then rebuilt once, then left", async () => {
  const [member] = await joinBoth();
  network.cut();
  await pass(3_999);
  assert.equal(ways(member, GUEST), "direct");
  await pass(1);
  assert.equal(ways(member, GUEST), "server");
  assert.equal(network.connections[0].restarts, 1);
  await pass(5_000);
  await pass(5_000);
  assert.equal(network.connections[0].restarts, 3);
  for (let waited = 0; waited < 120; waited += 5) await pass(5_000);
  assert.ok(network.connections.length > 2);
  assert.equal(network.live.length, 0);
  const made = network.connections.length;
  await pass(60_000);
  assert.equal(network.connections.length, made);
});

test("text is at home on the server while the direct way is gone", async () => {
  const [member, guest] = await joinBoth();
  network.cut("failed");
  await settle();
  guest.post("still here");
  await settle();
  assert.deepEqual(bodies(member), ["still here"]);
});

test("without a direct way the budget ends after 5 s and the server is named", async () => {
  network.isUp = false;
  const [member] = await joinBoth();
  assert.equal(server.reports.length, 0);
  await pass(5_000);
  assert.deepEqual(server.reports.map(({ path }) => path), ["server", "server"]);
  assert.equal(ways(member, GUEST), "server");
});

test("a browser without WebRTC uses the server, and the other side stops trying", async () => {
  await join(MEMBER);
  const guest = await join(GUEST, { createPeerConnection: null });
  await pass(5_000);
  await pass(10_000);
  assert.equal(network.live.length, 0);
  assert.equal(ways(guest, MEMBER), "server");
});

for (const [side, reload] of [["guest", GUEST], ["member", MEMBER]]) {
  test(`a ${side} who reloads keeps the connection id and gets a new channel`, async () => {
    const pair = await joinBoth();
    const gone = pair.find(({ self }) => self.participant === reload);
    const stays = pair.find((conversation) => conversation !== gone);
    const { connection } = gone.self;
    server.lose = ({ event }) => event.startsWith("participant.");
    leave(gone);
    const getTicket = async () => ({ ticket: `r:${reload}:${connection}` });
    const back = await join(reload, { getTicket });
    await pass(1_500);
    assert.equal(back.self.connection, connection);
    assert.equal(network.live.length, 2);
    back.post("by channel");
    server.lose = () => true;
    await settle();
    assert.deepEqual(bodies(stays), ["by channel"]);
  });
}

test("signals of an earlier attempt are dropped", async () => {
  const [, guest] = await joinBoth();
  const { connection } = joined[0].self;
  const [, pc] = network.connections;
  const known = pc.candidates.length;
  for (const epoch of [-1, 1.5, "2", 2 ** 40, 7]) {
    const data = { from: MEMBER, connection, epoch, candidate: { candidate: "old" } };
    server.in(GUEST)[0].push({ event: "signal", room: ROOM, data });
  }
  await settle();
  assert.equal(pc.candidates.length, known);
  assert.equal(network.connections.length, 2);
  assert.equal(ways(guest, MEMBER), "direct");
});

test("a higher epoch of the other side replaces our attempt", async () => {
  const [, guest] = await joinBoth();
  const other = network.create({});
  other.createDataChannel("doorbell", {});
  await other.setLocalDescription();
  const { connection } = joined[0].self;
  const data = { from: MEMBER, connection, epoch: 5, description: other.localDescription };
  server.in(GUEST)[0].push({ event: "signal", room: ROOM, data });
  await settle();
  const answer = server.commands("signal").findLast(({ data: { description } }) => description);
  assert.deepEqual([answer.data.epoch, answer.data.description.type], [5, "answer"]);
  assert.equal(guest.participants.get(MEMBER).transport, "server");
});

test("a peer that asks for new attempts for ever is left", async () => {
  network.isUp = false;
  await joinBoth();
  const { connection } = joined[1].self;
  for (let count = 0; count < 50; count += 1) {
    const data = { from: GUEST, connection, epoch: 0, candidate: null };
    server.in(MEMBER)[0].push({ event: "signal", room: ROOM, data });
  }
  await settle();
  assert.ok(network.connections.length < 30);
});

test("ICE servers and the relay policy reach the connection", async () => {
  server.policies = { storage: "keep", transport: "relay", relay_available: true };
  await joinBoth();
  const { iceTransportPolicy, iceServers } = network.connections[0].config;
  assert.equal(iceTransportPolicy, "relay");
  assert.deepEqual(iceServers, [{ urls: ["stun:stun.example.com"] }]);
});

for (const [name, policies] of [
  ["transport server", { transport: "server", relay_available: true }],
  ["relay without a relay", { transport: "relay", relay_available: false }],
]) {
  test(`with the policy ${name} there is no peer connection`, async () => {
    server.policies = { storage: "keep", ...policies };
    const [member, guest] = await joinBoth();
    guest.post("Hi");
    await settle();
    assert.equal(network.connections.length, 0);
    assert.deepEqual(bodies(member), ["Hi"]);
  });
}

test("eight are a mesh, nine are too many", async () => {
  const ids = Array.from({ length: 9 }, (_, index) => uuid(20 + index));
  for (const id of ids) server.people.set(id, { kind: "guest", name: "", read_seq: 0, delivered_seq: 0 });
  for (const id of ids.slice(0, 8)) await join(id);
  assert.equal(network.live.length, 8 * 7);
  await join(ids[8]);
  assert.equal(network.live.length, 0);
});

test("a big message travels in chunks of at most 16 KiB", async () => {
  const [member, guest] = await joinBoth();
  server.mute = ({ kind }) => kind === "message.post";
  const body = "字\n".repeat(4_000);
  guest.post(body.trim());
  await settle();
  assert.deepEqual(bodies(member), [body.trim()]);
  const sizes = channelOf(guest).sent.map((text) => Buffer.byteLength(text));
  assert.ok(sizes.length > 1 && sizes.every((size) => size <= 16_384));
});

test("a full send buffer pauses the channel until it has drained", async () => {
  const [, guest] = await joinBoth();
  const channel = channelOf(guest);
  channel.isStuck = true;
  for (let count = 0; count < 100; count += 1) guest.post("x".repeat(8_000));
  const sent = channel.sent.length;
  assert.ok(channel.bufferedAmount > 262_144 && sent < 100);
  assert.equal(channel.bufferedAmountLowThreshold, 65_536);
  Object.assign(channel, { isStuck: false, bufferedAmount: 0 });
  channel.onbufferedamountlow();
  assert.equal(channel.sent.length, 100);
});

test("nonsense over a data channel changes nothing", async () => {
  const [member] = await joinBoth();
  const id = uuid(500);
  const body = "x".repeat(8_001);
  const frames = [
    "{", "null", "[]", "7", { k: "msg" }, { k: "msg", client_id: "x", body: "Hi" },
    { k: "msg", client_id: id, body: 7 }, { k: "msg", client_id: id, body: " " },
    { k: "msg", client_id: id, body }, { k: "msg", client_id: id, body: "\u0000" },
    { k: "ack", client_id: [] }, { k: "part", i: 1, n: 2, d: "x" }, { k: "part", i: 0, n: 1, d: 7 },
    { k: "part", i: 0, n: 1e9, d: "{" }, "x".repeat(70_000), { k: "constructor", client_id: id },
  ];
  for (const frame of frames) inject(member, frame);
  await settle();
  assert.deepEqual(bodies(member), []);
});

test("the sender of a channel message is the owner of the connection, whatever it says", async () => {
  const [member] = await joinBoth();
  inject(member, { k: "msg", client_id: uuid(500), body: "Hi", from: MEMBER, seq: 99 });
  await settle();
  const [{ from, seq, own }] = member.messages;
  assert.deepEqual([from, seq, own], [GUEST, null, false]);
});

test("a flood over a data channel is cut at 200 frames a second", async () => {
  const [member] = await joinBoth();
  for (let count = 0; count < 500; count += 1) {
    inject(member, { k: "msg", client_id: uuid(1_000 + count), body: "spam" });
  }
  await settle();
  assert.equal(member.messages.length, 200);
  await pass(1_000);
  inject(member, { k: "msg", client_id: uuid(2_000), body: "later" });
  assert.equal(member.messages.length, 201);
});

test("the channel outlives the sockets: text arrives while the server is away", async () => {
  const [member, guest] = await joinBoth();
  server.behaviour = 1006;
  for (const socket of [...server.in()]) socket.drop(1006);
  guest.post("peer to peer");
  await settle();
  assert.deepEqual(bodies(member), ["peer to peer"]);
  server.behaviour = "accept";
  for (const { client } of joined) client.wake();
  await settle();
  assert.deepEqual(member.messages.map(({ seq }) => seq), [1]);
  assert.equal(network.connections.length, 2);
});

test("with storage none a direct peer confirms, and the server never sees the text", async () => {
  server.policies = { storage: "none", transport: "direct", relay_available: false };
  const [member, guest] = await joinBoth();
  guest.post("secret");
  await settle();
  assert.deepEqual(bodies(member), ["secret"]);
  assert.deepEqual(statuses(guest), ["delivered"]);
  await pass(60_000);
  assert.equal(posts().length, 0);
});

test("with storage none only peers without a channel get it from the server", async () => {
  server.policies = { storage: "none", transport: "direct", relay_available: false };
  const third = uuid(13);
  server.people.set(third, { kind: "guest", name: "Cy", read_seq: 0, delivered_seq: 0 });
  const [member, guest] = await joinBoth();
  const plain = await join(third, { createPeerConnection: null });
  guest.post("Hi");
  await settle();
  assert.deepEqual(posts().map(({ to }) => to), [[third]]);
  assert.deepEqual([bodies(member), bodies(plain)], [["Hi"], ["Hi"]]);
  assert.deepEqual(statuses(guest), ["sent"]);
  await pass(250);
  assert.deepEqual(statuses(guest), ["delivered"]);
});

test("with storage none a silent channel is helped by the server after 3 s, without doubles", async () => {
  server.policies = { storage: "none", transport: "direct", relay_available: false };
  const [member, guest] = await joinBoth();
  channelOf(guest).isStuck = true;
  guest.post("Hi");
  await pass(3_000);
  assert.deepEqual(bodies(member), ["Hi"]);
  await pass(250);
  assert.deepEqual(statuses(guest), ["delivered"]);
  await pass(60_000);
  assert.equal(posts().length, 1);
  assert.equal(member.messages.length, 1);
});

test("with storage none a message waits for somebody to come", async () => {
  server.policies = { storage: "none", transport: "direct", relay_available: false };
  const guest = await join(GUEST);
  guest.post("anybody?");
  await pass(30_000);
  assert.deepEqual(statuses(guest), ["sending"]);
  const member = await join(MEMBER);
  await pass(1_000);
  assert.deepEqual(bodies(member), ["anybody?"]);
  await pass(250);
  assert.deepEqual(statuses(guest), ["delivered"]);
});
