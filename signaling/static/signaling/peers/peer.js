import { Channel } from "./channel.js";
import { Emitter } from "../wire/emitter.js";
import { Negotiation } from "./negotiation.js";
import { PathWatch } from "./stats.js";
import { Timers } from "../wire/timers.js";

const ICE_BUDGET_MS = 5_000;
const GIVE_UP_MS = 15_000;
const DISCONNECTED_MS = 4_000;
const HELLO_AFTER_MS = 1_500;
const MAX_RESTARTS = 3;
const MAX_REBUILDS = 1;
const MAX_BEGINS = 10; // without an open channel in between: a hostile peer may ask for ever
const MAX_EPOCH = 2 ** 31 - 1;

/**
 * One RTCPeerConnection at a time towards one remote connection, and its data channel.
 *
 * Perfect negotiation, but only the impolite side opens an attempt, so that glare is the exception.
 * An attempt has an `epoch` above 0; signals of another epoch are dropped, a higher offer replaces
 * our attempt, a lower one shows that the other page lost its state (reload): we start a new one.
 * `epoch: 0, candidate: null` says the same without an offer: "hello, I have nothing".
 *
 * Events: `open`, `frame` (detail: an object), `down` (text must go by the server; may open again),
 * `budget` (5 s without a channel), `path` (detail: {path, rtt_ms}), `failed` (gave up).
 */
export class Peer extends Emitter {
  #begins = 0;
  #chain = Promise.resolve();
  #channel = null;
  #closed = false;
  #epoch = 0;
  #negotiation = null;
  #options;
  #pathWatch = null;
  #pc = null;
  #rebuilds = 0;
  #restarts = 0;
  #timers = new Timers();
  #up = false;

  /**
   * @param {object} options
   * @param {(config: RTCConfiguration) => RTCPeerConnection} options.createPeerConnection
   * @param {() => Promise<RTCIceServer[]>} options.iceServers fresh ones: credentials expire
   * @param {boolean} options.relayOnly
   * @param {boolean} options.polite
   * @param {(signal: object) => void} options.sendSignal
   */
  constructor(options) {
    super();
    this.#options = options;
  }

  get isOpen() {
    return this.#up;
  }

