import { Messages } from "./messages.js";

/**
 * The messages of one room with the states of our own, and what is known to be missing.
 */
export class Timeline {
  #messages = new Messages();

  /** Whether older messages exist than those loaded. */
  hasOlder = false;

  get list() {
    return this.#messages.list;
  }

  get head() {
    return this.#messages.head;
  }

  get oldest() {
    return this.#messages.oldest;
  }

  get(from, clientId) {
    return this.#messages.get(from, clientId);
  }

  /** @returns {{message: object, isNew: boolean}} */
  add(incoming) {
    return this.#messages.add(incoming);
  }

  /** A message of the socket. Returns whether messages before it are missing. */
  follow() {
    return this.#messages.advance();
  }

  /**
   * What one reply to `room.sync` says, its messages added. Returns whether there is more to ask for.
   *
   * @param {{messages: object[], more: boolean, room: {last_seq: number}}} page
   * @param {number} since what was asked
   */
  onPage({ messages, more, room }, since) {
    if (since === 0) this.hasOlder = more;
    const last = messages.at(-1)?.seq;
    // Without messages nothing is left above `since`: what is missing was erased.
    this.#messages.advance(last ?? room.last_seq);
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
}

function statusOf({ seq, isSent, isDelivered }, entry, readSeq, arrivedSeq) {
  if (entry?.failed) return "failed";
  if (seq && seq <= readSeq) return "read";
  if (isDelivered && !entry) return "delivered";
  if (seq && seq <= arrivedSeq) return "delivered";
  return entry && !seq && !isSent ? "sending" : "sent";
}
