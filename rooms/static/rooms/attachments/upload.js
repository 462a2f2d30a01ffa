// Loaded when somebody sends a first file, so what the page has already comes through the door.
const TENTH = 10;

/**
 * Sends files one after the other and says in words how far it is. One that is refused is named with
 * the reason while the others go on; what did not get through may be repeated.
 */
export class Uploads {
  #current = null;
  #files;
  #isSending = false;
  #make;
  #newId;
  #note;
  #phrases;
  #queue = [];
  #refused = [];
  #request = null;
  #tellSize;

  /**
   * @param {object} options
   * @param {HTMLElement} options.note
   * @param {{url: string, max_bytes: number, headers: object}} options.files
   * @param {Record<string, string>} options.phrases
   * @param {Function} options.make of dom.js
   * @param {() => string} options.newId
   * @param {(bytes: number) => string} options.tellSize
   */
  constructor({ note, files, phrases, make, newId, tellSize }) {
    this.#note = note;
    this.#files = files;
    this.#phrases = phrases;
    this.#make = make;
    this.#newId = newId;
    this.#tellSize = tellSize;
  }

  /** @param {File[]} chosen */
  add(chosen) {
    this.#queue.push(...chosen.map((file) => ({ file, id: this.#newId() })));
    if (!this.#isSending) this.#next();
  }

  stop() {
    this.#queue = [];
    this.#request?.abort();
  }

  #next() {
    this.#isSending = false;
    this.#current = this.#queue.shift();
    if (!this.#current) this.#say("", () => this.#forget());
    else if (this.#current.file.size > this.#files.max_bytes) this.#fail("file_too_large", false);
    else this.#send(this.#current);
  }

  #send({ file, id }) {
    const form = new FormData();
    form.append("client_id", id);
    form.append("file", file);
    const request = new XMLHttpRequest();
    this.#request = request;
    this.#isSending = true;
    request.open("POST", this.#files.url);
    for (const [name, value] of Object.entries({ Accept: "application/json", ...this.#files.headers })) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => this.#tell(file, loaded / total);
    request.onload = () => this.#onAnswer(request);
    request.onerror = () => this.#fail("network", true);
    this.#tell(file, 0);
    request.send(form);
  }

  /** In tenths: a screen reader says each of them. */
  #tell({ name }, part) {
    const percent = Math.floor(part * TENTH) * TENTH;
    this.#say(fill(this.#phrases.uploading, { name, percent }), () => {
      this.#request.abort();
      this.#next();
    });
  }

  #onAnswer({ status, responseText }) {
    if (status === 201) return this.#next();
    const { code, limit, retry_after_s: waitS } = readProblem(responseText);
    const isHeld = limit && waitS;
    this.#fail(isHeld ? "held" : code, status >= 500 || status === 429, waitS);
  }

  #fail(code, isTemporary, waitS = 0) {
    const entry = this.#current;
    const { [`upload_${code}`]: own, [`error_${code}`]: known, upload_other: other } = this.#phrases;
    const time = tellTime(Date.now() + waitS * 1000);
    const reason = fill(own ?? known ?? other, { size: this.#tellSize(this.#files.max_bytes), time });
    this.#refused.push({ entry, isTemporary, text: `${entry.file.name}: ${reason}` });
    this.#next();
  }

  #forget() {
    this.#refused = [];
    this.#say("");
  }

  #repeat() {
    const again = this.#refused.filter(({ isTemporary }) => isTemporary);
    this.#refused = this.#refused.filter(({ isTemporary }) => !isTemporary);
    this.#queue.push(...again.map(({ entry }) => entry));
    this.#next();
  }

  /** What was refused, and below it what is being sent. */
  #say(text, onCancel = null) {
    const { retry, cancel } = this.#phrases;
    const lines = this.#refused.map((refused) => refused.text);
    if (text) lines.push(text);
    const said = [...this.#note.querySelectorAll("p")].map((line) => line.textContent);
    if (lines.length && said.join("\n") === lines.join("\n")) return;
    this.#note.classList.toggle("bad", this.#refused.length > 0);
    this.#note.hidden = lines.length === 0;
    const parts = lines.map((line) => this.#make("p", { dir: "auto" }, line));
    const mayRepeat = !text && this.#refused.some(({ isTemporary }) => isTemporary);
    if (mayRepeat) parts.push(this.#button(retry, () => this.#repeat()));
    if (onCancel) parts.push(this.#button(cancel, onCancel));
    this.#note.replaceChildren(...parts);
  }

  #button(text, onclick) {
    return this.#make("button", { className: "link", type: "button", onclick }, text);
  }
}

function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** The guest's door and the signed-in pages word a refusal differently. */
function readProblem(text) {
  try {
    const said = JSON.parse(text);
    return { ...said, ...said.error };
  } catch {
    return { code: "other" };
  }
}

function tellTime(at) {
  const { lang } = document.documentElement;
  return new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }).format(at);
}
