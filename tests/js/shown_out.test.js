import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { GUEST, MEMBER, settle, uuid } from "./fake_server.js";
import { Meeting, bodies, channelOf } from "./meeting.js";

let meeting;
let server;

beforeEach(() => {
  meeting = new Meeting();
  ({ server } = meeting);
});

afterEach(() => meeting.end());

/** Both, the one who stays first. Whoever is out hears nothing of it, as if the client ignored it. */
async function meet(out) {
  const stays = await meeting.join(out === GUEST ? MEMBER : GUEST);
  const leaver = await meeting.join(out);
  const deaf = (event) => event.startsWith("participant.") || event.startsWith("room.");
  server.lose = ({ event }, socket) => socket.participant === out && deaf(event);
  return { stays, leaver, theirs: channelOf(leaver), ours: channelOf(stays) };
}

/** What a changed client does with the channel it keeps: straight into the other page. */
function shout(channel) {
  const frame = { k: "msg", client_id: uuid(700), body: "still here" };
  channel.onmessage?.({ data: JSON.stringify(frame) });
}

const saidBy = ({ self }) =>
  server.commands("signal").filter(({ socket }) => socket.participant === self.participant).length;
const goneFrom = (stays, out) => () => {
  const data = { participant: out, gone: true };
  server.tell(meeting.socketOf(stays), "participant.left", data);
};
const endedFrom = (stays, out, leaver) => () => {
  const data = { participant: out, ended: [leaver.self.connection] };
  server.tell(meeting.socketOf(stays), "participant.changed", data);
};
const closedFrom = () => () => server.publish("room.closed", {});

const WAYS = {
  "is shown out": goneFrom,
  "has a session that ended": endedFrom,
  "is in a room that closes": closedFrom,
};

for (const [side, out] of [["guest", GUEST], ["member", MEMBER]]) {
  for (const [name, way] of Object.entries(WAYS)) {
    test(`the other page closes its channel to a ${side} who ${name}`, async () => {
      const { stays, leaver, ours, theirs } = await meet(out);
      assert.equal(meeting.channels.length, 2);
      const late = ours.onmessage;
      way(stays, out, leaver)();
      await settle();
      assert.deepEqual([ours.readyState, ours.onmessage], ["closed", null]);
      assert.ok(late);
      shout(ours);
      theirs.readyState = "open"; // the client pretends
      leaver.post("by its own channel");
      stays.post("not for you");
      await settle();
      const heard = theirs.sent.concat(ours.sent).filter((text) => text.includes("not for you"));
      assert.deepEqual([heard, bodies(stays).includes("still here")], [[], false]);
    });

    test(`nor does it open another one to a ${side} who ${name}`, async () => {
      const { stays, leaver } = await meet(out);
      way(stays, out, leaver)();
      await settle();
      const [made, said] = [stays.made.length, saidBy(stays)];
      const data = { from: out, connection: leaver.self.connection, epoch: 0, candidate: null };
      server.tell(meeting.socketOf(stays), "signal", data);
      await meeting.pass(20_000);
      assert.deepEqual([stays.made.length, saidBy(stays), meeting.channels.length], [made, said, 0]);
    });
  }

  test(`a page that was away learns by its next sync that a ${side} is out`, async () => {
    const { stays, ours } = await meet(out);
    server.behaviour = 1006;
    meeting.socketOf(stays).drop(1006);
    await settle();
    assert.equal(ours.readyState, "open");
    server.people.get(out).gone = true;
    server.behaviour = "accept";
    stays.client.wake();
    await settle();
    assert.deepEqual([ours.readyState, stays.participants.get(out).connections], ["closed", []]);
  });

  test(`a lost line keeps the channel to a ${side}, over syncs, too`, async () => {
    const { stays, leaver, ours } = await meet(out);
    server.behaviour = 1006;
    meeting.socketOf(leaver).drop(1006);
    await stays.sync();
    await settle();
    assert.deepEqual([ours.readyState, stays.participants.get(out).connections], ["open", []]);
    leaver.post("from the tunnel");
    await settle();
    assert.deepEqual(bodies(stays), ["from the tunnel"]);
  });
}

for (const code of [4500, 4501, 4502, 4503]) {
  test(`a page whose own socket is closed with ${code} closes its channels`, async () => {
    const { leaver, theirs } = await meet(GUEST);
    leaver.client.addEventListener("closed", () => assert.equal(theirs.readyState, "closed"));
    server.behaviour = code;
    meeting.socketOf(leaver).drop(code);
    await settle();
    await meeting.pass(20_000);
    assert.equal(theirs.readyState, "closed");
  });
}

