import { sleep } from "../wire/backoff.js";
import { Conversation } from "./conversation.js";
import { Emitter } from "../wire/emitter.js";

const RELOAD_DELAY_MS = 250; // several rooms may wake up at once
const MAX_PAGES = 10; // fetched again after a reconnect

/**
 * The account's rooms, without DOM.
 *
 * Read: `self`, `account`, `rooms` (summaries as in docs/protocol.md, newest activity first; one
 * that was left without a word is among them only while it is open here), `members`, `unread` (sum),
 * `status` ("open", "quarantine", "closed"), `quarantined` (waiting there, as far as heard), `hasMore`, `isSynced`, `state`.
 *
 * Events: `change` (at most one per microtask), `arrival` (detail as `guest.arrived`), `activity`
 * (detail: {room, preview}: a message of somebody else in any room), `seen` (detail: {room}: we
 * looked at it on another page, or a colleague answered), `left` (detail: {room}: its guest went
 * without a word), `state`, `gone`.
 */
export class Inbox extends Emitter {
  #client;
  #conversations = new Map();
  #createPeerConnection;
  #next = null;
  #listening = null;
  #reloading = null;
  #rooms = new Map();
  #storage;

  self = null;
  account = null;
  members = [];
  quarantined = 0;
  status = "open";

  /** @param {object} options as of Conversation, without the room */
  constructor({ client, createPeerConnection = null, storage = null }) {
    super();
    this.#client = client;
    this.#createPeerConnection = createPeerConnection;
    this.#storage = storage;
  }

  get rooms() {
    const shown = [...this.#rooms.values()].filter((room) => room.status === this.status);
    return shown.filter((room) => this.#isListed(room)).sort((a, b) => b.activity_at - a.activity_at);
  }

  get unread() {
    return this.rooms.reduce((sum, room) => sum + room.unread, 0);
  }

  get hasMore() {
    return this.#next !== null;
  }

  get isSynced() {
    return this.account !== null;
  }

  get state() {
    return this.#client.state;
  }

  start() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#client.addEventListener("event", ({ detail }) => this.#onFrame(detail), { signal });
    this.#client.addEventListener("state", ({ detail }) => this.emit("state", detail), { signal });
    return this.#client.register(this);
  }

  stop() {
    for (const id of [...this.#conversations.keys()]) this.close(id);
    this.#listening?.abort();
    this.#client.unregister(this);
  }

  /** What the page was rendered with, until the first sync. */
  seed({ membership, rooms, next, status, quarantined = 0 }) {
    this.quarantined = quarantined;
    this.self = { membership };
    this.status = status;
    this.#next = next;
    this.#rooms = new Map(rooms.map((room) => [room.id, complete(room)]));
  }

  /** A fresh list, as long as the one shown so far. */
  async sync() {
    const wanted = this.rooms.length;
    const fresh = new Map();
    let cursor;
    let page = 0;
    do {
      cursor = await this.#fetch(cursor, fresh);
      page += 1;
    } while (cursor && fresh.size < wanted && page < MAX_PAGES);
    const former = this.#rooms;
    this.#rooms = fresh;
    this.#next = cursor;
    for (const room of former.values()) if (!fresh.has(room.id)) this.#missing(room);
    this.touch("rooms");
  }

  /** The next page of rooms. */
  async loadMore() {
    if (this.#next) this.#next = await this.#fetch(this.#next, this.#rooms);
    this.touch("rooms");
  }

  /** Shows the rooms of this status. */
  async show(status) {
    this.status = status;
    this.#rooms = new Map();
    this.touch("rooms");
    await this.sync();
  }

  get(id) {
    return this.#rooms.get(id);
  }

  /** Watches a room. The same object while it stays open. */
  open(id) {
    if (!this.#conversations.has(id)) {
      const conversation = new Conversation({
        client: this.#client,
        room: id,
        createPeerConnection: this.#createPeerConnection,
        storage: this.#storage,
      });
      this.#conversations.set(id, conversation);
      conversation.addEventListener("change", () => this.#onRead(id, conversation));
      conversation.start();
    }
    return this.#conversations.get(id);
  }

  close(id) {
    this.#conversations.get(id)?.stop();
    if (this.#conversations.delete(id)) this.#client.notify("room.unwatch", { room: id });
    this.#drop(id);
  }

  async #fetch(cursor, rooms) {
    const { status } = this;
    const page = await this.#client.send("inbox.sync", { status, ...(cursor && { cursor }) });
    this.self = page.self;
    this.account = page.account;
    this.members = page.members;
    for (const room of page.rooms) rooms.set(room.id, complete({ ...room, status }));
    return page.next ?? null;
  }

  #onFrame({ event, room, data }) {
    if (event === "room.changed") this.#onChanged(room, data);
    else if (event === "room.closed") this.#merge(room, { status: "closed" });
    else if (event === "guest.arrived") this.#onArrival(data);
  }

  #onArrival(data) {
    const { room: id, name, property, property_name, link_label, at, status = "open" } = data;
    const facts = { name, property, property_name, link_label, activity_at: at, online: true };
    const known = this.#rooms.get(id);
    this.#rooms.set(id, complete({ begun: data.begun, ...known, id, status, ...facts }));
    this.touch("rooms");
    if (status === "quarantine") return (this.quarantined += known?.status === status ? 0 : 1);
    if (!known && data.begun) this.#reload(); // what was said there
    return this.emit("arrival", data);
  }

  /** Marks of colleagues come with `read_by`: those are theirs. */
  #onChanged(id, { read_by: readBy, from, from_member: fromMember, member, ...data }) {
    const isMine = Boolean(member) && member === this.self?.membership;
    if (readBy && !isMine) return;
    if (from && isMine) data.read_seq = data.last_seq;
    const isQuiet = data.status === "quarantine";
    if (this.#rooms.get(id)?.status === "quarantine" && data.status && !isQuiet) this.quarantined -= 1;
    this.#merge(id, data);
    if (isMine || fromMember) this.emit("seen", { room: id });
    if (from && !isMine && !isQuiet) this.emit("activity", { room: id, preview: data.preview, fromMember });
  }

  #merge(id, data) {
    const known = this.#rooms.get(id);
    if (known) this.#rooms.set(id, complete({ ...known, ...forward(known, data) }));
    else if (data.last_seq || data.status === this.status || data.begun === false) this.#reload();
    if (data.online === false && !known?.begun) this.#leave(id);
    this.touch("rooms");
  }

  #isListed({ id, begun, online }) {
    return begun || online || this.#conversations.has(id);
  }

  /** A room the fresh list does not know: beyond its pages, or left without a word. */
  #missing(room) {
    if (room.begun || room.status !== this.status) return;
    this.#rooms.set(room.id, { ...room, online: false });
    this.#leave(room.id);
  }

