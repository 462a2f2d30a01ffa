import { CatchUp } from "./catchup.js";
import { Direct } from "./direct.js";
import { Marks } from "./marks.js";
import { Posting } from "./posting.js";
import { Room } from "./room.js";
import { Typing } from "./typing.js";

/**
 * One room, without DOM. Objects keep the names of the wire (docs/protocol.md).
 *
 * Read: `self`, `room`, `policies`, `participants` (Map, see presence.js), `messages` (see
 * messages.js; `status` of own ones: sending, sent, delivered, read, failed), `typing` (Set of
 * participants), `hasOlder`, `calledAt`, `available`, `state`, `isSynced`.
 *
 * Events: `change` (detail: Set of "room", "participants", "messages", "marks", "called"; at most
 * one per microtask), `message` (detail: {message, isLive}; new here and not our own; isLive is
 * false for history), `typing`, `state` (detail as of the client), `failed` (detail: {message,
 * error}), `gone` (detail: CommandError: the room is not ours any more).
 */
export class Conversation extends EventTarget {
  #catchUp;
  #changed = new Set();
  #client;
  #direct;
  #marks;
  #model = new Room();
  #onClientEvent = ({ detail }) => this.#onFrame(detail);
  #onClientState = ({ detail }) => this.#emit("state", detail);
  #posting;
  #roomId;
  #typing;

  /**
   * @param {object} options
   * @param {import("./client.js").SignalingClient} options.client
   * @param {string | null} [options.room] id; needed on an account ticket
   * @param {((config: object) => RTCPeerConnection) | null} [options.createPeerConnection]
   * @param {Storage | null} [options.storage] where unsent messages survive a reload
   */
  constructor({ client, room = null, createPeerConnection = null, storage = null }) {
    super();
    this.#client = client;
    this.#roomId = room;
    this.#marks = new Marks((data) => this.#send("message.read", data));
    this.#typing = new Typing((on) => this.#notify("typing", { on }), () => this.#emit("typing"));
    this.#catchUp = new CatchUp({
      head: () => this.#model.timeline.head,
      ask: (since) => this.#ask(since),
      apply: (page, since) => this.#apply(page, since),
    });
    this.#direct = new Direct({
      model: this.#model,
      createPeerConnection,
      notify: (kind, data) => this.#notify(kind, data),
      sync: () => this.sync(),
      onMessage: (message) => this.#receive(message, true),
      onConfirm: (from, clientId) => this.#posting.confirm(from, clientId),
      onChange: () => this.#touch("participants"),
    });
    this.#posting = new Posting({
      model: this.#model,
      storage,
      direct: this.#direct,
      send: (data) => this.#send("message.post", data),
      onChange: () => this.#touch("messages"),
      onFailed: (detail) => this.#emit("failed", detail),
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
    this.#client.addEventListener("event", this.#onClientEvent);
    this.#client.addEventListener("state", this.#onClientState);
    return this.#client.register(this);
  }

  /** Stops listening; what is unsent stays stored. */
  stop() {
    this.#client.removeEventListener("event", this.#onClientEvent);
    this.#client.removeEventListener("state", this.#onClientState);
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
  async loadOlder() {
    const { timeline } = this.#model;
    if (!timeline.oldest || !timeline.hasOlder) return 0;
    const page = await this.#send("room.sync", { since: 0, before: timeline.oldest });
    timeline.hasOlder = page.more;
    for (const message of page.messages) this.#receive(message, false);
    return page.messages.length;
  }

  /**
   * Shows the message at once and sends it until it is acknowledged.
   *
   * @param {string} text
   * @returns {object} the message. Throws CommandError: not_synced, empty, message_too_long.
   */
  post(text) {
    const message = this.#posting.post(text);
    this.#typing.posted();
    return message;
  }

  /** Sends a failed message again. */
  retry(clientId) {
    this.#posting.retry(clientId);
  }

  /** The person saw everything up to `seq` (default: what is here). */
  markRead(seq = this.#model.timeline.head) {
    const me = this.participants.get(this.self?.participant);
    if (!me || seq <= me.read_seq) return;
    this.#model.presence.mark({ from: me.participant, seq });
    this.#marks.read(seq);
    this.#touch("marks");
  }

  /** The person types, or stopped. */
  type(on = true) {
    this.#typing.say(on);
  }

  async #ask(since) {
    try {
      return await this.#send("room.sync", { since });
    } catch (error) {
      if (error.temporary === false) this.#emit("gone", error);
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
    const hasMore = this.#model.timeline.onPage(page, since);
    this.#direct.update();
    this.#touch("room", "participants", "messages", "marks", "called");
    return hasMore;
  }

  #heal() {
    this.sync().catch(() => null); // the next ping or open tries again
  }

  #onFrame({ event, room, data }) {
    if (room && this.#roomId && room !== this.#roomId) return;
    if (event === "message.posted") this.#onPosted(data);
    else if (event === "typing") this.#typing.hear(data.from, data.on);
    else if (event === "signal") this.#direct.onSignal(data);
    else this.#touch(this.#model.onEvent(event, data));
    if (event.startsWith("participant.")) this.#onPeople(event, data);
    if (event !== "message.read") return;
    for (const id of data.client_ids ?? []) this.#posting.confirm(data.from, id);
  }

  #onPosted(data) {
    this.#receive(data, true);
    const isPassed = data.seq === null && data.from !== this.self?.participant;
    if (isPassed) this.#marks.confirm(data.client_id);
    if (this.#model.timeline.follow()) this.#heal();
  }

  #onPeople(event, { participant }) {
    if (event === "participant.left") this.#typing.hear(participant, false);
    this.#direct.update();
    this.#posting.review();
  }

  #receive(incoming, isLive) {
    const { message, isNew } = this.#model.receive(incoming);
    this.#touch("messages");
    if (message.own) {
      if (message.seq) this.#posting.onStored(message.client_id);
      return;
    }
    this.#typing.hear(message.from, false);
    if (message.seq) this.#marks.delivered(message.seq);
    if (isNew) this.#emit("message", { message, isLive });
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

  #touch(...what) {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tell());
    for (const one of what) if (one) this.#changed.add(one);
  }

  #tell() {
    if (this.isSynced && this.#posting.refresh()) this.#changed.add("messages");
    const changed = this.#changed;
    this.#changed = new Set();
    if (changed.size > 0) this.#emit("change", changed);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