test("a page that is refused its room closes its channels", async () => {
  const { leaver, theirs } = await meet(GUEST);
  server.refuse("room.sync", { code: "not_in_room", temporary: false });
  await leaver.sync().catch(() => null);
  await settle();
  assert.equal(theirs.readyState, "closed");
});

test("what the server still passes on of somebody shown out is not shown", async () => {
  const { stays } = await meet(GUEST);
  const tell = (event, data) => server.tell(meeting.socketOf(stays), event, { from: GUEST, ...data });
  tell("typing", { on: true });
  await settle();
  assert.equal(stays.typing.size, 1);
  goneFrom(stays, GUEST)();
  stays.post("seen?");
  await settle();
  tell("typing", { on: true });
  tell("message.read", { seq: 1 });
  tell("message.posted", { seq: null, client_id: uuid(701), body: "unnumbered", at: 1 });
  await settle();
  assert.deepEqual([stays.typing.size, bodies(stays)], [0, ["seen?"]]);
  assert.equal(stays.participants.get(GUEST).read_seq, 0);
});

test("what the record has of somebody shown out is shown", async () => {
  const { stays } = await meet(GUEST);
  goneFrom(stays, GUEST)();
  server.say(GUEST, "stored before");
  await settle();
  assert.deepEqual(bodies(stays), ["stored before"]);
});

test("in a closed room nothing is said but what the record has", async () => {
  const { stays } = await meet(GUEST);
  server.publish("room.closed", {});
  const tell = (event, data) => server.tell(meeting.socketOf(stays), event, { from: GUEST, ...data });
  tell("typing", { on: true });
  tell("message.posted", { seq: null, client_id: uuid(702), body: "unnumbered", at: 1 });
  await settle();
  assert.deepEqual([stays.typing.size, bodies(stays)], [0, []]);
});

test("a room that is opened again has its channels again", async () => {
  await meeting.join(MEMBER);
  await meeting.join(GUEST);
  server.publish("room.closed", {});
  await settle();
  assert.equal(meeting.channels.length, 0);
  server.publish("room.changed", { status: "open" });
  await meeting.pass(1_500);
  assert.equal(meeting.channels.length, 2);
});

test("the channel to another browser of the same member stays when one session ends", async () => {
  const guest = await meeting.join(GUEST);
  const [one, two] = [await meeting.join(MEMBER), await meeting.join(MEMBER)];
  const before = meeting.channels.length;
  endedFrom(guest, MEMBER, one)();
  await settle();
  assert.equal(meeting.channels.length, before - 2);
  assert.deepEqual(guest.participants.get(MEMBER).connections, [two.self.connection]);
  server.lose = ({ event }) => event === "message.posted";
  two.post("from the other one");
  await settle();
  assert.deepEqual(bodies(guest), ["from the other one"]);
});

test("in a shared room each guest who stays closes the channel to the one shown out alone", async () => {
  const ids = [GUEST, uuid(21), uuid(22), uuid(23)];
  const guest = { kind: "guest", name: "", read_seq: 0, delivered_seq: 0 };
  for (const id of ids) server.people.set(id, { ...guest });
  const all = [];
  for (const id of ids) all.push(await meeting.join(id));
  assert.equal(meeting.channels.length, 12);
  for (const stays of all.slice(0, 3)) goneFrom(stays, ids[3])();
  await settle();
  assert.equal(meeting.channels.length, 6);
  server.lose = ({ event }) => event === "message.posted";
  all[0].post("among us");
  await settle();
  assert.deepEqual(all.map(bodies), [["among us"], ["among us"], ["among us"], []]);
});

test("who is let in again is talked to again", async () => {
  const { stays, leaver } = await meet(GUEST);
  server.lose = () => false;
  goneFrom(stays, GUEST)();
  meeting.socketOf(leaver).drop(4503);
  await settle();
  server.behaviour = "accept";
  const back = await meeting.join(GUEST);
  await meeting.pass(1_500);
  assert.equal(stays.participants.get(GUEST).gone, false);
  assert.deepEqual(stays.participants.get(GUEST).connections, [back.self.connection]);
  assert.equal(meeting.channels.length, 2);
});
