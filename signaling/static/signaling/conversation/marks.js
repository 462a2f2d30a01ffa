import { MAX_CLIENT_IDS } from "../wire/protocol.js";

const DEBOUNCE_MS = 250;

/** Collects what was read and what arrived, and tells the room at most four times a second. */
export class Marks {
  #clientIds = new Set();
  #delivered = 0;
  #read = 0;
  #send;
  #sent = { read: 0, delivered: 0 };
  #timer = null;

  /** @param {(data: object) => Promise<object>} send as `message.read` */
  constructor(send) {
    this.#send = send;
  }

  read(seq) {
    this.#read = Math.max(this.#read, seq);
    this.#schedule();
  }

  delivered(seq) {
    this.#delivered = Math.max(this.#delivered, seq);
    this.#schedule();
  }

  /** Storage `none`: this message arrived. */
  confirm(clientId) {
    this.#clientIds.add(clientId);
    this.#schedule();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async flush() {
    this.stop();
    const data = this.#collect();
    if (Object.keys(data).length === 0) return;
    const sent = this.#sent;
    this.#sent = { read: this.#read, delivered: this.#delivered };
    try {
      await this.#send(data);
    } catch {
      this.#sent = sent; // again with the next mark, or after the next sync
      for (const id of data.client_ids ?? []) this.#clientIds.add(id);
    }
  }

  #collect() {
    const data = {};
    if (this.#read > this.#sent.read) data.seq = this.#read;
    if (this.#delivered > this.#sent.delivered) data.delivered_seq = this.#delivered;
    if (this.#clientIds.size > 0) {
      data.client_ids = [...this.#clientIds].slice(0, MAX_CLIENT_IDS);
      for (const id of data.client_ids) this.#clientIds.delete(id);
      if (this.#clientIds.size > 0) this.#schedule();
    }
    return data;
  }

  #schedule() {
    this.#timer ??= setTimeout(() => this.flush(), DEBOUNCE_MS);
  }
}
