import { isBody, isUuid } from "../wire/protocol.js";

const MAX_RESTORED = 200;

/**
 * What was typed and not yet acknowledged, one stored item per message, so that two tabs sharing
 * a storage do not overwrite each other. Entries: `{client_id, body, at, failed}`.
 */
export class Outbox {
  #entries = new Map();
  #prefix = null;
  #storage;

  /** @param {Storage | null} storage may throw or be missing; then memory has to do */
  constructor(storage) {
    this.#storage = storage;
  }

  /** Names the owner and loads what an earlier page left behind, oldest first. */
  open(room, participant) {
    const prefix = `doorbell:outbox:${room}:${participant}:`;
    if (this.#prefix === prefix) return [];
    this.#prefix = prefix;
    const restored = this.#load();
    for (const entry of restored) this.#entries.set(entry.client_id, entry);
    return restored;
  }

  get entries() {
    return [...this.#entries.values()];
  }

  get(clientId) {
    return this.#entries.get(clientId);
  }

  put(entry) {
    this.#entries.set(entry.client_id, entry);
    this.#try((storage) => storage.setItem(this.#prefix + entry.client_id, JSON.stringify(entry)));
  }

  remove(clientId) {
    this.#entries.delete(clientId);
    this.#try((storage) => storage.removeItem(this.#prefix + clientId));
  }

  #load() {
    const keys = this.#try((storage) => {
      const all = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      return all.filter((key) => key.startsWith(this.#prefix));
    });
    const found = (keys ?? []).map((key) => this.#try((storage) => toEntry(storage.getItem(key))));
    return found.filter(Boolean).sort((a, b) => a.at - b.at).slice(-MAX_RESTORED);
  }

  #try(action) {
    try {
      return this.#storage ? action(this.#storage) : null;
    } catch {
      return null; // full, forbidden or not ours
    }
  }
}

function toEntry(text) {
  const { client_id: clientId, body, at, failed } = JSON.parse(text);
  if (!isUuid(clientId) || !isBody(body) || !Number.isFinite(at)) return null;
  return { client_id: clientId, body, at, failed: failed === true };
}
