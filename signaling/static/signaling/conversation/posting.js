import { PassedDelivery, StoredDelivery } from "./delivery.js";
import { Outbox } from "./outbox.js";
import { cleanBody, countChars, newId, wire } from "../wire/protocol.js";
import { CommandError } from "../wire/replies.js";

/** From typed text to acknowledged message: local echo, outbox, delivery as the policy wants. */
export class Posting {
  #delivery = null;
  #model;
  #onChange;
  #onFailed;
  #outbox;
  #way;

  /**
   * @param {object} options
   * @param {import("./room.js").Room} options.model
   * @param {Storage | null} options.storage
   * @param {import("./direct.js").Direct} options.direct
   * @param {(data: object) => Promise<object>} options.send as `message.post`
   * @param {() => void} options.onChange
   * @param {(detail: {message: object, error: CommandError}) => void} options.onFailed
   */
  constructor({ model, storage, direct, send, onChange, onFailed }) {
    this.#model = model;
    this.#outbox = new Outbox(storage);
    this.#onChange = onChange;
    this.#onFailed = onFailed;
    this.#way = {
      post: send,
      others: () => model.others(),
      broadcast: (frame) => direct.broadcast(frame),
      isDirect: (person) => direct.isDirect(person),
      onSent: (entry, reply) => this.#onSent(entry, reply),
      onDelivered: (entry) => this.#mark(entry, { isDelivered: true }),
      onFailed: (entry, error) => this.#fail(entry, error),
      onHeld: (entry, error) => this.#explain(entry, error),
    };
  }

  /** After a sync: shows what an earlier page left unsent. */
  restore() {
    const isKept = this.#model.policies.storage === "keep";
    const Delivery = isKept ? StoredDelivery : PassedDelivery;
    if (!(this.#delivery instanceof Delivery)) {
      this.#delivery?.stop();
      this.#delivery = new Delivery(this.#outbox, this.#way);
    }
    const { details, self } = this.#model;
    for (const entry of this.#outbox.open(details.id, self.participant)) this.#echo(entry);
  }

  /** @returns {object} the message. Throws CommandError: not_synced, empty, message_too_long. */
  post(text) {
    const body = cleanBody(text);
    if (!this.#delivery) throw new CommandError("not_synced", { temporary: true });
    if (countChars(body) > wire.body_chars) throw new CommandError("message_too_long");
    if (!body.trim()) throw new CommandError("empty");
    const entry = { client_id: newId(), body, at: Date.now(), failed: false };
    this.#outbox.put(entry);
    const message = this.#echo(entry);
    this.#delivery.push(entry);
    return message;
  }

  retry(clientId) {
    const entry = this.#outbox.get(clientId);
    if (!entry?.failed) return;
    entry.failed = false;
    this.#outbox.put(entry);
    this.#onChange();
    this.#delivery?.push(entry);
  }

  /** One of our messages came back numbered, over whatever socket. */
  onStored(clientId) {
    if (this.#outbox.get(clientId)) this.#outbox.remove(clientId);
  }

  /** A peer has it. */
  confirm(from, clientId) {
    this.#delivery?.confirm(from, clientId);
  }

  /** Somebody came or left. */
  review() {
    this.#delivery?.review();
  }

  flush() {
    this.#delivery?.flush();
  }

  stop() {
    this.#delivery?.stop();
    this.#delivery = null;
  }

  /** Sets the states of our messages. Returns whether one changed. */
  refresh() {
    return this.#model.refresh((clientId) => this.#outbox.get(clientId));
  }

  #echo(entry) {
    const from = this.#model.self.participant;
    const { message } = this.#model.receive({ ...entry, from, seq: null });
    this.#onChange();
    return message;
  }

  #onSent(entry, reply) {
    this.#model.receive({ ...entry, ...reply, from: this.#model.self.participant });
    this.#mark(entry, { isSent: true });
  }

  #mark({ client_id: clientId }, marks) {
    const message = this.#model.timeline.get(this.#model.self?.participant, clientId);
    if (message) Object.assign(message, marks);
    this.#onChange();
  }

  #fail(entry, error) {
    entry.failed = true;
    this.#outbox.put(entry);
    this.#onChange();
    this.#explain(entry, error);
    // A day's limit: whoever still has the page open then need not think of it.
    if (error.retryAfterMs) setTimeout(() => this.retry(entry.client_id), error.retryAfterMs);
  }

  /** Says why it is not sent, or not yet: then `error.temporary` is true and it goes by itself. */
  #explain(entry, error) {
    const message = this.#model.timeline.get(this.#model.self.participant, entry.client_id);
    this.#onFailed({ message, error });
  }
}
