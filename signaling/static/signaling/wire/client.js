import { backoff, retryAfter } from "./backoff.js";
import { Credentials } from "./credentials.js";
import { Emitter } from "./emitter.js";
import { Heartbeat } from "./heartbeat.js";
import { Members } from "./members.js";
import { CLOSE_CODES, PING_EVERY_BYTES, isTerminal, wire } from "./protocol.js";
import { CommandError, Replies, toCommandError } from "./replies.js";
import { Transport } from "./transport.js";

export { CommandError };

export const STATES = Object.freeze({
  IDLE: "idle",
  CONNECTING: "connecting",
  SYNCING: "syncing",
  OPEN: "open",
  WAITING: "waiting",
  CLOSED: "closed",
});

const WAKE_DEADLINE_MS = 3_000;

/**
 * The live connection of a page: one socket at a time, reopened until a terminal close code.
 *
 * Events: `state` (detail: {state, previous}), `event` (detail: the frame), `closed` (detail:
 * {code, error}; it stays away), `refused` (detail: CommandError of a `notify`).
 *
 * Whoever keeps state registers: `{sync(): Promise, head?: [room, seq] | null, onHead?(seq)}`.
 * `sync` is called after every open and on `session.resync`.
 */
export class SignalingClient extends Emitter {
  #attempt = 0;
  #bytesPinged = 0;
  #closing = null; // `session.closing` of this socket
  #credentials;
  #heartbeat;
  #isActive;
  #members;
  #openSocket;
  #opening = null; // identifies the newest try to open
  #random;
  #renewed = false; // a 4500 has already been answered with a fresh ticket
  #replies = new Replies();
  #retry;
  #state = STATES.IDLE;
  #transport = null;
  #triedInactive = false;

  /**
   * @param {object} options
   * @param {(url: string, protocols: string[]) => WebSocket} options.openSocket
   * @param {() => Promise<{ticket: string, resume?: string, ws?: string}>} options.getTicket
   *   rejects with `temporary: false` on the error when asking again is useless
   * @param {Storage | null} [options.storage] where the resume token survives a reload
   * @param {string} [options.storageKey] one per identity
   * @param {() => boolean} [options.isActive] page visible and online
   * @param {() => number} [options.random]
   */
  constructor({
    openSocket,
    getTicket,
    storage = null,
    storageKey = "doorbell:resume",
    isActive = () => true,
    random = Math.random,
  }) {
    super();
    this.#openSocket = openSocket;
    this.#credentials = new Credentials(getTicket, storage, storageKey);
    this.#isActive = isActive;
    this.#members = new Members(random);
    this.#random = random;
    this.#heartbeat = new Heartbeat((ms) => this.#ping(ms), () => this.#transport?.close(), random);
  }

  get state() {
    return this.#state;
  }

  get isConnected() {
    return this.#transport?.isOpen ?? false;
  }

