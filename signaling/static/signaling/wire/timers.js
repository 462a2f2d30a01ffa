/** Timers by name: starting one again replaces it. */
export class Timers {
  #byName = new Map();
  #isClosed = false;

  get size() {
    return this.#byName.size;
  }

  start(name, delayMs, action) {
    this.stop(name);
    if (this.#isClosed) return;
    const fire = () => {
      this.#byName.delete(name);
      action();
    };
    this.#byName.set(name, setTimeout(fire, delayMs));
  }

  stop(name) {
    clearTimeout(this.#byName.get(name));
    this.#byName.delete(name);
  }

  stopAll() {
    for (const name of [...this.#byName.keys()]) this.stop(name);
  }

  /** For good: what is still under way may not start another one. */
  close() {
    this.stopAll();
    this.#isClosed = true;
  }
}
