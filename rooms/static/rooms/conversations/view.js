import { Attaching } from "../attachments/attaching.js";
import { Composer } from "./composer.js";
import { make, setText } from "../base/dom.js";
import { Clock, fill } from "../base/format.js";
import { MessagesView, announce } from "./messages-view.js";
import { ScrollKeeper } from "./scroll-keeper.js";
import { StatusView } from "./status-view.js";

/**
 * Shows a `Conversation` in a container and lets its person write. Knows no sockets.
 *
 * On the container: `data-state` as of the client, `data-path` direct, relayed or server.
 */
export class ConversationView {
  #announcer = make("p", { className: "visually-hidden", attrs: { "aria-live": "polite" } });
  #attaching;
  #clock;
  #closed;
  #composer;
  #container;
  #conversation;
  #greeting = make("p", { className: "bubble", dataset: { role: "greeting" } });
  #listening = [];
  #messages;
  #newer = make("button", { className: "newer", type: "button", hidden: true, dataset: { role: "newer" } });
  #note = make("p", { className: "conversation-note", hidden: true, dataset: { role: "note" } });
  #offline = make("p", { className: "conversation-note", hidden: true, dataset: { role: "offline" } });
  #older;
  #phrases;
  #reasons = new Map();
  #scroll;
  #status;
  #typing = make("p", { className: "typing", hidden: true, dataset: { role: "typing" } });
  #unseen = 0;

