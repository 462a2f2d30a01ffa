import { RoomRows } from "./rows.js";

const DOTS = { connecting: "warn", open: "ok", waiting: "warn", closed: "bad" };

/** The pane with the rooms: filter, rows, empty states, the connection in words. */
export class ListPane {
  #inbox;
  #root;
  #selected = null;
  #texts;
  #waiting = false;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {import("../../signaling/conversation/inbox.js").Inbox} options.inbox
   * @param {object} options.texts
   * @param {import("./date-formats.js").DateFormats} options.dates
   * @param {import("./attention.js").Attention} options.attention
   * @param {(id: string | null) => void} options.onPick
   */
  constructor({ root, inbox, texts, dates, attention, onPick }) {
    this.#inbox = inbox;
    this.#root = root;
    this.#texts = texts;
    this.rows = new RoomRows({ root, texts, dates, attention });
    this.#part("room-list").addEventListener("click", (event) => {
      const link = event.target.closest("[data-role=room]");
      if (link && isPlain(event)) onPick(link.dataset.room, event.preventDefault());
    });
    for (const link of root.querySelectorAll("[data-filter]")) {
      link.addEventListener("click", (event) => isPlain(event) && this.#filter(link, event));
    }
    this.#part("more").addEventListener("click", () => this.#loadMore());
    inbox.addEventListener("change", () => this.render());
    inbox.addEventListener("state", () => this.renderState());
  }

  /** @param {string | null} room whose row is the current one */
  mark(room) {
    this.#selected = room;
    this.render();
  }

  render() {
    const { rooms, status, hasMore } = this.#inbox;
    const count = this.#part("quarantined");
    count.textContent = String(this.#inbox.quarantined);
    count.hidden = this.#inbox.quarantined === 0;
    this.rows.show(rooms, this.#selected);
    this.#part("skeletons").hidden = !this.#waiting;
    this.#part("none").hidden = rooms.length > 0 || this.#waiting;
    this.#part("none-title").textContent = this.#texts[`none_${status}`];
    this.#part("none-text").textContent = this.#texts[`none_${status}_text`];
    this.#part("more").hidden = !hasMore || this.#waiting;
    const offersLink = rooms.length === 0 && status === "open" && !this.#waiting;
    this.#root.toggleAttribute("data-empty", offersLink && this.#part("first-link") !== null);
  }

  renderState() {
    const state = { idle: "connecting", syncing: "connecting" }[this.#inbox.state] ?? this.#inbox.state;
    if (this.#root.dataset.state === state) return;
    this.#root.dataset.state = state;
    this.#part("state-text").textContent = this.#texts[`state_${state}`];
    this.#part("state").querySelector(".dot").className = `dot ${DOTS[state]}`;
  }

  async #filter(link, event) {
    event.preventDefault();
    const status = link.dataset.filter;
    this.#root.dataset.status = status;
    for (const other of this.#root.querySelectorAll("[data-filter]")) {
      other.toggleAttribute("aria-current", false);
    }
    link.setAttribute("aria-current", "true");
    await this.#wait(this.#inbox.show(status));
  }

  async #loadMore() {
    await this.#wait(this.#inbox.loadMore());
  }

  /** Skeletons while a page of rooms is on its way; without a socket the next open brings it. */
  async #wait(work) {
    this.#waiting = true;
    this.render();
    try {
      await work;
    } catch {
      // The state line says that we are offline.
    } finally {
      this.#waiting = false;
      this.render();
    }
  }

  #part(role) {
    return this.#root.querySelector(`[data-role=${role}]`);
  }
}

/** Clicks with a modifier open a tab of their own, as links do. */
function isPlain(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}
