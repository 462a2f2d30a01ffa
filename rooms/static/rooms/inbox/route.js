/**
 * Which room the address names. Selecting pushes an entry, so the browser's back and forward
 * walk through what was looked at.
 *
 * Events: `change` (detail: the room's id or null).
 */
export class Route extends EventTarget {
  #url;

  /** @param {string} url of the inbox */
  constructor(url) {
    super();
    this.#url = url;
    window.addEventListener("popstate", () => this.#tell());
  }

  get room() {
    const { pathname } = window.location;
    return pathname.startsWith(`${this.#url}/`) ? pathname.slice(this.#url.length + 1) : null;
  }

  go(room) {
    if (room === this.room) return;
    const path = room ? `${this.#url}/${room}` : this.#url;
    window.history.pushState(null, "", path);
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change", { detail: this.room }));
  }
}
