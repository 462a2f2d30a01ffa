import { Presence } from "../presence/presence.js";
import { Timeline } from "./timeline.js";

/**
 * What this page knows about one room: pure bookkeeping of sync pages and events.
 * Everything keeps the names of the wire (docs/protocol.md).
 */
export class Room {
  self = null;
  details = null; // `room` of the sync
  policies = null;
  calledAt = null;
  available = null;
  presence = new Presence();
  timeline = new Timeline();

  /** The ways events change the room, and what they change. */
  #table = new Map([
    ["participant.joined", (data) => this.#people(this.presence.joined(data))],
    ["participant.left", (data) => this.#people(this.presence.left(data))],
    ["participant.changed", (data) => this.#people(this.presence.changed(data))],
    ["message.read", (data) => (this.presence.mark(data) ? "marks" : null)],
    ["room.changed", (data) => this.#change(data)],
    ["room.closed", ({ reason }) => this.#change({ status: "closed", idle: reason === "idle" })],
    ["owner.called", ({ at }) => this.#set("calledAt", at)],
    ["owner.available", ({ available }) => this.#set("available", available)],
  ]);

  /** What a reply to `room.sync` says about everything but the messages. */
  onPage(page) {
    this.self = page.self;
    this.details = page.room;
    this.policies = page.policies;
    this.calledAt = page.called_at ?? null;
    this.available = page.available ?? null;
    this.presence.reset(page.participants);
  }

  /** @returns {string | null} what changed, for the `change` event */
  onEvent(name, data) {
    return this.#table.get(name)?.(data) ?? null;
  }

  /** @returns {{message: object, isNew: boolean}} */
  receive(message) {
    return this.timeline.add({ ...message, own: message.from === this.self?.participant });
  }

  get isClosed() {
    return this.details?.status === "closed";
  }

  /** Whether to drop what somebody said who was shown out, or in a closed room: it has no seq. */
  isStale(event, { from, seq }) {
    const isGone = this.presence.get(from)?.gone;
    if (event === "message.read") return isGone;
    if (!isGone && !this.isClosed) return false;
    return event === "typing" || (event === "message.posted" && !seq);
  }

  /** Everybody else who is present. */
  others() {
    return this.presence.present(this.self?.participant);
  }

  /** Sets the states of our own messages. Returns whether one changed. */
  refresh(pending) {
    return this.timeline.refresh(this.#readers(), pending);
  }

  /** Whose marks count: everybody else's; for a member only guests', not colleagues'. */
  #readers() {
    const { participant, kind } = this.self;
    const others = [...this.presence.people.values()].filter(
      (person) => person.participant !== participant,
    );
    if (kind === "guest") return others;
    return others.filter((person) => person.kind === "guest");
  }

  #people() {
    return "participants";
  }

  #change({ status, name, idle }) {
    if (!this.details) return null;
    if (status !== undefined) this.details.status = status;
    if (idle !== undefined) this.details.idle = idle;
    if (name !== undefined) this.details.name = name;
    return "room";
  }

  #set(name, value) {
    this[name] = value;
    return "called";
  }
}
