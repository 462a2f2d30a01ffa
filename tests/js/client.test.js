import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
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

function makeClient(more) {
  const client = new SignalingClient(server.credentials(GUEST, more));
  client.states = [];
  client.addEventListener("state", ({ detail }) => client.states.push(detail.state));
  client.closings = [];
  client.addEventListener("closed", ({ detail }) => client.closings.push(detail));
  clients.push(client);
  return client;
}

async function connect(more) {
  const client = makeClient(more);
  client.connect();
  await settle();
  return client;
}

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

test("a ticket opens one socket and everybody who registered is synced before it is open", async () => {
  const client = makeClient();
  const seen = [];
  client.register({ sync: async () => seen.push(client.state) });
  client.connect();
  await settle();
  assert.deepEqual(client.states, ["connecting", "syncing", "open"]);
  assert.deepEqual(seen, ["syncing"]);
  assert.equal(server.socket.url, "/ws/");
  assert.deepEqual(server.socket.protocols, ["doorbell.v1", `ticket.t:${GUEST}`]);
});

test("a command is answered by its reply, refused by an error, and ends by a timeout", async () => {
  const client = await connect();
  assert.equal((await client.send("ping", {})).heads[ROOM], 0);
  const refusal = { code: "rate_limited", temporary: true, retry_after_ms: 700 };
  server.refuse("typing", refusal);
  const facts = { code: "rate_limited", temporary: true, retryAfterMs: 700 };
  await assert.rejects(client.send("typing", {}), facts);
  server.mute = ({ kind }) => kind === "typing";
  const late = assert.rejects(client.send("typing", {}), { code: "timeout", temporary: true });
  await pass(10_000);
  await late;
});

test("without a socket a command fails at once, and with its socket it fails too", async () => {
  const client = await connect();
  server.mute = () => true;
  const lost = assert.rejects(client.send("typing", {}), { code: "disconnected", temporary: true });
  server.socket.drop(1006);
  await lost;
  await assert.rejects(client.send("typing", {}), { code: "not_connected", temporary: true });
  assert.equal(client.notify("typing", {}), false);
});

test("a refused notification is told as an event", async () => {
  const client = await connect();
  const refusals = [];
  client.addEventListener("refused", ({ detail }) => refusals.push(detail.code));
  server.refuse("signal", { code: "webrtc_disabled", temporary: false });
  client.notify("signal", { to: MEMBER, candidate: null });
  await settle();
  assert.deepEqual(refusals, ["webrtc_disabled"]);
});

test("a lost socket is reopened after growing waits, and the waits start anew once open", async () => {
  const client = await connect();
  server.behaviour = 1006;
  server.socket.drop(1006);
  const opened = () => server.sockets.length;
  await pass(624);
  assert.equal(opened(), 1);
  await pass(1);
  assert.equal(opened(), 2); // 250 + 0.5 * (1,000 - 250)
  await pass(1_124);
  assert.equal(opened(), 2);
  await pass(1);
  assert.equal(opened(), 3); // 250 + 0.5 * (2,000 - 250)
  server.behaviour = "accept";
  client.wake();
  await settle();
  assert.equal(client.state, "open");
  server.socket.drop(1006);
  await pass(625);
  assert.equal(client.state, "open");
});

test("a restarting server is given the time it asked for, and a little more by chance", async () => {
  const client = await connect();
  const data = { code: 4000, retry_after_ms: 8_000 };
  server.socket.push({ event: "session.closing", data });
  server.socket.drop(4000);
  await pass(8_999);
  assert.equal(client.state, "waiting");
  await pass(1);
  assert.equal(client.state, "open");
});

test("the resume token of the newest reply opens the next socket, also after a reload", async () => {
  const storage = new FakeStorage();
  const client = await connect({ storage });
  await client.send("room.sync", {});
  const { connection } = server.socket;
  server.socket.drop(4001);
  await pass(625);
  assert.equal(server.socket.ticket, `r:${GUEST}:${connection}`);
  const reloaded = await connect({ storage });
  assert.equal(server.socket.ticket, `r:${GUEST}:${connection}`);
  assert.equal(reloaded.state, "open");
});

test("a storage that throws costs the resume token of the next page and nothing else", async () => {
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  const storage = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  const client = await connect({ storage });
  await client.send("room.sync", {});
  server.socket.drop(4001);
  await pass(625);
  assert.match(server.socket.ticket, /^r:/);
});

test("a replaced session comes back with a fresh ticket", async () => {
  const client = await connect();
  await client.send("room.sync", {});
  server.socket.drop(4002);
  await pass(625);
  assert.equal(server.socket.ticket, `t:${GUEST}`);
  assert.equal(client.state, "open");
});