  #leave(id) {
    this.emit("left", { room: id });
    this.#drop(id);
  }

  /** Forgets what is not listed any more; the guest's return brings it back. */
  #drop(id) {
    const room = this.#rooms.get(id);
    if (!room || this.#isListed(room)) return;
    this.#rooms.delete(id);
    this.touch("rooms");
  }

  /** A room that is not loaded woke up, or its guest came back to it. */
  #reload() {
    this.#reloading ??= sleep(RELOAD_DELAY_MS)
      .then(() => {
        this.#reloading = null;
        return this.sync();
      })
      .catch(() => null); // the next open syncs again
  }

  #onRead(id, conversation) {
    const known = this.#rooms.get(id);
    const me = conversation.self?.participant;
    const readSeq = conversation.participants.get(me)?.read_seq ?? 0;
    if (!known || (known.me === me && readSeq <= known.read_seq)) return;
    this.#merge(id, { me, read_seq: readSeq });
  }
}

/** Numbers never go back, whatever order events come in. */
function forward(known, data) {
  const next = { ...data };
  for (const name of ["last_seq", "read_seq", "activity_at"]) {
    if (name in data) next[name] = Math.max(known[name], data[name]);
  }
  if (next.last_seq === known.last_seq && data.last_seq < known.last_seq) delete next.preview;
  return next;
}

function complete(room) {
  const whole = { last_seq: 0, read_seq: 0, preview: "", activity_at: 0, online: false, ...room };
  const begun = whole.begun !== false || whole.last_seq > 0;
  return { ...whole, begun, unread: Math.max(0, whole.last_seq - whole.read_seq) };
}
