import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from "../wire/protocol.js";
import { Timers } from "../wire/timers.js";

/** Who types, both ways: tells at most every 4 s, believes for 6 s. */
export class Typing {
  #onChange;
  #saidAt = -Infinity;
  #send;
  #timers = new Timers();

  /** Participants who type now. */
  who = new Set();

  /**
   * @param {(on: boolean) => void} send
   * @param {() => void} onChange
   */
  constructor(send, onChange) {
    this.#send = send;
    this.#onChange = onChange;
  }

  /** This page's person typed, or stopped. */
  say(on) {
    if (on && Date.now() - this.#saidAt < TYPING_REPEAT_MS) return;
    if (!on && this.#saidAt === -Infinity) return;
    this.#saidAt = on ? Date.now() : -Infinity;
    this.#send(on);
  }

  /** Somebody else typed, or stopped. */
  hear(from, on) {
    const known = this.who.has(from);
    if (on) {
      this.who.add(from);
      this.#timers.start(from, TYPING_EXPIRY_MS, () => this.hear(from, false));
    } else {
      this.who.delete(from);
      this.#timers.stop(from);
    }
    if (known !== on) this.#onChange();
  }

  /** Ends it for those who are not here any more. */
  keep(isHere) {
    for (const from of this.who) if (!isHere(from)) this.hear(from, false);
  }

  /** A message was posted: what follows is a new burst. */
  posted() {
    this.#saidAt = -Infinity;
  }

  stop() {
    this.#timers.stopAll();
    this.who.clear();
  }
}