test("a bad ticket is renewed once; a second refusal ends it", async () => {
  const storage = new FakeStorage();
  storage.setItem("doorbell:resume", JSON.stringify({ resume: "r:expired", ws: "/ws/" }));
  server.behaviour = 4500;
  const client = await connect({ storage });
  assert.equal(client.state, "waiting");
  await pass(625);
  assert.deepEqual(server.sockets.map((socket) => socket.ticket), ["r:expired", `t:${GUEST}`]);
  assert.equal(client.state, "closed");
  assert.deepEqual(client.closings, [{ code: 4500, error: null }]);
});

for (const code of [4501, 4502, 4503]) {
  test(`after ${code} it stays away`, async () => {
    const client = await connect();
    server.socket.drop(code);
    await pass(120_000);
    client.wake();
    await settle();
    assert.equal(server.sockets.length, 1);
    assert.deepEqual(client.closings, [{ code, error: null }]);
  });
}

test("no ticket for good ends it, no ticket for now does not", async () => {
  let answers = [new Error("offline"), Object.assign(new Error("gone"), { temporary: false })];
  const getTicket = () => Promise.reject(answers.shift());
  const client = await connect({ getTicket });
  assert.equal(client.state, "waiting");
  await pass(625);
  assert.equal(client.closings[0].error.message, "gone");
});

test("a server that accepts nothing within five seconds is left", async () => {
  server.behaviour = "hang";
  const client = await connect();
  await pass(4_999);
  assert.equal(client.state, "connecting");
  await pass(1);
  assert.equal(client.state, "waiting");
});

test("it pings at a random phase and then every 20 s, with heads and what it received", async () => {
  const client = makeClient();
  client.register({ sync: async () => null, head: [ROOM, 3], onHead: () => null });
  client.connect();
  await settle();
  await pass(9_999);
  assert.equal(server.commands("ping").length, 0);
  await pass(1);
  await pass(20_000);
  const pings = server.commands("ping").map(({ data }) => data);
  assert.deepEqual(pings, [
    { heads: { [ROOM]: 3 }, received: 0 },
    { heads: { [ROOM]: 3 }, received: 1 },
  ]);
});

test("a ping that is not answered means the socket is dead", async () => {
  const client = await connect();
  server.mute = ({ kind }) => kind === "ping";
  await pass(10_000);
  await pass(9_999);
  assert.equal(client.state, "open");
  await pass(1);
  assert.equal(client.state, "waiting");
});

test("every 128 KiB received are confirmed by a ping of their own", async () => {
  await connect();
  const data = { from: MEMBER, body: "é".repeat(4_000) };
  for (let sent = 0; sent < 17; sent += 1) server.tell(server.socket, "message.posted", data);
  await settle();
  const [ping, ...others] = server.commands("ping");
  assert.equal(ping.data.received, 17);
  assert.equal(others.length, 0);
});

test("waking checks an open socket within 3 s and replaces a dead one", async () => {
  const client = await connect();
  server.mute = ({ kind }) => kind === "ping";
  client.wake();
  await pass(3_000);
  assert.equal(client.state, "waiting");
  server.mute = () => false;
  client.wake();
  await settle();
  assert.equal(client.state, "open");
});

test("a hidden page tries once, then waits to be shown", async () => {
  let isActive = true;
  const client = await connect({ isActive: () => isActive });
  isActive = false;
  server.behaviour = 1006;
  server.socket.drop(1006);
  await pass(120_000);
  assert.equal(server.sockets.length, 2);
  assert.equal(client.state, "waiting");
  server.behaviour = "accept";
  isActive = true;
  client.wake();
  await settle();
  assert.equal(client.state, "open");
});

test("session.resync syncs everybody again", async () => {
  const client = makeClient();
  let synced = 0;
  client.register({ sync: async () => (synced += 1) });
  client.connect();
  await settle();
  server.socket.push({ event: "session.resync", data: {} });
  await settle();
  assert.equal(synced, 2);
});

test("a sync that cannot be answered now is asked again before the client counts as open", async () => {
  const client = makeClient();
  client.register({ sync: () => client.send("room.sync", {}) });
  server.refuse("room.sync", { code: "unavailable", temporary: true });
  client.connect();
  await settle();
  assert.equal(client.state, "syncing");
  await pass(625);
  assert.equal(client.state, "open");
});

test("closing ends it until it is connected again", async () => {
  const client = await connect();
  client.close();
  await pass(60_000);
  assert.equal(client.state, "closed");
  client.connect();
  await settle();
  assert.equal(client.state, "open");
});

test("nonsense from the server is ignored", async () => {
  const client = await connect();
  const send = (data) => server.socket.dispatchEvent(Object.assign(new Event("message"), { data }));
  for (const data of ["{", "null", "7", "[]", '{"ref": 99, "ok": {}}', new ArrayBuffer(8)]) send(data);
  await settle();
  assert.equal(client.state, "open");
});
