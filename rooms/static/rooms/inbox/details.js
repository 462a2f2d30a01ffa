import { fill } from "../base/format.js";
import { nameLanguage } from "./date-formats.js";

const KEY = "doorbell:details";
const WIDE = "(min-width: 1200px)";

/** The column beside the conversation: who came, how, and how their text travels. */
export class Details {
  #body;
  #facts = null;
  #fold;
  #memory;
  #dates;
  #people = [];
  #root;
  #texts;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {object} options.texts
   * @param {import("./date-formats.js").DateFormats} options.dates
   * @param {import("./memory.js").Memory} options.memory
   */
  constructor({ root, texts, dates, memory }) {
    this.#body = root.querySelector("[data-role=details-body]");
    this.#fold = root.querySelector("[data-role=fold]");
    this.#memory = memory;
    this.#dates = dates;
    this.#root = root;
    this.#texts = texts;
    this.#fold.addEventListener("click", () => this.#toggle(!this.isOpen));
    root.querySelector("[data-role=unfold]").addEventListener("click", () => this.fold());
  }

  get isOpen() {
    return this.#root.dataset.details === "open";
  }

  /** Opens where it was left open and there is room beside the conversation. */
  restore() {
    const wish = this.#memory.read(KEY);
    this.#set(window.matchMedia(WIDE).matches && wish !== "closed");
  }

  fold() {
    this.#toggle(false);
    this.#fold.focus();
  }

  hide() {
    this.#set(false);
  }

  /** @param {object | null} facts as the server describes them; null while they load */
  show(facts) {
    this.#facts = facts;
    this.#render();
  }

  /** @param {object[]} people of the conversation, ourselves left out */
  showPeople(people) {
    const next = people.map(({ participant, name, kind, connections, transport, rtt_ms }) => ({
      participant, name, kind, transport, rtt_ms, here: connections.length > 0,
    }));
    if (JSON.stringify(next) === JSON.stringify(this.#people)) return;
    this.#people = next;
    this.#render();
  }

  #toggle(open) {
    this.#memory.write(KEY, open ? "open" : "closed");
    this.#set(open);
  }

  #set(open) {
    this.#root.dataset.details = open ? "open" : "closed";
    this.#root.querySelector("[data-role=details]").hidden = !open;
    this.#fold.setAttribute("aria-expanded", String(open));
  }

  #render() {
    if (!this.#facts) {
      this.#body.replaceChildren(...Array.from({ length: 4 }, makeSkeleton));
      return;
    }
    const { guests, guest_count: guestCount } = this.#facts;
    const parts = guests.map((guest) => this.#makeGuest(guest));
    if (guestCount > guests.length) {
      const more = fill(this.#texts.guests_more, { count: guestCount - guests.length });
      parts.push(make("p", "muted small", more));
    }
    this.#body.replaceChildren(
      makeGroup(guestCount > 1 ? this.#texts.guests : this.#texts.guest, parts),
      makeGroup(this.#texts.visit, [makeFacts(this.#listVisit())]),
      makeGroup(this.#texts.link, [this.#makeLink()]),
      makeGroup(this.#texts.team_here, [this.#makeTeam()]),
    );
  }

  #makeGuest(guest) {
    const person = this.#people.find((one) => one.participant === guest.participant);
    const name = make("p", "inbox-person strong", "");
    name.append(make("span", person?.here ? "dot ok" : "dot", ""), make("span", "", guest.name));
    name.append(make("span", "visually-hidden", person?.here ? this.#texts.online : this.#texts.offline));
    const rows = Object.entries(guest.facts);
    if (person?.here) rows.unshift([this.#texts.transport, this.#describeWay(person), "transport"]);
    if (guest.language) rows.push([this.#texts.language, this.#nameLanguage(guest)]);
    if (guest.first_seen_at) {
      rows.push([this.#texts.first_seen, this.#dates.full(guest.first_seen_at)]);
    }
    const box = make("div", "inbox-guest", "");
    box.append(name, makeFacts(rows));
    if (guest.blocked) box.append(make("p", "muted small", this.#texts.blocked));
    else if (guest.block_url) box.append(this.#makeBlockLink(guest));
    return box;
  }

  #makeBlockLink(guest) {
    const link = make("a", "small", this.#texts.block);
    link.href = guest.block_url;
    link.setAttribute("aria-label", fill(this.#texts.block_whom, { name: guest.name }));
    return link;
  }

  #nameLanguage({ language }) {
    return nameLanguage(language, document.documentElement.lang);
  }

  #describeWay({ transport, rtt_ms: ms }) {
    const way = this.#texts[transport] ?? this.#texts.server;
    return Number.isFinite(ms) ? `${way}, ${fill(this.#texts.round_trip, { ms: Math.round(ms) })}` : way;
  }

  #listVisit() {
    const { arrived_at: arrivedAt, called_at: calledAt, visits, stored } = this.#facts;
    return [
      [this.#texts.arrived, this.#dates.full(arrivedAt), "arrived"],
      ...(calledAt ? [[this.#texts.called, this.#dates.full(calledAt)]] : []),
      [this.#texts.visits, visits],
      [this.#texts.storage, stored ? this.#texts.stored : this.#texts.not_stored],
    ];
  }

  #makeLink() {
    const { link, room } = this.#facts;
    const box = make("div", "stack s", "");
    const copy = make("button", "button small", this.#texts.copy_link);
    Object.assign(copy, { type: "button" });
    Object.assign(copy.dataset, { copyText: link.url, copied: this.#texts.copied });
    box.append(make("p", "small", [room.property_name, link.label].filter(Boolean).join(" · ")));
    box.append(make("p", "small muted mono", link.url.replace(/^https?:\/\//, "")));
    box.append(link.live ? copy : make("p", "badge", this.#texts.link_dead));
    return box;
  }

  #makeTeam() {
    const names = this.#people.filter((one) => one.kind !== "guest" && one.here);
    const text = names.map((one) => one.name).join(", ") || this.#texts.only_you;
    const line = make("p", "small", text);
    line.dataset.fact = "team";
    return line;
  }
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function makeGroup(title, parts) {
  const group = make("section", "inbox-group", "");
  group.append(make("h3", "", title), ...parts);
  return group;
}

function makeFacts(rows) {
  const list = make("dl", "facts", "");
  for (const [term, value, fact] of rows) {
    const shown = make("dd", "", value);
    if (fact) shown.dataset.fact = fact;
    list.append(make("dt", "", term), shown);
  }
  return list;
}

function makeSkeleton() {
  return make("div", "skeleton line", "");
}
