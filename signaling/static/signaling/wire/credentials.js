import { wire } from "./protocol.js";

const DEFAULT_WS = "/ws/";

/**
 * What opens the next socket: the remembered resume token, else a fresh ticket.
 * The storage may be missing, full or forbidden (an iframe); then memory has to do.
 */
export class Credentials {
  #getTicket;
  #key;
  #memory = null;
  #storage;

  /**
   * @param {() => Promise<{ticket: string, resume?: string, ws?: string}>} getTicket
   * @param {Storage | null} storage
   * @param {string} key one per identity, else a page resumes as somebody else
   */
  constructor(getTicket, storage, key) {
    this.#getTicket = getTicket;
    this.#storage = storage;
    this.#key = key;
  }

  /** @returns {Promise<{ticket: string, ws: string}>} */
  async take() {
    const known = this.#memory ?? this.#read();
    if (known) return { ticket: known.resume, ws: known.ws };
    const answer = await withTimeout(this.#getTicket(), wire.reply_ms);
    const ws = answer.ws ?? DEFAULT_WS;
    if (answer.resume) this.remember(answer.resume, ws);
    return { ticket: answer.ticket, ws };
  }

  remember(resume, ws = this.#memory?.ws ?? DEFAULT_WS) {
    this.#memory = { resume, ws };
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#memory));
    } catch {
      // Full or forbidden: the token lives as long as the page.
    }
  }

  forget() {
    this.#memory = null;
    try {
      this.#storage?.removeItem(this.#key);
    } catch {
      // Nothing was stored then.
    }
  }

  #read() {
    try {
      const { resume, ws } = JSON.parse(this.#storage?.getItem(this.#key) ?? "null") ?? {};
      if (typeof resume !== "string" || typeof ws !== "string") return null;
      this.#memory = { resume, ws };
    } catch {
      this.#memory = null;
    }
    return this.#memory;
  }
}

function withTimeout(promise, timeoutMs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no ticket in time")), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
