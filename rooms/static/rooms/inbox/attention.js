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

  /** Its guest went without a word; what is unread stays so. */
  leave(id) {
    this.#change(() => this.#arrived.delete(id));
  }

  /** The member looked at the room. */
  see(id) {
    this.#change(() => this.#forget(id));
  }

  /**
   * The list is the truth about the rooms in it; a closed room waits for nobody.
   *
   * @param {object[]} rooms on the list
   * @param {(id: string) => object | undefined} find also rooms that are not on the list
   */
  review(rooms, find) {
    this.#change(() => {
      for (const { id, unread } of rooms) {
        if (unread > 0) this.#unread.add(id);
        else this.#unread.delete(id);
      }
      for (const id of [...this.#arrived, ...this.#unread]) {
        if ((find(id)?.status ?? "open") !== "open") this.#forget(id);
      }
    });
  }

  #forget(id) {
    this.#arrived.delete(id);
    this.#unread.delete(id);
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
