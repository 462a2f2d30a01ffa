/** Asks for what is missing, one page after the other, never twice at the same time. */
export class CatchUp {
  #again = false;
  #apply;
  #ask;
  #running = null;
  #timeline;

  /**
   * @param {object} options
   * @param {import("./timeline.js").Timeline} options.timeline
   * @param {(data: object) => Promise<object>} options.ask as `room.sync`
   * @param {(page: object, since: number) => boolean} options.apply whether there is more
   */
  constructor({ timeline, ask, apply }) {
    this.#timeline = timeline;
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

  /** The page above the oldest message. Resolves with how many came. */
  async runBack(receive) {
    const { oldest, hasOlder } = this.#timeline;
    if (!oldest || !hasOlder) return 0;
    const page = await this.#ask({ since: 0, before: oldest });
    this.#timeline.hasOlder = page.more;
    page.messages.forEach(receive);
    return page.messages.length;
  }

  async #loop() {
    for (let more = true; more || this.#again; ) {
      this.#again = false;
      const since = this.#timeline.head;
      const page = await this.#ask({ since });
      more = this.#apply(page, since) && this.#timeline.head > since;
    }
  }
}