  connect() {
    const { IDLE, WAITING, CLOSED } = STATES;
    if ([IDLE, WAITING, CLOSED].includes(this.#state)) this.#open();
  }

  /** Stays away until `connect()`. */
  close() {
    this.#stop({ code: null, error: null });
  }

  /** The page was shown, came back online, or its timers jumped: trust nothing. */
  wake() {
    this.#triedInactive = false;
    if (this.isConnected) {
      this.#heartbeat.beat(WAKE_DEADLINE_MS);
    } else if (this.#state === STATES.WAITING) {
      this.#attempt = 0;
      this.#open();
    }
  }

  /** Resolves with the reply; rejects with CommandError. */
  send(kind, data = {}, timeoutMs = wire.reply_ms) {
    if (!this.isConnected) {
      return Promise.reject(new CommandError("not_connected", { temporary: true }));
    }
    const { ref, promise } = this.#replies.expect(timeoutMs);
    this.#transport.send({ ref, kind, data });
    return promise;
  }

  /** Sends without asking for a reply. Returns whether there was a socket to take it. */
  notify(kind, data = {}) {
    if (!this.isConnected) return false;
    this.#transport.send({ kind, data });
    return true;
  }

  /** Calls `member.sync()` now, if connected, and after every open. */
  register(member) {
    this.#members.add(member);
    const transport = this.#transport;
    if (!this.isConnected) return Promise.resolve();
    return this.#members.sync(member, () => transport === this.#transport);
  }

  unregister(member) {
    this.#members.remove(member);
  }

  async #open() {
    clearTimeout(this.#retry);
    const opening = {};
    this.#opening = opening;
    this.#triedInactive = !this.#isActive();
    this.#setState(STATES.CONNECTING);
    try {
      const { ticket, ws } = await this.#credentials.take();
      if (opening === this.#opening) this.#attach(new Transport(this.#openSocket, ws, ticket));
    } catch (error) {
      if (opening !== this.#opening) return;
      if (error.temporary === false) this.#stop({ code: null, error });
      else this.#comeBack();
    }
  }

  #attach(transport) {
    this.#transport = transport;
    this.#bytesPinged = 0;
    this.#closing = null;
    transport.addEventListener("open", () => this.#onOpen(transport));
    transport.addEventListener("frame", (event) => this.#onFrame(transport, event.detail));
    transport.addEventListener("close", (event) => this.#onClose(transport, event.detail));
  }

  async #onOpen(transport) {
    this.#setState(STATES.SYNCING);
    this.#heartbeat.start();
    await this.#syncAll(transport);
    if (transport !== this.#transport) return;
    this.#attempt = 0;
    this.#renewed = false;
    this.#triedInactive = false;
    this.#setState(STATES.OPEN);
  }

  #syncAll(transport) {
    return this.#members.syncAll(() => transport === this.#transport);
  }

  #onFrame(transport, frame) {
    if (transport !== this.#transport) return;
    if (typeof frame.event === "string") this.#onEvent(transport, frame);
    else if (typeof frame.ref === "number") this.#onReply(frame);
    else if (frame.error) {
      this.emit("refused", toCommandError(frame.error));
    }
    if (transport.receivedBytes - this.#bytesPinged >= PING_EVERY_BYTES) this.#heartbeat.beat();
  }

  #onEvent(transport, frame) {
    if (frame.event === "session.resync") this.#syncAll(transport);
    if (frame.event === "session.closing") this.#closing = frame.data;
    this.emit("event", frame);
  }

  #onReply(frame) {
    if (typeof frame.ok?.resume === "string") this.#credentials.remember(frame.ok.resume);
    this.#replies.settle(frame);
  }

  async #ping(timeoutMs) {
    this.#bytesPinged = this.#transport.receivedBytes;
    const { received } = this.#transport;
    const data = { heads: this.#members.heads(), received };
    const reply = await this.send("ping", data, timeoutMs);
    this.#members.onHeads(reply.heads);
  }

  #onClose(transport, { code }) {
    if (transport !== this.#transport) return;
    this.#detach();
    const mayRenew = code === CLOSE_CODES.bad_ticket && !this.#renewed;
    if (mayRenew || code === CLOSE_CODES.session_replaced) this.#credentials.forget();
    if (mayRenew) this.#renewed = true;
    else if (isTerminal(code)) return this.#stop({ code, error: null });
    this.#comeBack(retryAfter(this.#closing?.retry_after_ms, this.#random));
  }

  #comeBack(askedMs = null) {
    this.#setState(STATES.WAITING);
    if (!this.#isActive() && this.#triedInactive) return; // until wake()
    const delayMs = askedMs ?? backoff(this.#attempt, this.#random);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#open(), delayMs);
  }

  #stop(detail) {
    clearTimeout(this.#retry);
    this.#opening = null;
    const transport = this.#transport;
    this.#detach();
    transport?.close();
    if (this.#state === STATES.CLOSED) return;
    this.#setState(STATES.CLOSED);
    this.emit("closed", detail);
  }

  #detach() {
    this.#transport = null;
    this.#heartbeat.stop();
    this.#replies.fail();
  }

  #setState(state) {
    const previous = this.#state;
    this.#state = state;
    if (state === previous) return;
    this.emit("state", { state, previous });
  }
}
