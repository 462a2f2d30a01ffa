import { CatchUp } from "./catchup.js";
import { Direct } from "./direct.js";
import { Emitter } from "../wire/emitter.js";
import { Marks } from "./marks.js";
import { Posting } from "./posting.js";
import { Room } from "./room.js";
import { Typing } from "../presence/typing.js";

/**
 * One room, without DOM. Objects keep the names of the wire (docs/protocol.md).
 *
 * Read: `self`, `room`, `policies`, `participants` (Map, see presence.js), `messages` (see
 * timeline.js; `status` of own ones: sending, sent, delivered, read, failed), `typing` (Set of
 * participants), `hasOlder`, `calledAt`, `available`, `state`, `isSynced`.
 *
 * Events: `change` (detail: Set of "room", "participants", "messages", "marks", "called"; at most
 * one per microtask), `message` (detail: {message, isLive}; new here and not our own; isLive is
 * false for history), `typing`, `state` (detail as of the client), `failed` (detail: {message,
 * error}), `gone` (detail: CommandError: the room is not ours any more).
 */
export class Conversation extends Emitter {
  #catchUp;
  #client;
  #direct;
  #listening = null;
  #marks;
  #model = new Room();
  #posting;
  #roomId;
  #typing;

  /**
   * @param {object} options
   * @param {import("../wire/client.js").SignalingClient} options.client
   * @param {string | null} [options.room] id; needed on an account ticket
   * @param {((config: object) => RTCPeerConnection) | null} [options.createPeerConnection]
   * @param {Storage | null} [options.storage] where unsent messages survive a reload
   */
  constructor({ client, room = null, createPeerConnection = null, storage = null }) {
    super();
    this.#client = client;
    this.#roomId = room;
    this.#marks = new Marks((data) => this.#send("message.read", data));
    this.#typing = new Typing((on) => this.#notify("typing", { on }), () => this.emit("typing"));
    this.#catchUp = new CatchUp({
      timeline: this.#model.timeline,
      ask: (data) => this.#ask(data),
      apply: (page, since) => this.#apply(page, since),
    });
    this.#direct = new Direct({
      model: this.#model,
      createPeerConnection,
      notify: (kind, data) => this.#notify(kind, data),
      sync: () => this.sync(),
      onMessage: (message) => this.#receive(message, true),
      onConfirm: (from, clientId) => this.#posting.confirm(from, clientId),
      onChange: () => this.touch("participants"),
    });
    this.#posting = new Posting({
      model: this.#model,
      storage,
      direct: this.#direct,
      send: (data) => this.#send("message.post", data),
      onChange: () => this.touch("messages"),
      onFailed: (detail) => this.emit("failed", detail),
    });
  }

  get self() {
    return this.#model.self;
  }

  get room() {
    return this.#model.details;
  }

  get policies() {
    return this.#model.policies;
  }

  get calledAt() {
    return this.#model.calledAt;
  }

  get available() {
    return this.#model.available;
  }

  get participants() {
    return this.#model.presence.people;
  }

  get messages() {
    return this.#model.timeline.list;
  }

  get hasOlder() {
    return this.#model.timeline.hasOlder;
  }

  get typing() {
    return this.#typing.who;
  }

  get state() {
    return this.#client.state;
  }

  get isSynced() {
    return this.self !== null;
  }

  /** For the client's pings: [room, last seq]. */
  get head() {
    return this.isSynced ? [this.#roomId, this.#model.timeline.head] : null;
  }

  onHead(seq) {
    if (seq > this.#model.timeline.head) this.#heal();
  }

  start() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#client.addEventListener("event", ({ detail }) => this.#onFrame(detail), { signal });
    this.#client.addEventListener("state", ({ detail }) => this.emit("state", detail), { signal });
    this.#client.addEventListener("closed", () => this.#direct.stop(), { signal });
    return this.#client.register(this);
  }

  stop() {
    this.#listening?.abort();
    this.#client.unregister(this);
    for (const part of [this.#marks, this.#typing, this.#posting, this.#direct]) part.stop();
  }

  /** Asks what was missed; the one way in, after every open and for every hole. */
  async sync() {
    await this.#catchUp.run();
    this.#posting.flush();
    this.#marks.flush();
  }

  /** Loads the page above the oldest message. Resolves with how many came. */
  loadOlder() {
    return this.#catchUp.runBack((message) => this.#receive(message, false));
  }

  /**
   * Shows the message at once, returns it, and sends it until it is acknowledged.
   * Throws CommandError: not_synced, empty, message_too_long.
   */
  post(text) {
    this.#typing.posted();
    return this.#posting.post(text);
  }

  retry(clientId) {
    this.#posting.retry(clientId);
  }

  /** The person saw everything up to `seq` (default: what is here). */
  markRead(seq = this.#model.timeline.head) {
    if (!this.#model.presence.mark({ from: this.self?.participant, seq })) return;
    this.#marks.read(seq);
    this.touch("marks");
  }

  type(on = true) {
    this.#typing.say(on);
  }

  /** States of our messages follow marks, people and the outbox. */
  beforeChange() {
    if (this.isSynced && this.#posting.refresh()) this.touch("messages");
  }

  async #ask(data) {
    try {
      return await this.#send("room.sync", data);
    } catch (error) {
      if (error.temporary !== false) throw error;
      this.#direct.stop();
      this.emit("gone", error);
      throw error;
    }
  }

  #apply(page, since) {
    const isLive = this.isSynced;
    this.#roomId ??= page.room.id;
    this.#model.onPage(page);
    this.#direct.onPage(page);
    this.#posting.restore();
    for (const message of page.messages) this.#receive(message, isLive);
    this.#onPeople({ retry: true });
    for (const what of ["room", "participants", "messages", "marks", "called"]) this.touch(what);
    return this.#model.timeline.onPage(page, since);
  }

  #heal() {
    this.sync().catch(() => null); // the next ping or open tries again
  }

  #onFrame({ event, room, data }) {
    if (room && this.#roomId && room !== this.#roomId) return;
    if (this.#model.isStale(event, data)) return;
    if (event === "message.posted") this.#onPosted(data);
    else if (event === "typing") this.#typing.hear(data.from, data.on);
    else if (event === "signal") this.#direct.onSignal(data);
    else this.touch(this.#model.onEvent(event, data));
    if (/^(participant|room)\./.test(event)) this.#onPeople();
    for (const id of data.client_ids ?? []) this.#posting.confirm(data.from, id);
  }

  #onPosted(data) {
    const { own } = this.#receive(data, true);
    if (data.seq === null && !own) this.#marks.confirm(data.client_id);
    if (this.#model.timeline.follow() || !this.participants.has(data.from)) this.#heal();
  }

  #onPeople(how) {
    this.#typing.keep((from) => this.participants.get(from)?.connections.length > 0);
    this.#direct.update(how);
    this.#posting.review();
  }

  #receive(incoming, isLive) {
    const { message, isNew } = this.#model.receive(incoming);
    this.touch("messages");
    if (message.own && message.seq) this.#posting.onStored(message.client_id);
    if (message.own) return message;
    this.#typing.hear(message.from, false);
    if (message.seq) this.#marks.delivered(message.seq);
    if (isNew) this.emit("message", { message, isLive });
    return message;
  }

  #notify(kind, data) {
    return this.#client.notify(kind, this.#inRoom(data));
  }

  #send(kind, data) {
    return this.#client.send(kind, this.#inRoom(data));
  }

  #inRoom(data) {
    return this.#roomId ? { room: this.#roomId, ...data } : data;
  }
}
