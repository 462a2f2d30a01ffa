import { countChars, wire } from "../../signaling/wire/protocol.js";
import { make, setText } from "../base/dom.js";
import { fill } from "../base/format.js";

const TELL_FROM_CHARS = 500; // left
const IME_KEY_CODE = 229; // Safari ends the composition before it tells the key

/** Where a message is written: grows with it, keeps a draft, sends on Enter. */
export class Composer {
  #count;
  #draftKey = null;
  #input;
  #isWaiting = false; // Enter came before the room was known
  #onSend;
  #onType;
  #phrases;
  #send;
  #storage;

  /**
   * @param {object} options
   * @param {Record<string, string>} options.phrases
   * @param {Storage | null} options.storage where drafts survive a reload
   * @param {(text: string) => boolean} options.onSend whether it was taken
   * @param {(on: boolean) => void} options.onType
   * @param {import("../attachments/attaching.js").Attaching} options.attaching
   */
  constructor({ phrases, storage, onSend, onType, attaching }) {
    this.#phrases = phrases;
    this.#storage = storage;
    this.#onSend = onSend;
    this.#onType = onType;
    this.#input = this.#makeInput();
    this.#count = make("p", { className: "composer-count", attrs: { role: "status" } });
    this.#send = make("button", {
      className: "composer-send",
      type: "submit",
      title: phrases.send,
      dataset: { role: "send" },
      attrs: { "aria-label": phrases.send },
    });
    const row = make("div", { className: "composer-row" }, attaching.button, this.#input, this.#send);
    const parts = [attaching.note, this.#count, row, attaching.input];
    this.node = make("form", { className: "composer", noValidate: true }, ...parts);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#review();
  }

  /** Brings back what was being written in this room. */
  openDraft(room) {
    if (this.#draftKey) return;
    this.#draftKey = `doorbell:draft:${room}`;
    if (this.#input.value) this.#saveDraft(); // typed before the room was known
    else this.#input.value = this.#try((s) => s.getItem(this.#draftKey)) ?? "";
    this.#review();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** The room is known now: sends what was to be sent before. */
  sendWaiting() {
    if (this.#isWaiting) this.#submit();
  }

  #makeInput() {
    const input = make("textarea", {
      className: "composer-input",
      rows: 1,
      placeholder: this.#phrases.placeholder,
      title: this.#phrases.send_hint,
      enterKeyHint: "send",
      autocomplete: "off",
      dataset: { role: "composer" },
      attrs: { "aria-label": this.#phrases.message_label, autocapitalize: "sentences", dir: "auto" },
    });
    input.addEventListener("input", () => this.#onInput());
    input.addEventListener("keydown", (event) => this.#onKey(event));
    input.addEventListener("blur", () => this.#onType(false));
    return input;
  }

  #onInput() {
    this.#isWaiting = false;
    this.#saveDraft();
    this.#review();
    this.#onType(this.#input.value.trim() !== "");
  }

  /** Enter also chooses a word in an input method (Chinese, Japanese, …): that is not sending. */
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (event.keyCode === IME_KEY_CODE) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (this.#send.disabled) return;
    this.#isWaiting = !this.#onSend(this.#input.value);
    if (this.#isWaiting) return;
    this.#input.value = "";
    this.#saveDraft();
    this.#review();
    this.focus();
  }

  #review() {
    const text = this.#input.value;
    const most = wire.body_chars;
    const left = text.length > most / 2 ? most - countChars(text) : most;
    const phrase = left < 0 ? this.#phrases.chars_over : this.#phrases.chars_left;
    setText(this.#count, left > TELL_FROM_CHARS ? "" : fill(phrase, { count: Math.abs(left) }));
    this.#count.classList.toggle("over", left < 0);
    this.#send.disabled = left < 0 || text.trim() === "";
    this.#input.style.height = "auto"; // CSS says how high it may get
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }

  #saveDraft() {
    const { value } = this.#input;
    this.#try((storage) => {
      if (value) storage.setItem(this.#draftKey, value);
      else storage.removeItem(this.#draftKey);
    });
  }

  #try(action) {
    try {
      return this.#storage && this.#draftKey ? action(this.#storage) : null;
    } catch {
      return null; // full or forbidden: the draft lives as long as the page
    }
  }
}
