import { backoff } from "../wire/backoff.js";
import { CommandError } from "../wire/replies.js";
import { Timers } from "../wire/timers.js";

const CONFIRM_MS = 3_000; // a channel that does not confirm by then is helped by the server
const REVIEW_MS = 1_000;
const REPEAT_MS = 10_000;
const AWAY = ["disconnected", "not_connected"];

/**
 * What a delivery needs of its room.
 *
 * @typedef {object} Way
 * @property {(data: object) => Promise<object>} post as `message.post`
 * @property {() => object[]} others everybody else who is present
 * @property {(frame: object) => void} broadcast over every open data channel
 * @property {(person: object) => boolean} isDirect whether every tab of theirs has a channel
 * @property {(entry: object, reply: {seq: number | null, at: number}) => void} onSent
 * @property {(entry: {client_id: string}) => void} onDelivered enough peers have confirmed it
 * @property {(entry: object, error: CommandError) => void} onFailed
 * @property {(entry: object, error: CommandError) => void} onHeld a limit is in the way for a while
 */

/** Storage `keep`: the server is the ledger, the data channels are only faster. */
export class StoredDelivery {
  #attempt = 0;
  #busy = false;
  #outbox;
  #timers = new Timers();
  #way;

  /** @param {Way} way */
  constructor(outbox, way) {
    this.#outbox = outbox;
    this.#way = way;
  }

  push(entry) {
    this.#way.broadcast(toFrame(entry));
    this.flush();
  }

  /** One after the other, so that a refusal "later" does not change the order. */
  async flush() {
    if (this.#busy) return;
    this.#busy = true;
    this.#timers.stopAll();
    const next = () => this.#outbox.entries.find((entry) => !entry.failed);
    for (let entry = next(), ok = true; entry && ok; entry = next()) ok = await this.#post(entry);
    this.#busy = false;
  }

  /** A peer has it; it stays unsent until the server has it too. */
  confirm(from, clientId) {
    this.#way.onDelivered({ client_id: clientId });
  }

  review() {}

  stop() {
    this.#timers.close();
  }

  async #post(entry) {
    try {
      const reply = await this.#way.post({ client_id: entry.client_id, body: entry.body });
      this.#attempt = 0;
      this.#outbox.remove(entry.client_id);
      this.#way.onSent(entry, reply);
    } catch (error) {
      if (isRetried(error, this.#way, entry)) return this.#later(entry, error);
    }
    return true;
  }

  #later(entry, error) {
    if (AWAY.includes(error.code)) return false; // the sync after the next open flushes
    this.#attempt += 1;
    if (error.limit) this.#way.onHeld(entry, error);
    const delayMs = error.retryAfterMs ?? backoff(this.#attempt);
    this.#timers.start("flush", delayMs, () => this.flush());
    return false;
  }
}

/**
 * Storage `none`: nobody keeps it, so it stays here until enough peers have confirmed it. The server
 * helps with everything once the oldest of it is due: channels keep the order, so what came after a
 * text that got stuck is stuck, too.
 */
export class PassedDelivery {
  #confirmed = new Map(); // client_id → participants
  #due = new Map(); // client_id → when the server helps (again)
  #outbox;
  #timers = new Timers();
  #way;

  /** @param {Way} way */
  constructor(outbox, way) {
    this.#outbox = outbox;
    this.#way = way;
  }

  push(entry) {
    this.#way.broadcast(toFrame(entry));
    this.#pass(entry, this.#way.isDirect);
    this.#due.delete(entry.client_id); // of an earlier try
    this.#wait([entry], CONFIRM_MS);
  }

  /** Everything unconfirmed once more, and by the server: a channel had its chance. */
  async flush() {
    const waiting = this.#waiting();
    this.#due.clear();
    this.#wait(waiting, REPEAT_MS);
    await Promise.all(waiting.map((entry) => this.#pass(entry, () => false)));
  }

  confirm(from, clientId) {
    const entry = this.#outbox.get(clientId);
    if (!entry) return;
    this.#who(entry).add(from);
    this.#settle(entry);
  }

  /** Somebody came or left. */
  review() {
    this.#wait(this.#waiting().filter((entry) => !this.#settle(entry)), REVIEW_MS);
  }

  stop() {
    this.#timers.close();
  }

  #waiting() {
    return this.#outbox.entries.filter((entry) => !entry.failed);
  }

  /** Makes these due by then, if they are not due earlier. */
  #wait(entries, delayMs) {
    const at = Date.now() + delayMs;
    for (const { client_id: id } of entries) {
      this.#due.set(id, Math.min(at, this.#due.get(id) ?? Infinity));
    }
    this.#schedule();
  }

  #schedule() {
    const first = Math.min(...this.#due.values());
    if (first < Infinity) this.#timers.start("help", first - Date.now(), () => this.flush());
  }

  async #pass(entry, isDirect) {
    const missing = this.#missing(entry);
    const to = missing.filter((person) => !isDirect(person)).map((person) => person.participant);
    if (to.length < missing.length) this.#way.onSent(entry, { seq: null, at: entry.at });
    if (to.length === 0) return;
    try {
      const { client_id, body } = entry;
      const reply = await this.#way.post({ client_id, body, to });
      if (reply.reached?.length) this.#way.onSent(entry, { seq: null, at: reply.at });
    } catch (error) {
      if (isRetried(error, this.#way, entry) && error.limit) this.#way.onHeld(entry, error);
    }
  }

  #settle(entry) {
    if (this.#who(entry).size === 0 || this.#missing(entry).length > 0) return false;
    this.#outbox.remove(entry.client_id);
    this.#confirmed.delete(entry.client_id);
    this.#due.delete(entry.client_id);
    this.#schedule();
    this.#way.onDelivered(entry);
    return true;
  }

  #missing(entry) {
    const confirmed = this.#who(entry);
    return this.#way.others().filter((person) => !confirmed.has(person.participant));
  }

  #who({ client_id: clientId }) {
    if (!this.#confirmed.has(clientId)) this.#confirmed.set(clientId, new Set());
    return this.#confirmed.get(clientId);
  }
}

function toFrame({ client_id, body }) {
  return { k: "msg", client_id, body };
}

/** Whether the same frame may work later; a refusal for good is told. */
function isRetried(error, way, entry) {
  if (!(error instanceof CommandError)) throw error;
  if (!error.temporary) way.onFailed(entry, error);
  return error.temporary;
}
