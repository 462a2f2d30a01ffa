import { make, setText } from "../base/dom.js";
import { makeFile } from "../attachments/file-view.js";
import { fill, initials, startOfDay } from "../base/format.js";
import { linkify } from "./linkify.js";

const MINUTE_MS = 60_000;

/**
 * The list of messages: one element each, kept by sender and `client_id`, in the order of the
 * model. Grouped by sender and minute; only the last own message and failed ones tell a state.
 */
export class MessagesView {
  #clock;
  #days = new Map();
  #fileAddress;
  #items = new Map();
  #onRetry;
  #phrases;

  list = make("ol", { className: "messages" });

  /**
   * @param {object} options
   * @param {Record<string, string>} options.phrases
   * @param {import("../base/format.js").Clock} options.clock
   * @param {(clientId: string) => void} options.onRetry
   * @param {(file: object) => string | null} options.fileAddress where this reader finds it
   */
  constructor({ phrases, clock, onRetry, fileAddress }) {
    this.#fileAddress = fileAddress;
    this.#phrases = phrases;
    this.#clock = clock;
    this.#onRetry = onRetry;
  }

  /**
   * Makes the list show these messages.
   *
   * @param {readonly object[]} messages
   * @param {Map<string, object>} people
   * @param {Map<string, string>} reasons why a message failed, by client_id
   */
  render(messages, people, reasons) {
    const lastOwn = messages.filter((message) => message.own).pop();
    const wanted = [];
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      if (!before || !isSameDay(before, message)) wanted.push(this.#day(message.at));
      const item = this.#item(message, people.get(message.from));
      this.#group(item, message, before, messages[index + 1]);
      this.#tell(item, message, message === lastOwn, reasons.get(message.client_id));
      wanted.push(item.node);
    });
    this.#place(wanted);
  }

  /** Moves only what stands elsewhere; nothing else loses focus or selection. */
  #place(wanted) {
    wanted.forEach((node, index) => {
      const there = this.list.children[index];
      if (there !== node) this.list.insertBefore(node, there ?? null);
    });
    while (this.list.children.length > wanted.length) this.list.lastChild.remove();
  }

  #day(at) {
    const key = startOfDay(at);
    if (!this.#days.has(key)) this.#days.set(key, make("li", { className: "message-day" }));
    const node = this.#days.get(key);
    setText(node, this.#clock.day(at));
    return node;
  }

  #item(message, person) {
    const key = `${message.from}:${message.client_id}`;
    if (!this.#items.has(key)) this.#items.set(key, this.#make(message));
    const item = this.#items.get(key);
    const { attachment } = message;
    if (item.state !== attachment?.state) {
      item.state = attachment.state;
      item.node.querySelector(".file").replaceWith(this.#file(attachment));
    }
    const name = message.own ? this.#phrases.you : (person?.name ?? "");
    setText(item.name, name);
    setText(item.avatar, initials(name));
    return item;
  }

  #make({ from, client_id: clientId, own, body, attachment }) {
    const avatar = make("span", { className: "message-avatar", attrs: { "aria-hidden": "true" } });
    const name = make("span", { className: own ? "visually-hidden" : "message-name" });
    const bubble = make("div", { className: "bubble" });
    if (attachment) bubble.append(this.#file(attachment));
    if (attachment?.name !== body) linkify(bubble, body);
    const meta = make("div", { className: "message-meta" });
    const node = make(
      "li",
      { className: own ? "message own" : "message", dataset: { role: "message", clientId, from } },
      avatar,
      make("div", { className: "message-body" }, name, bubble, meta),
    );
    return { node, avatar, name, meta, state: attachment?.state };
  }

  #file(attachment) {
    const address = attachment.url && this.#fileAddress(attachment);
    return makeFile(attachment, address, this.#phrases);
  }

  #group({ node, name, avatar }, message, before, after) {
    const isFirst = !isGrouped(before, message);
    node.classList.toggle("first", isFirst);
    const isLast = !isGrouped(message, after);
    node.classList.toggle("last", isLast);
    name.hidden = !message.own && before?.from === message.from && isSameDay(before, message);
    avatar.hidden = message.own;
  }

  #tell({ node, meta }, message, isLastOwn, reason) {
    const { status, seq, at, client_id: clientId } = message;
    const isLast = node.classList.contains("last");
    Object.assign(node.dataset, { seq: seq ?? "", state: status ?? "" });
    const key = [status, isLast, isLastOwn, reason, at].join();
    if (meta.dataset.key === key) return;
    meta.dataset.key = key;
    const parts = isLast ? [this.#time(at)] : [];
    if (status === "failed") parts.push(this.#retry(clientId, reason));
    else {
      const held = status === "sending" && reason;
      const text = held || (isLastOwn && status && this.#phrases[status]);
      if (text) parts.push(make("span", { className: "state" }, text));
    }
    meta.replaceChildren(...parts);
    meta.hidden = parts.length === 0;
  }

  #time(at) {
    return make("time", { dateTime: new Date(at).toISOString() }, this.#clock.time(at));
  }

  #retry(clientId, reason = "") {
    const text = `${reason} ${this.#phrases.failed}`.trim();
    const onclick = () => this.#onRetry(clientId);
    return make("button", { className: "retry", type: "button", dataset: { role: "retry" }, onclick }, text);
  }
}

/** What a screen reader is told about a message that just came. */
export function announce({ body }, person, phrases) {
  return person ? fill(phrases.said, { name: person.name, body }) : body;
}

function isSameDay(one, other) {
  return startOfDay(one.at) === startOfDay(other.at);
}

function isGrouped(one, other) {
  if (!one || !other || one.from !== other.from) return false;
  return Math.floor(one.at / MINUTE_MS) === Math.floor(other.at / MINUTE_MS);
}
