/**
 * Who is in a room, from the sync and the joined/left/changed events. No sockets, no timers.
 *
 * A person: `{participant, kind, name, connections, read_seq, delivered_seq, transport, path,
 * rtt_ms, reports, gone}`. `transport` is how text travels between this page and them: "direct",
 * "relayed" or "server"; `reports` is what they told about their ways to others (Map by `to`);
 * `gone`: shown out, while somebody without connections may only have lost the line.
 */
export class Presence {
  #ended = new Set(); // connections that never come back

  /** By participant id; ids come from outside, so no plain object. */
  people = new Map();

  /** Replaces everything by what `room.sync` listed; transports of known people stay. */
  reset(list) {
    const before = this.people;
    this.people = new Map();
    for (const entry of list) {
      const known = before.get(entry.participant);
      const { transport, ended, ...told } = entry; // their last report is not our way to them
      const person = { ...(known ?? stranger()), gone: false, ...told };
      this.people.set(person.participant, person);
      this.#connect(person, { ended });
    }
  }

  joined({ participant, kind, name, connection, connections }) {
    const person = this.#person(participant);
    const open = connections ?? [...new Set([...person.connections, connection])];
    Object.assign(person, { kind, name, gone: false });
    this.#connect(person, { connections: open });
  }

  left({ participant, gone = false }) {
    const person = this.people.get(participant);
    if (person) Object.assign(person, { connections: [], gone: gone || person.gone });
  }

  changed({ participant, name, connection, connections, ended, transport }) {
    const person = this.people.get(participant);
    if (!person) return;
    if (name !== undefined) person.name = name;
    if (connection) person.gone = false; // let in again, while the old one was still waited for
    this.#connect(person, { connections, ended });
    if (transport) person.reports.set(transport.to, transport);
  }

  /** Whether nothing that comes from this connection counts any more. */
  isOut(participant, connection) {
    return (this.people.get(participant)?.gone ?? true) || this.#ended.has(connection);
  }

  /** Marks never go back. Returns whether one moved. */
  mark({ from, seq = 0, delivered_seq: deliveredSeq = 0 }) {
    const person = this.people.get(from);
    if (!person) return false;
    const readSeq = Math.max(person.read_seq, seq);
    const arrivedSeq = Math.max(person.delivered_seq, deliveredSeq, readSeq);
    const moved = readSeq > person.read_seq || arrivedSeq > person.delivered_seq;
    Object.assign(person, { read_seq: readSeq, delivered_seq: arrivedSeq });
    return moved;
  }

  get(participant) {
    return this.people.get(participant);
  }

  /** Everybody with a connection, except `self` when given. */
  present(self = null) {
    const here = [...this.people.values()].filter((person) => person.connections.length > 0);
    return here.filter((person) => person.participant !== self);
  }

  /** The socket of somebody shown out may still be listed for a moment. */
  #connect(person, { connections = person.connections, ended = [] }) {
    for (const connection of ended) this.#ended.add(connection);
    const isHere = (connection) => !this.isOut(person.participant, connection);
    person.connections = connections.filter(isHere);
  }

  #person(participant) {
    if (!this.people.has(participant)) {
      this.people.set(participant, { ...stranger(), participant });
    }
    return this.people.get(participant);
  }
}

function stranger() {
  return {
    kind: "guest",
    name: "",
    connections: [],
    read_seq: 0,
    delivered_seq: 0,
    transport: "server",
    path: "server",
    rtt_ms: null,
    reports: new Map(),
    gone: false,
  };
}