  /** Tries, or tries again after it gave up. */
  start() {
    if (this.#closed || this.#up || this.#timers.size > 0) return;
    this.#resetCounts();
    this.#timers.start("budget", ICE_BUDGET_MS, () => this.#onBudget());
    if (!this.#options.polite) this.#enqueue(() => this.#begin(this.#epoch + 1, true));
    else this.#timers.start("hello", HELLO_AFTER_MS, () => this.#signal({ candidate: null }, 0));
  }

  /** @param {{epoch?: number, description?: object, candidate?: object | null}} signal */
  receive(signal) {
    this.#enqueue(() => this.#onSignal(signal));
  }

  /** Returns whether the data channel took it. */
  send(frame) {
    return this.#up && this.#channel.send(frame);
  }

  close() {
    this.#closed = true;
    this.#teardown();
  }

  #enqueue(step) {
    const guarded = () => (this.#closed ? undefined : step());
    this.#chain = this.#chain.then(guarded).catch(() => this.#rebuild());
  }

  async #onSignal({ epoch = this.#epoch || 1, description, candidate }) {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch > MAX_EPOCH) return;
    const isOffer = description?.type === "offer";
    if (epoch === 0 || (epoch < this.#epoch && isOffer)) {
      await this.#begin(this.#epoch + 1, true);
      return;
    }
    if (epoch > this.#epoch && isOffer) await this.#begin(epoch, false);
    if (epoch !== this.#epoch || !this.#negotiation) return;
    if (description) await this.#negotiation.onDescription(description);
    else if (candidate) await this.#negotiation.onCandidate(candidate);
  }

  async #begin(epoch, offering) {
    this.#begins += 1;
    if (this.#begins > MAX_BEGINS) {
      this.#giveUp();
      return;
    }
    this.#teardown();
    this.#epoch = epoch;
    this.#timers.start("budget", ICE_BUDGET_MS, () => this.#onBudget());
    const config = await this.#config();
    if (!this.#closed) this.#build(config, offering);
  }

  async #config() {
    const iceTransportPolicy = this.#options.relayOnly ? "relay" : "all";
    return { iceServers: await this.#options.iceServers(), iceTransportPolicy };
  }

  #build(config, offering) {
    const pc = this.#options.createPeerConnection(config);
    const signal = (data) => this.#signal(data);
    const negotiation = new Negotiation(pc, { polite: this.#options.polite, offering, signal });
    this.#pc = pc;
    this.#negotiation = negotiation;
    pc.onnegotiationneeded = () => {
      this.#enqueue(() => (negotiation === this.#negotiation ? negotiation.offer() : undefined));
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) signal({ candidate: candidate.toJSON?.() ?? candidate });
    };
    pc.oniceconnectionstatechange = () => this.#onIceState(pc.iceConnectionState);
    this.#listen(new Channel(pc.createDataChannel("doorbell", { negotiated: true, id: 0 })));
  }

  #listen(channel) {
    this.#channel = channel;
    channel.addEventListener("open", () => this.#onUp());
    channel.addEventListener("close", () => this.#onChannelClose());
    channel.addEventListener("frame", ({ detail }) => this.emit("frame", detail));
  }

  #signal(data, epoch = this.#epoch) {
    this.#options.sendSignal({ epoch, ...data });
  }

  #onIceState(state) {
    if (state === "connected" || state === "completed") {
      this.#timers.stop("recover");
      if (this.#channel.isOpen) this.#onUp();
    } else if (state === "disconnected") {
      this.#timers.start("recover", DISCONNECTED_MS, () => this.#recover());
    } else if (state === "failed") {
      this.#recover();
    }
  }

  #onUp() {
    this.#resetCounts();
    if (this.#up) return;
    this.#timers.stopAll();
    this.#up = true;
    this.emit("open");
    this.#pathWatch = new PathWatch(this.#pc, (found) => this.emit("path", found));
  }

  #onDown() {
    this.#pathWatch?.stop();
    if (!this.#up) return;
    this.#up = false;
    this.emit("down");
  }

  #onBudget() {
    this.emit("budget");
    this.#timers.start("giveUp", GIVE_UP_MS - ICE_BUDGET_MS, () => {
      if (this.#pc?.remoteDescription) this.#recover();
      else this.#giveUp(); // nobody answered
    });
  }

  /** Text goes by the server at once; the connection gets its chances in the background. */
  #recover() {
    this.#onDown();
    this.#timers.stop("giveUp");
    if (this.#restarts >= MAX_RESTARTS) {
      this.#rebuild();
      return;
    }
    this.#restarts += 1;
    this.#enqueue(() => this.#restartIce(this.#pc));
    this.#timers.start("recover", ICE_BUDGET_MS, () => this.#recover());
  }

  async #restartIce(pc) {
    const config = await this.#config();
    if (!pc || pc !== this.#pc) return;
    pc.setConfiguration?.(config);
    this.#negotiation.offering = true;
    pc.restartIce();
  }

  #rebuild() {
    if (this.#closed) return;
    this.#onDown();
    this.#timers.stop("recover");
    if (this.#rebuilds >= MAX_REBUILDS) {
      this.#giveUp();
      return;
    }
    this.#rebuilds += 1;
    this.#restarts = 0;
    this.#enqueue(() => this.#begin(this.#epoch + 1, true));
  }

  /** A reloaded page says hello, one that is gone leaves; else somebody must start again. */
  #onChannelClose() {
    this.#onDown();
    this.#timers.start("recover", DISCONNECTED_MS, () => this.#rebuild());
  }

  #giveUp() {
    this.#teardown();
    this.emit("failed");
  }

  #resetCounts() {
    this.#begins = 0;
    this.#restarts = 0;
    this.#rebuilds = 0;
  }

  #teardown() {
    this.#timers.stopAll();
    this.#onDown();
    const [pc, channel] = [this.#pc, this.#channel];
    this.#pc = null;
    this.#channel = null;
    this.#negotiation = null;
    channel?.close();
    if (!pc) return;
    pc.onnegotiationneeded = null;
    pc.onicecandidate = null;
    pc.oniceconnectionstatechange = null;
    pc.close();
  }
}
