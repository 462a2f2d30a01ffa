import { SignalingClient } from "../../signaling/wire/client.js";
import { Conversation } from "../../signaling/conversation/conversation.js";
import { CLOSE_CODES, wire } from "../../signaling/wire/protocol.js";
import { ConversationView } from "../conversations/view.js";
import { DoorError, explain, knock, makeForm, prove } from "./door.js";
import { make, setText } from "../base/dom.js";

/** The guest's page: in at the door, then the conversation. */
class GuestPage {
  #client = null;
  #config = JSON.parse(document.getElementById("guest").textContent);
  #conversation = null;
  #entry = null; // what the door handed out and no socket has used yet
  #joinedAt = 0;
  #main = document.querySelector("[data-role=main]");
  #prefill = this.#config.prefill;
  #room = null;
  #root = document.querySelector("[data-role=page]");
  #title = document.title;
  #tools = document.querySelector("[data-role=tools]");
  #unseen = 0;
  #view = null;

  start() {
    Object.assign(wire, this.#config.wire);
    followKeyboard(this.#root);
    const { known, nickname, passcode } = this.#config;
    const fields = [];
    if (!known && nickname === "required" && !this.#prefill) fields.push("nickname");
    if (!known && passcode) fields.push("passcode");
    if (fields.length > 0) this.#ask(fields);
    else this.#enter({});
  }

  async #enter(said) {
    try {
      await this.#join(said);
      this.#open();
    } catch (error) {
      if (!(error instanceof DoorError)) throw error;
      this.#refuse(error);
    }
  }

  async #join(said) {
    const { join, consent } = this.#config;
    try {
      this.#entry = await knock(join, { ...said, consent, prefill: this.#prefill });
    } catch (error) {
      if (error.challenge && !said.proof) {
        const proof = await prove(error.challenge, this.#config, this.#main);
        return this.#join({ ...said, proof });
      }
      if (error.code !== "prefill_invalid") throw error;
      this.#prefill = "";
      return this.#join(said);
    }
    this.#joinedAt = Date.now();
    const { room } = this.#entry;
    // The old one, left without a word, was tidied away: everything begins anew.
    if (this.#room && room !== this.#room) location.reload();
    this.#room = room;
  }

  /** The form asks for what was missing; everything else is said in words. */
  #refuse(error) {
    this.#stop();
    if (error.code === "nickname_required" || error.code === "passcode_wrong") {
      this.#ask([error.field]);
      return;
    }
    const text = make("p", { attrs: { role: "alert" } }, explain(error, this.#config.phrases));
    const onclick = () => location.reload();
    const retry = make("button", { className: "button", onclick }, this.#config.phrases.retry);
    this.#show(make("div", { className: "door", dataset: { role: "refused" } }, text));
    if (error.temporary) this.#main.firstChild.append(retry);
    this.#root.dataset.state = "closed";
  }

  #ask(fields) {
    const { phrases, property } = this.#config;
    const form = makeForm({
      fields,
      phrases,
      submit: phrases.enter,
      onSubmit: async (said) => {
        await this.#join(said).catch((error) => {
          if (error.field && !fields.includes(error.field)) this.#ask([...fields, error.field]);
          throw error;
        });
        this.#open();
      },
    });
    const greeting = make("p", { className: "door-greeting", hidden: !property.greeting }, property.greeting);
    this.#show(make("div", { className: "door" }, greeting, form));
    form.querySelector("input").focus();
  }

  #show(...nodes) {
    this.#main.replaceChildren(...nodes);
  }

  #open() {
    const client = new SignalingClient({
      openSocket: (url, protocols) => new WebSocket(new URL(url, location.href.replace(/^http/, "ws")), protocols),
      getTicket: () => this.#takeTicket(),
      isActive: () => document.visibilityState === "visible" && navigator.onLine,
    });
    this.#client = client;
    const storage = findStorage();
    const { RTCPeerConnection: Peer } = window;
    const createPeerConnection = Peer ? (options) => new Peer(options) : null;
    this.#conversation = new Conversation({ client, createPeerConnection, storage });
    this.#watch(client);
    const container = make("div", {});
    const { files } = this.#config;
    this.#show(container);
    this.#view = new ConversationView({
      container,
      conversation: this.#conversation,
      phrases: this.#config.phrases,
      language: this.#config.language,
      storage,
      files: { ...files, address: ({ id }) => `${files.url}/${id}` },
      onReopen: () => this.#join({}).catch((error) => this.#refuse(error)),
    });
    this.#conversation.start();
    client.connect();
    // Not on a phone: the keyboard would cover the greeting.
    if (matchMedia("(pointer: fine)").matches) this.#view.focus();
  }

  async #takeTicket() {
    if (!this.#entry) await this.#join({});
    const entry = this.#entry;
    this.#entry = null;
    return entry;
  }

  #watch(client) {
    const conversation = this.#conversation;
    const sync = () => {
      this.#root.dataset.state = conversation.state;
      this.#root.dataset.path = this.#main.firstChild.dataset.path;
      this.#showName();
    };
    conversation.addEventListener("state", sync);
    conversation.addEventListener("change", () => queueMicrotask(sync));
    conversation.addEventListener("message", ({ detail }) => detail.isLive && this.#count());
    conversation.addEventListener("gone", () => this.#refuse(new DoorError(410, { code: "link_gone" })));
    client.addEventListener("closed", ({ detail }) => this.#onClosed(detail));
    for (const [target, type] of WAKERS) target.addEventListener(type, () => this.#wake(client));
  }

  #onClosed({ code, error }) {
    if (!this.#view) return;
    const reason = code === CLOSE_CODES.banned ? "banned" : "link_gone";
    this.#refuse(error instanceof DoorError ? error : new DoorError(410, { code: reason }));
  }

  #wake(client) {
    if (document.visibilityState !== "visible" || !this.#view) return;
    this.#unseen = 0;
    document.title = this.#title;
    client.wake();
    if (Date.now() - this.#joinedAt > this.#config.visit_ms) this.#join({}).catch(() => null);
  }

  /** A message that came while the page was hidden is told in its title. */
  #count() {
    if (document.visibilityState === "visible") return;
    this.#unseen += 1;
    document.title = `(${this.#unseen}) ${this.#title}`;
  }

  #showName() {
    const { self, participants } = this.#conversation;
    if (!self || this.#config.nickname === "never") return;
    const name = participants.get(self.participant)?.name ?? self.name;
    if (!this.#tools.firstChild) this.#tools.append(this.#makeRename());
    setText(this.#tools.firstChild, name);
  }

  #makeRename() {
    const { phrases } = this.#config;
    const dialog = make("dialog", { className: "dialog" });
    const onclick = () => {
      const onSubmit = async ({ nickname }) => {
        this.#prefill = "";
        await this.#join({ nickname });
        dialog.close();
      };
      const value = this.#tools.firstChild.textContent;
      const form = makeForm({ fields: ["nickname"], phrases, submit: phrases.save, value, onSubmit });
      const attributes = { className: "link guest-cancel", type: "button", onclick: () => dialog.close() };
      dialog.replaceChildren(form, make("button", attributes, phrases.cancel));
      dialog.showModal();
    };
    this.#root.append(dialog);
    return make("button", {
      className: "guest-name",
      type: "button",
      title: phrases.rename,
      dataset: { role: "rename" },
      onclick,
    });
  }

  #stop() {
    this.#view?.stop();
    this.#view = null;
    this.#conversation?.stop();
    this.#client?.close();
    this.#tools.replaceChildren();
  }
}

const WAKERS = [
  [document, "visibilitychange"],
  [window, "pageshow"],
  [window, "online"],
];

/** Reading the property alone may throw where storage is forbidden. */
function findStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** iOS lays its keyboard over the page instead of making the page smaller. */
function followKeyboard(root) {
  const { visualViewport: view } = window;
  view?.addEventListener("resize", () => {
    if (view.scale > 1) return;
    root.style.height = view.height < window.innerHeight - 1 ? `${view.height}px` : "";
    window.scrollTo(0, 0);
  });
}

new GuestPage().start();
