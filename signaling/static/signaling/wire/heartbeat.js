import { wire } from "./protocol.js";

/** Asks the server now and then whether the socket is alive; first at a random moment. */
export class Heartbeat {
  #onDead;
  #ping;
  #random;
  #running = false;
  #timer;

  /**
   * @param {(timeoutMs: number) => Promise<object>} ping
   * @param {() => void} onDead called when a ping was not answered in time
   * @param {() => number} random
   */
  constructor(ping, onDead, random) {
    this.#ping = ping;
    this.#onDead = onDead;
    this.#random = random;
  }

  start() {
    this.#running = true;
    this.#schedule(this.#random() * wire.ping_ms);
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /**
   * The next ping is scheduled by the reply to this one, not by a timer: browsers slow chains of
   * timers in hidden pages down to one a minute, and presence lasts 45 s.
   *
   * @param {number} [deadlineMs]
   */
  async beat(deadlineMs = wire.reply_ms) {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    try {
      await this.#ping(deadlineMs);
    } catch (error) {
      if (error.code === "timeout") this.#onDead();
    }
    this.#schedule(wire.ping_ms);
  }

  #schedule(delayMs) {
    clearTimeout(this.#timer);
    if (this.#running) this.#timer = setTimeout(() => this.beat(), delayMs);
  }
}
