import { showToast } from "../../accounts/toasts.js";
import { initials } from "../base/format.js";

const FORMS = ["release-form", "close-form", "reopen-form"];

/** The bar above the open conversation: whose it is, is the guest there, close, reopen, let through. */
export class RoomPane {
  #inbox;
  #id = null;
  #root;
  #texts;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {import("../../signaling/conversation/inbox.js").Inbox} options.inbox
   * @param {object} options.texts
   */
  constructor({ root, inbox, texts }) {
    this.#inbox = inbox;
    this.#root = root;
    this.#texts = texts;
    for (const role of FORMS) {
      this.#part(role).addEventListener("submit", (event) => this.#submit(event));
    }
  }

  /** @param {string | null} id */
  show(id) {
    this.#id = id;
    this.#root.dataset.pane = id ? "room" : "list";
    this.#part("room-view").hidden = !id;
    this.#part("nothing").hidden = Boolean(id);
    for (const role of FORMS) {
      this.#part(role).action = `${this.#root.dataset.url}/${id}/${role.split("-")[0]}`;
    }
  }

  /** @param {object} room a summary, as in the list; `left` names the line if its guest is gone */
  describe(room) {
    const { name, property_name: property, link_label: label, online } = room;
    this.#part("room-name").textContent = name;
    this.#part("room-initials").textContent = initials(name);
    this.#part("room-view").dataset.online = online;
    const presence = online ? this.#texts.online : this.#texts.offline;
    this.#part("room-sub").textContent = [presence, property, label].filter(Boolean).join(" · ");
    this.#showStatus(room.status);
    const line = this.#part("left");
    line.hidden = !room.left;
    line.textContent = room.left ? this.#texts[room.left] : "";
  }

  #showStatus(status) {
    this.#part("room-view").dataset.status = status;
    this.#part("release-form").hidden = status !== "quarantine";
    this.#part("close-form").hidden = status === "closed";
    this.#part("reopen-form").hidden = status !== "closed";
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const { wanted, done } = form.dataset;
    const id = this.#id;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const { status } = await post(form);
      if (id === this.#id) this.#showStatus(status);
      showToast(status === wanted ? this.#texts[done] : this.#texts.reopen_refused);
    } catch {
      showToast(this.#texts.failed, { bad: true });
    } finally {
      button.disabled = false;
    }
  }

  #part(role) {
    return this.#root.querySelector(`[data-role=${role}]`);
  }
}

async function post(form) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json" },
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
