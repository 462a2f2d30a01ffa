/** Asks for what is missing, one page after the other, never twice at the same time. */
export class CatchUp {
  #again = false;
  #apply;
  #ask;
  #head;
  #running = null;

  /**
   * @param {object} options
   * @param {() => number} options.head the last seq without a hole
   * @param {(since: number) => Promise<object>} options.ask as `room.sync`
   * @param {(page: object, since: number) => boolean} options.apply whether there is more
   */
  constructor({ head, ask, apply }) {
    this.#head = head;
    this.#ask = ask;
    this.#apply = apply;
  }

  /** A call while one runs makes that one look once more. Rejects with CommandError. */
  run() {
    if (this.#running) this.#again = true;
    this.#running ??= this.#loop().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #loop() {
    for (let more = true; more || this.#again; ) {
      this.#again = false;
      const since = this.#head();
      const page = await this.#ask(since);
      more = this.#apply(page, since) && this.#head() > since;
    }
  }
}