  /**
   * @param {object} options
   * @param {HTMLElement} options.container filled, and emptied by `stop()`
   * @param {import("../../signaling/conversation/conversation.js").Conversation} options.conversation
   * @param {Record<string, string>} options.phrases of rooms/base/phrases.py
   * @param {string} options.language
   * @param {Storage | null} [options.storage] where drafts survive a reload
   * @param {(() => void) | null} [options.onReopen] offers to open a closed room again
   * @param {object} options.files as of `Attaching`, and `address(file)` where this reader finds it
   */
  constructor({ container, conversation, phrases, language, files, storage = null, onReopen = null }) {
    this.#container = container;
    this.#conversation = conversation;
    this.#phrases = phrases;
    const clock = new Clock(language, phrases);
    this.#clock = clock;
    this.#status = new StatusView(conversation, phrases, clock);
    const onRetry = (clientId) => conversation.retry(clientId);
    this.#messages = new MessagesView({ phrases, clock, onRetry, fileAddress: files.address });
    this.#attaching = new Attaching({ container, files, phrases });
    this.#composer = new Composer({
      phrases,
      storage,
      onSend: (text) => this.#post(text),
      onType: (on) => conversation.type(on),
      attaching: this.#attaching,
    });
    this.#older = this.#makeOlder();
    this.#closed = this.#makeClosed(onReopen);
    this.#build();
    this.#listen();
    this.#render();
  }

  focus() {
    this.#composer.focus();
  }

  /** Who knows the room before it is synced says so: the draft is there at once. */
  openDraft(room) {
    this.#composer.openDraft(room);
  }

  stop() {
    for (const [target, type, listener] of this.#listening) target.removeEventListener(type, listener);
    this.#status.stop();
    this.#scroll.stop();
    this.#attaching.stop();
    this.#container.replaceChildren();
  }

  #build() {
    const { log } = this.#phrases;
    const thread = make("div", { className: "thread" }, this.#older, this.#note, this.#greeting);
    thread.append(this.#messages.list, this.#offline, this.#typing);
    const box = make(
      "div",
      { className: "scroll", tabIndex: 0, attrs: { role: "region", "aria-label": log } },
      thread,
    );
    const middle = make("div", { className: "conversation-middle" }, box, this.#newer);
    const parts = [this.#status.node, middle, this.#closed, this.#composer.node, this.#announcer];
    this.#container.classList.add("conversation");
    this.#container.replaceChildren(...parts);
    this.#newer.onclick = () => this.#scroll.toBottom();
    this.#scroll = new ScrollKeeper(box, thread, {
      onTop: () => this.#loadOlder(),
      onBottom: () => this.#see(),
    });
  }

  #makeOlder() {
    const onclick = () => this.#loadOlder();
    const { load_older: text } = this.#phrases;
    return make("button", { className: "older", type: "button", hidden: true, onclick }, text);
  }

  #makeClosed(onReopen) {
    const { closed, reopen } = this.#phrases;
    const node = make("div", { className: "closed", hidden: true, dataset: { role: "closed" } });
    node.append(make("p", {}, closed));
    if (!onReopen) return node;
    node.append(make("button", { className: "button", type: "button", onclick: onReopen }, reopen));
    return node;
  }

  #listen() {
    this.#on(this.#conversation, "change", () => this.#render());
    this.#on(this.#conversation, "state", () => this.#renderStatus());
    this.#on(this.#conversation, "typing", () => this.#renderTyping());
    this.#on(this.#conversation, "message", ({ detail }) => this.#onMessage(detail));
    this.#on(this.#conversation, "failed", ({ detail }) => this.#onFailed(detail));
    this.#on(document, "visibilitychange", () => this.#see());
  }

  #on(target, type, listener) {
    target.addEventListener(type, listener);
    this.#listening.push([target, type, listener]);
  }

  #post(text) {
    try {
      this.#conversation.post(text);
    } catch (error) {
      if (error.code === undefined) throw error;
      return false; // not synced yet: the text stays where it is
    }
    this.#scroll.toBottom();
    return true;
  }

  #onMessage({ message, isLive }) {
    if (!isLive) return;
    const person = this.#conversation.participants.get(message.from);
    setText(this.#announcer, announce(message, person, this.#phrases));
    if (!this.#scroll.isAtBottom) this.#unseen += 1;
  }

  #onFailed({ message, error }) {
    const { limit, code, retryAfterMs } = error;
    const phrase = this.#phrases[limit ? `held_${limit.split(".")[0]}` : `error_${code}`];
    const time = this.#clock.time(Date.now() + retryAfterMs);
    const reason = fill(phrase ?? this.#phrases[`error_${code}`] ?? this.#phrases.error_other, { time });
    this.#reasons.set(message.client_id, reason);
    setText(this.#announcer, reason);
    this.#render();
  }

  async #loadOlder() {
    if (!this.#conversation.hasOlder || this.#older.disabled) return;
    this.#older.disabled = true;
    this.#older.textContent = this.#phrases.loading;
    try {
      await this.#conversation.loadOlder();
    } catch {
      // The button stays; scrolling or pressing it asks again.
    }
    this.#older.disabled = false;
    this.#older.textContent = this.#phrases.load_older;
  }

  #render() {
    const { messages, participants, room, isSynced } = this.#conversation;
    this.#renderStatus();
    if (!isSynced) return;
    this.#composer.openDraft(room.id);
    this.#composer.sendWaiting();
    const anchor = this.#messages.list.querySelector("[data-role=message]");
    this.#scroll.around(() => {
      this.#renderNotes();
      this.#messages.render(messages, participants, this.#reasons);
      this.#renderTyping();
    }, anchor);
    this.#see();
    document.documentElement.dataset.start = "done"; // see trouble.css
  }

  #renderStatus() {
    this.#status.render();
    this.#container.dataset.state = this.#conversation.state;
    this.#container.dataset.path = this.#status.path;
  }

  #renderNotes() {
    const { room, policies, hasOlder, messages, self, available, participants } = this.#conversation;
    const { greeting = "", offline_text: offlineText = "" } = room.property ?? {};
    const isGuest = self.kind === "guest";
    const present = [...participants.values()].some((p) => p.kind === "member" && p.connections.length > 0);
    const isAway = isGuest && available === false && !present;
    const isClosed = room.status === "closed" && !room.idle; // else the next message opens it
    this.#older.hidden = !hasOlder;
    setText(this.#greeting, hasOlder ? "" : greeting);
    this.#greeting.classList.toggle("ours", !isGuest);
    setText(this.#offline, isAway && !isClosed ? offlineText : "");
    setText(this.#note, this.#noteText(policies, !greeting && messages.length === 0));
    this.#closed.hidden = !isClosed;
    this.#composer.node.hidden = isClosed;
    this.#attaching.toggle(policies.storage === "keep" && !isClosed);
  }

  #noteText(policies, isEmpty) {
    const notes = isEmpty ? [this.#phrases.empty] : [];
    if (policies.transport === "relay" && !policies.relay_available) notes.push(this.#phrases.no_relay);
    return notes.join(" ");
  }

  #renderTyping() {
    const { typing, participants } = this.#conversation;
    const names = [...typing].map((id) => participants.get(id)?.name ?? "");
    const phrase = this.#phrases[names.length > 1 ? "typing_many" : "typing_one"];
    setText(this.#typing, names.length === 0 ? "" : fill(phrase, { name: names[0] }));
  }

  /** What stands at the bottom of a visible page was read. */
  #see() {
    if (this.#scroll.isAtBottom) this.#unseen = 0;
    const count = this.#unseen;
    setText(this.#newer, count > 0 ? fill(this.#phrases.new_count, { count }) : "");
    if (this.#scroll.isAtBottom && document.visibilityState === "visible") this.#conversation.markRead();
  }
}
