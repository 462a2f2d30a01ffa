import { fill, initials } from "../base/format.js";

/** The list of rooms: one row each, moved rather than made again, so that focus stays. */
export class RoomRows {
  #attention;
  #list;
  #dates;
  #template;
  #texts;
  #url;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {object} options.texts
   * @param {import("./date-formats.js").DateFormats} options.dates
   * @param {import("./attention.js").Attention} options.attention
   */
  constructor({ root, texts, dates, attention }) {
    this.#attention = attention;
    this.#list = root.querySelector("[data-role=room-list]");
    this.#dates = dates;
    this.#template = root.querySelector("[data-role=row-template]");
    this.#texts = texts;
    this.#url = root.dataset.url;
  }

  /** The links of the rows, from top to bottom. */
  get links() {
    return [...this.#list.querySelectorAll("[data-role=room]")];
  }

  get(id) {
    return this.links.find((link) => link.dataset.room === id) ?? null;
  }

  show(rooms, selected) {
    const wanted = new Set(rooms.map(({ id }) => id));
    for (const link of this.links) if (!wanted.has(link.dataset.room)) this.#remove(link);
    const known = new Map(this.links.map((link) => [link.dataset.room, link]));
    const focused = document.activeElement;
    let before = this.#list.firstElementChild;
    for (const room of rooms) {
      const link = known.get(room.id) ?? this.#make(room);
      this.#fill(link, room, selected);
      if (link.parentElement === before) before = before.nextElementSibling;
      else this.#list.insertBefore(link.parentElement, before);
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus();
    this.#list.toggleAttribute("data-places", new Set(rooms.map(placeOf)).size > 1);
  }

  /** The row that stands in for this one when it goes: the next one, else the one before. */
  beside(id) {
    const { links } = this;
    const index = links.findIndex((link) => link.dataset.room === id);
    return links[index + 1] ?? links[index - 1] ?? null;
  }

  /** Who walks through the rows by keyboard goes on from where the row was. */
  #remove(link) {
    const next = link === document.activeElement ? this.beside(link.dataset.room) : null;
    link.parentElement.remove();
    next?.focus();
  }

  #make(room) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    const link = item.querySelector("[data-role=room]");
    link.href = `${this.#url}/${room.id}`;
    link.dataset.room = room.id;
    return link;
  }

  #fill(link, room, selected) {
    const { dataset } = link;
    dataset.unread = room.unread;
    dataset.online = room.online;
    dataset.arrived = this.#attention.hasArrived(room.id);
    if (room.id === selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    write(link, "initials", initials(room.name));
    write(link, "name", room.name);
    write(link, "time", this.#dates.short(room.activity_at));
    write(link, "preview", room.preview || this.#describeSilence(room));
    write(link, "count", room.unread > 99 ? "99+" : room.unread || "");
    write(link, "place", placeOf(room));
    write(link, "spoken", this.#describe(room));
  }

  #describeSilence(room) {
    if (!room.begun && !room.online) return this.#texts.left_wordless;
    return this.#attention.hasArrived(room.id) ? this.#texts.arrived_now : this.#texts.no_message;
  }

  #describe(room) {
    const unread = room.unread ? fill(this.#texts.unread, { count: room.unread }) : "";
    return [room.online ? this.#texts.online : "", unread].filter(Boolean).join(", ");
  }
}

function placeOf(room) {
  return [room.property_name, room.link_label].filter(Boolean).join(" · ");
}

function write(link, part, text) {
  const element = link.querySelector(`[data-part=${part}]`);
  if (element.textContent !== String(text)) element.textContent = text;
}
