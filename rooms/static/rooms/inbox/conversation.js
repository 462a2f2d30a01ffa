import { showToast } from "../../accounts/toasts.js";
import { ConversationView } from "../conversations/view.js";

/** The one conversation that is open: watched over the page's socket, shown beside the list. */
export class OpenRoom {
  #conversation = null;
  #details;
  #facts = null;
  #id = null;
  #inbox;
  #known; // facts the page came with
  #onGone;
  #page;
  #pane;
  #root;
  #storage;
  #view = null;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {import("../../signaling/conversation/inbox.js").Inbox} options.inbox
   * @param {object} options.page what the page was rendered with
   * @param {import("./details.js").Details} options.details
   * @param {import("./room.js").RoomPane} options.roomPane
   * @param {Storage | null} options.storage for drafts
   * @param {() => void} options.onGone the room is not ours any more
   */
  constructor({ root, inbox, page, details, roomPane, storage, onGone }) {
    this.#details = details;
    this.#inbox = inbox;
    this.#known = page.details;
    this.#onGone = onGone;
    this.#page = page;
    this.#pane = roomPane;
    this.#root = root;
    this.#storage = storage;
  }

  /** @param {string | null} id */
  show(id) {
    if (id === this.#id) return;
    this.#leave();
    this.#id = id;
    this.#pane.show(id);
    if (id) this.#enter(id);
  }

  /** Somebody came into the room: what is known of its guests and visits is old. */
  async learnAgain() {
    const id = this.#id;
    const facts = id && (await fetchFacts(this.#address(id)));
    if (facts && id === this.#id) this.#take(facts);
  }

  /** Says anew whose room it is and who is there. */
  refresh() {
    if (!this.#id) return;
    const { self, participants } = this.#conversation;
    const others = [...participants.values()].filter((one) => one.participant !== self?.participant);
    this.#details.showPeople(others);
    const summary = this.#inbox.get(this.#id) ?? this.#facts?.room;
    if (!summary) return;
    const guests = others.filter((one) => one.kind === "guest");
    const online = self ? guests.some((one) => one.connections.length > 0) : summary.online;
    const inside = this.#conversation.room?.status ?? summary.status;
    // Inside, a room in quarantine reads as open.
    const status = inside === "open" && summary.status === "quarantine" ? "quarantine" : inside;
    this.#pane.describe({ ...summary, online, status, left: this.#describeLeft(summary, online) });
  }

  /** Which line says that the guest left without a word, if they did. */
  #describeLeft(summary, online) {
    const { messages, policies } = this.#conversation;
    if (summary.begun || summary.online || online || messages.length > 0) return null;
    return policies?.storage === "none" ? "left_unstored" : "left";
  }

  #enter(id) {
    const conversation = this.#inbox.open(id);
    this.#conversation = conversation;
    conversation.addEventListener("change", () => id === this.#id && this.refresh());
    conversation.addEventListener("gone", () => id === this.#id && this.#lose());
    this.#view = new ConversationView({
      container: this.#root.querySelector("[data-role=conversation]"),
      conversation,
      phrases: this.#page.phrases,
      language: this.#page.language,
      storage: this.#storage,
      files: this.#describeFiles(id),
      onReopen: () => this.#root.querySelector("[data-role=reopen-form]").requestSubmit(),
    });
    this.#view.openDraft(id);
    // Not on a phone: the keyboard would cover what one came to read.
    if (window.matchMedia("(pointer: fine)").matches) this.#view.focus();
    this.#learn(id);
  }

  #describeFiles(id) {
    const { value: token } = this.#root.querySelector("[name=csrfmiddlewaretoken]");
    return {
      ...this.#page.files,
      url: `${this.#root.dataset.url}/${id}/files`,
      headers: { "X-CSRFToken": token },
      address: ({ url }) => url,
    };
  }

  #leave() {
    if (!this.#id) return;
    this.#view.stop();
    this.#inbox.close(this.#id);
    this.#conversation = null;
    this.#facts = null;
    this.#view = null;
  }

  async #learn(id) {
    const known = this.#known?.room.id === id ? this.#known : null;
    this.#known = null;
    this.#take(known);
    if (!known) await this.learnAgain();
  }

  #address(id) {
    return `${this.#root.dataset.url}/${id}/details`;
  }

  #take(facts) {
    this.#facts = facts;
    this.#details.show(facts);
    this.refresh();
  }

  #lose() {
    showToast(this.#page.texts.gone, { bad: true });
    this.#onGone();
  }
}

/** Null when the server does not answer; the conversation goes on without. */
async function fetchFacts(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
