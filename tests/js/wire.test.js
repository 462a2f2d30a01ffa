import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
import { Conversation } from "../../signaling/static/signaling/conversation/conversation.js";
import { wire } from "../../signaling/static/signaling/wire/protocol.js";
import { FakeServer, GUEST, ROOM, settle } from "./fake_server.js";

const DEFAULTS = { ...wire };
let client;
let server;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  server = new FakeServer();
});

afterEach(() => {
  client.close();
  Object.assign(wire, DEFAULTS);
  mock.timers.reset();
});

async function connect() {
  client = new SignalingClient(server.credentials(GUEST));
  client.connect();
  await settle();
}

async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

test("pings follow the page's settings", async () => {
  wire.ping_ms = 4_000;
  await connect();
  await pass(2_000);
  await pass(4_000);
  assert.equal(server.commands("ping").length, 2);
});

test("so does the patience with a reply", async () => {
  wire.reply_ms = 3_000;
  await connect();
  server.mute = ({ kind }) => kind === "typing";
  const late = assert.rejects(client.send("typing", {}), { code: "timeout" });
  await pass(3_000);
  await late;
});

test("so does the length of a message", async () => {
  wire.body_chars = 5;
  await connect();
  const guest = new Conversation({ client, room: ROOM });
  guest.start();
  await settle();
  assert.throws(() => guest.post("longer"), { code: "message_too_long" });
  guest.post("short");
  await settle();
  assert.deepEqual(guest.messages.map(({ body }) => body), ["short"]);
});
