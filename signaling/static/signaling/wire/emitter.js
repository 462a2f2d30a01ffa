/** An EventTarget that says `emit(type, detail)` and tells changes at most once per microtask. */
export class Emitter extends EventTarget {
  #changed = new Set();

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Leads to one `change` event (detail: Set of what was touched in this turn). */
  touch(what) {
    if (!what) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#tell());
    this.#changed.add(what);
  }

  /** The last moment to bring things up to date, and to touch more. */
  beforeChange() {}

  #tell() {
    this.beforeChange();
    const changed = this.#changed;
    this.#changed = new Set();
    this.emit("change", changed);
  }
}
