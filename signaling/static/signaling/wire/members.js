import { backoff, sleep } from "./backoff.js";
import { CommandError } from "./replies.js";

/** Those who keep state over a client's socket: synced after every open, named in every ping. */
export class Members {
  #all = new Set();
  #random;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  add(member) {
    this.#all.add(member);
  }

  remove(member) {
    this.#all.delete(member);
  }

  /** @param {() => boolean} isCurrent false once the socket is gone */
  syncAll(isCurrent) {
    return Promise.all([...this.#all].map((member) => this.sync(member, isCurrent)));
  }

  /** Tries until the server answers; a refusal for good is the member's own business. */
  async sync(member, isCurrent) {
    for (let attempt = 0; isCurrent() && this.#all.has(member); attempt += 1) {
      try {
        await member.sync();
        return;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        if (!error.temporary) return;
        await sleep(error.retryAfterMs ?? backoff(attempt, this.#random));
      }
    }
  }

  /** @returns {Record<string, number>} the last seq by room */
  heads() {
    return Object.fromEntries([...this.#all].map((member) => member.head).filter(Boolean));
  }

  /** @param {Record<string, number>} heads as the server answered */
  onHeads(heads) {
    for (const member of this.#all) {
      const seq = member.head && heads?.[member.head[0]];
      if (Number.isInteger(seq)) member.onHead(seq);
    }
  }
}
