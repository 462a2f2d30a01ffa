import { make, setText } from "../base/dom.js";
import { fill } from "../base/format.js";

const NAMES_SHOWN = 2;
const PATIENCE_MS = 2_000; // shorter interruptions are nothing to worry anybody with
const TICK_MS = 1_000;

/** One line: who is here, when the owner was called, and how text travels, in words. */
export class StatusView {
  #called = make("span", { className: "status-called", dataset: { role: "called" } });
  #clock;
  #conversation;
  #lostAt = null;
  #people = make("span", { className: "status-people", dataset: { role: "people" } });
  #phrases;
  #tick;
  #transport = make("span", { className: "status-transport", dataset: { role: "transport" } });

  node = make(
    "div",
    { className: "status", attrs: { role: "status" } },
    this.#people,
    this.#called,
    this.#transport,
  );

  /**
   * @param {import("../../signaling/conversation/conversation.js").Conversation} conversation
   * @param {Record<string, string>} phrases
   * @param {import("../base/format.js").Clock} clock
   */
  constructor(conversation, phrases, clock) {
    this.#conversation = conversation;
    this.#phrases = phrases;
    this.#clock = clock;
    // "12 seconds ago" is not read out every second.
    this.#called.setAttribute("aria-live", "off");
    this.#tick = setInterval(() => this.render(), TICK_MS);
  }

  stop() {
    clearInterval(this.#tick);
  }

  /** How text travels to those who are here: the slowest way counts. */
  get path() {
    const ways = new Set(this.#others().map((person) => person.transport));
    return ["server", "relayed", "direct"].find((way) => ways.has(way)) ?? "server";
  }

  render() {
    const { state, isSynced } = this.#conversation;
    if (state === "open") this.#lostAt = null;
    else if (state === "waiting") this.#lostAt ??= Date.now();
    this.node.dataset.state = state;
    setText(this.#transport, this.#transportText(state));
    setText(this.#people, isSynced ? this.#peopleText() : "");
    setText(this.#called, isSynced ? this.#calledText() : "");
    this.#people.classList.toggle("here", this.#others().length > 0);
  }

  #transportText(state) {
    if (state === "closed") return this.#phrases.closed_connection;
    if (state !== "open") return this.#phrases[this.#isOffline() ? "offline" : "connecting"];
    return this.#phrases[this.#others().length > 0 ? this.path : "connected"];
  }

  #isOffline() {
    if (this.#lostAt === null) return false;
    return !navigator.onLine || Date.now() - this.#lostAt > PATIENCE_MS;
  }

  #peopleText() {
    const names = this.#others().map((person) => person.name);
    if (names.length === 0) return this.#nobodyText();
    if (names.length === 1) return fill(this.#phrases.here_one, { name: names[0] });
    const shown = names.slice(0, NAMES_SHOWN).join(", ");
    const count = names.length - NAMES_SHOWN;
    return fill(this.#phrases[count > 0 ? "here_more" : "here_many"], { names: shown, count });
  }

  #nobodyText() {
    const { self, available } = this.#conversation;
    return this.#phrases[self.kind === "guest" && available ? "at_desk" : "nobody"];
  }

  #calledText() {
    const { self, calledAt } = this.#conversation;
    const isAnswered = this.#others().some((person) => person.kind !== "guest");
    if (self.kind !== "guest" || !calledAt || isAnswered) return "";
    return fill(this.#phrases.called, { ago: this.#clock.ago(calledAt) });
  }

  #others() {
    const { self, participants } = this.#conversation;
    const people = [...participants.values()];
    return people.filter((p) => p.connections.length > 0 && p.participant !== self?.participant);
  }
}
