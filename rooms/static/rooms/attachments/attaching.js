import { newId } from "../../signaling/wire/protocol.js";
import { make } from "../base/dom.js";
import { tellSize } from "./file-view.js";

/** The paperclip, and files dropped or pasted; what sends them is loaded on first use. */
export class Attaching {
  #files;
  #isOn = false;
  #listening = new AbortController();
  #phrases;
  #uploads = null;

  /** Stands above the line that is being written. */
  note = make("div", {
    className: "composer-note",
    hidden: true,
    dataset: { role: "upload" },
    attrs: { role: "status" },
  });

  /**
   * @param {object} options
   * @param {HTMLElement} options.container takes drops and pastes
   * @param {{url: string, script: string, accept: string, max_bytes: number, headers: object}} options.files
   * @param {Record<string, string>} options.phrases
   */
  constructor({ container, files, phrases }) {
    this.#files = files;
    this.#phrases = phrases;
    this.input = this.#makeInput();
    this.button = make("button", {
      className: "composer-attach",
      type: "button",
      title: phrases.attach,
      dataset: { role: "attach" },
      attrs: { "aria-label": phrases.attach },
      onclick: () => this.input.click(),
    });
    const { signal } = this.#listening;
    container.addEventListener("paste", (event) => this.#onPaste(event), { signal });
    for (const type of ["dragover", "dragleave", "drop"]) {
      container.addEventListener(type, (event) => this.#onDrag(event, container), { signal });
    }
  }

  /** Whether files are taken here now. */
  toggle(on) {
    this.#isOn = on;
    this.button.hidden = !on;
  }

  stop() {
    this.#listening.abort();
    this.#uploads?.then((uploads) => uploads.stop());
  }

  #makeInput() {
    const { accept } = this.#files;
    const input = make("input", { type: "file", multiple: true, hidden: true, accept });
    input.dataset.role = "file";
    input.onchange = () => {
      this.#send([...input.files]);
      input.value = "";
    };
    return input;
  }

  /** Words come before the picture of them that an office program adds. */
  #onPaste(event) {
    const { files, types } = event.clipboardData;
    if (!this.#isOn || files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    this.#send([...files]);
  }

  #onDrag(event, container) {
    if (!this.#isOn || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    container.classList.toggle("dropping", event.type === "dragover");
    if (event.type === "drop") this.#send([...event.dataTransfer.files]);
  }

  async #send(chosen) {
    this.#uploads ??= this.#load();
    try {
      (await this.#uploads).add(chosen);
    } catch {
      this.#uploads = null;
      this.note.replaceChildren(this.#phrases.error_network);
      this.note.hidden = false;
    }
  }

  async #load() {
    const { script } = this.#files;
    const { Uploads } = await import(script);
    const tools = { make, newId, tellSize };
    return new Uploads({ note: this.note, files: this.#files, phrases: this.#phrases, ...tools });
  }
}
