const MAX_UNNUMBERED = 2_000; // kept of what peers sent and the server never numbered

/**
 * The messages of a room, each once, ordered by seq and then by arrival here.
 *
 * A message: `{client_id, from, body, at, seq, own, status, order}`; `seq` is null until the server
 * numbered it (for ever with storage `none`); `status` is null for messages of others.
 */
export class Messages {
  #byKey = new Map();
  #list = [];
  #order = 0;
  #sorted = true;
  #unnumbered = [];
  #beyond = new Set(); // seqs above a hole

  /** The last seq up to which nothing is missing. */
  head = 0;

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
  advance(to = this.head) {
    this.head = Math.max(this.head, to);
    while (this.#beyond.has(this.head + 1)) this.head += 1;
    for (const seq of this.#beyond) if (seq <= this.head) this.#beyond.delete(seq);
    return this.#beyond.size > 0;
  }

  #number(message, { seq, at }) {
    Object.assign(message, { seq, at });
    this.#unnumbered = this.#unnumbered.filter((other) => other !== message);
    this.#sorted = false;
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

function keyOf({ from, client_id: clientId }) {
  return `${from}:${clientId}`;
}

function compare(a, b) {
  return (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.order - b.order;
}
