const MAX_UNNUMBERED = 2_000; // kept of what peers sent and the server never numbered

/**
 * The messages of one room, each once, ordered by seq and then by arrival here; the states of our
 * own, and what is known to be missing.
 *
 * A message: what the wire says of it (docs/protocol.md) and `own, status, order`; `seq` is null
 * until the server numbered it (for ever with storage `none`); `status` is null for messages of
 * others.
 */
export class Timeline {
  #beyond = new Set(); // seqs above a hole
  #byKey = new Map();
  #list = [];
  #order = 0;
  #sorted = true;
  #unnumbered = [];

  /** The last seq up to which nothing is missing. */
  head = 0;

  /** Whether older messages exist than those loaded. */
  hasOlder = false;

  /**
   * Adds it or completes the copy that is already here.
   *
   * @returns {{message: object, isNew: boolean}}
   */
  add(incoming) {
    const key = keyOf(incoming);
    const known = this.#byKey.get(key);
    if (incoming.seq) this.#beyond.add(incoming.seq);
    if (known) {
      if (incoming.seq && !known.seq) this.#number(known, incoming);
      if (incoming.attachment) known.attachment = incoming.attachment;
      return { message: known, isNew: false };
    }
    this.#order += 1;
    const message = { seq: null, own: false, status: null, ...incoming, order: this.#order };
    this.#byKey.set(key, message);
    this.#list.push(message);
    this.#sorted = false;
    if (!message.seq && !message.own) this.#forgetOldest(message);
    return { message, isNew: true };
  }

  get(from, clientId) {
    return this.#byKey.get(`${from}:${clientId}`);
  }

  /** @returns {readonly object[]} in the order to show */
  get list() {
    if (!this.#sorted) {
      this.#list = [...this.#list].sort(compare);
      this.#sorted = true;
    }
    return this.#list;
  }

  /** The lowest seq that is here, or null. */
  get oldest() {
    return this.list.find((message) => message.seq)?.seq ?? null;
  }

  /** Moves the head over what follows it without a hole. Returns whether there is a hole. */
  follow(to = this.head) {
    this.head = Math.max(this.head, to);
    while (this.#beyond.has(this.head + 1)) this.head += 1;
    for (const seq of this.#beyond) if (seq <= this.head) this.#beyond.delete(seq);
    return this.#beyond.size > 0;
  }

  /**
   * What one reply to `room.sync` says, its messages added. Returns whether there is more to ask for.
   *
   * @param {{messages: object[], more: boolean, room: {last_seq: number, removed_seq: number}}} page
   * @param {number} since what was asked
   */
  onPage({ messages, more, room }, since) {
    if (since === 0) this.hasOlder = more;
    this.#forget(room.removed_seq);
    const last = messages.at(-1)?.seq;
    // Without messages nothing is left above `since`: what is missing was erased.
    this.follow(last ?? room.last_seq);
    return this.head < room.last_seq;
  }

  /**
   * Sets the states of our own messages. Returns whether one changed.
   *
   * @param {object[]} readers whose marks count
   * @param {(clientId: string) => {failed: boolean} | undefined} pending of the outbox
   */
  refresh(readers, pending) {
    const readSeq = Math.max(0, ...readers.map((person) => person.read_seq));
    const arrivedSeq = Math.max(0, ...readers.map((person) => person.delivered_seq));
    let changed = false;
    for (const message of this.list) {
      if (!message.own) continue;
      const status = statusOf(message, pending(message.client_id), readSeq, arrivedSeq);
      changed ||= status !== message.status;
      message.status = status;
    }
    return changed;
  }

  #number(message, incoming) {
    Object.assign(message, incoming);
    this.#unnumbered = this.#unnumbered.filter((other) => other !== message);
    this.#sorted = false;
  }

  /** What the server keeps no longer. */
  #forget(upTo = 0) {
    this.#list = this.list.filter((message) => {
      const stays = !message.seq || message.seq > upTo;
      if (!stays) this.#byKey.delete(keyOf(message));
      return stays;
    });
  }

  /** A peer may send for ever what the server never sees. */
  #forgetOldest(message) {
    this.#unnumbered.push(message);
    if (this.#unnumbered.length <= MAX_UNNUMBERED) return;
    const oldest = this.#unnumbered.shift();
    this.#byKey.delete(keyOf(oldest));
    this.#list = this.#list.filter((other) => other !== oldest);
  }
}

function statusOf({ seq, isSent, isDelivered }, entry, readSeq, arrivedSeq) {
  if (entry?.failed) return "failed";
  if (seq && seq <= readSeq) return "read";
  if (isDelivered && !entry) return "delivered";
  if (seq && seq <= arrivedSeq) return "delivered";
  return entry && !seq && !isSent ? "sending" : "sent";
}

function keyOf({ from, client_id: clientId }) {
  return `${from}:${clientId}`;
}

function compare(a, b) {
  return (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.order - b.order;
}
