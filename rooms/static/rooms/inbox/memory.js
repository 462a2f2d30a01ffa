/** Small choices that outlive the page; where the browser keeps nothing they live as long as it. */
export class Memory {
  #kept = new Map();
  #storage;

  /** @param {() => Storage} open throws where storage is forbidden */
  constructor(open) {
    try {
      this.#storage = open();
    } catch {
      this.#storage = null;
    }
  }

  /** The storage itself, for parts that guard their own access; may be null. */
  get storage() {
    return this.#storage;
  }

  read(key) {
    try {
      return this.#kept.get(key) ?? this.#storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  write(key, value) {
    this.#kept.set(key, value);
    try {
      this.#storage?.setItem(key, value);
    } catch {
      // Full: memory has to do.
    }
  }
}
