/**
 * What waits for this member: rooms with unread messages and guests who came and were not looked
 * at. The number goes into the page's title. No DOM.
 */
export class Attention extends EventTarget {
  #arrived = new Set();
  #unread = new Set();

  get count() {
    return new Set([...this.#arrived, ...this.#unread]).size;
  }

  hasArrived(id) {
    return this.#arrived.has(id);
  }

  arrive(id) {
    this.#change(() => this.#arrived.add(id));
  }

  /** A message of somebody else came into a room that may be beyond the list. */
  write(id) {
    this.#change(() => this.#unread.add(id));
  }

  /** The member looked at the room. */
  see(id) {
    this.#change(() => {
      this.#arrived.delete(id);
      this.#unread.delete(id);
    });
  }

  /** The list is the truth about the rooms in it; a closed room waits for nobody. */
  review(rooms) {
    this.#change(() => {
      for (const room of rooms) {
        if (room.unread > 0 && room.status === "open") this.#unread.add(room.id);
        else this.#unread.delete(room.id);
        if (room.status !== "open") this.#arrived.delete(room.id);
      }
    });
  }

  #change(action) {
    const before = this.count;
    action();
    if (this.count !== before) this.dispatchEvent(new Event("change"));
  }
}

/** "(3) Inbox": how a tab in the background says that somebody waits. */
export function badgeTitle(title, count) {
  return count > 0 ? `(${count}) ${title}` : title;
}
