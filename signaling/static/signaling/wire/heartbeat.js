import { PING_INTERVAL_MS, REPLY_TIMEOUT_MS } from "./protocol.js";

/** Asks the server every 20 s whether the socket is alive; first at a random moment. */
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
    this.#schedule(this.#random() * PING_INTERVAL_MS);
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
  async beat(deadlineMs = REPLY_TIMEOUT_MS) {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    try {
      await this.#ping(deadlineMs);
    } catch (error) {
      if (error.code === "timeout") this.#onDead();
    }
    this.#schedule(PING_INTERVAL_MS);
  }

  #schedule(delayMs) {
    clearTimeout(this.#timer);
    if (this.#running) this.#timer = setTimeout(() => this.beat(), delayMs);
  }
}
