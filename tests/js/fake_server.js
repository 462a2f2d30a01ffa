// An in-process server that speaks docs/protocol.md over fake sockets, for timing and error tests.
// Tickets are "t:<participant>", resume tokens "r:<participant>:<connection>". To add a command,
// add a method named after it to COMMANDS; to break something, use mute(), refuse() or lose().

export function uuid(number) {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export const ROOM = uuid(1);
export const GUEST = uuid(11);
export const MEMBER = uuid(12);
const START_AT = 1_764_000_000_000;

/** Lets everything run that waits for no timer. */
export async function settle() {
  for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

class FakeSocket extends EventTarget {
  readyState = 0;
  rooms = new Set();

  constructor(server, url, protocols) {
    super();
    this.server = server;
    this.url = url;
    this.protocols = protocols;
    this.ticket = protocols[1].slice("ticket.".length);
    queueMicrotask(() => server.accept(this));
  }

  send(text) {
    const frame = JSON.parse(text);
    this.server.sent.push({ socket: this, ...frame });
    setImmediate(() => this.server.receive(this, frame));
  }

  close() {
    if (this.readyState === 3) return;
    this.drop(1005);
  }

  push(frame) {
    if (this.readyState !== 1) return;
    this.pushed = (this.pushed ?? 0) + 1;
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }

  /** Ends it from the other side. */
  drop(code) {
    this.readyState = 3;
    this.server.forget(this);
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

const COMMANDS = {
  "room.sync": (server, socket, { since = 0, before }) => {
    server.enter(socket);
    const { messages } = server;
    const found = messages.filter(({ seq }) => seq > since && (!before || seq < before));
    const page = since ? found.slice(0, server.page) : found.slice(-server.page);
    return {
      self: { ...server.describe(socket.participant), connection: socket.connection },
      room: {
        ...{ id: ROOM, status: "open", mode: "private", name: "" },
        ...{ last_seq: server.lastSeq, removed_seq: server.removedSeq },
      },
      participants: [...server.people.keys()].map((id) => server.describe(id)),
      policies: server.policies,
      ice_servers: [{ urls: ["stun:stun.example.com"] }],
      messages: page,
      more: found.length > page.length,
      called_at: null,
      available: true,
      resume: `r:${socket.participant}:${socket.connection}`,
    };
  },
  "message.post": (server, socket, { client_id, body, to }) => {
    if (server.policies.storage === "none") return server.pass(socket, { client_id, body, to });
    const from = socket.participant;
    const same = (message) => message.from === from && message.client_id === client_id;
    const known = server.messages.find(same);
    const message = known ?? server.store(from, body, client_id);
    if (!known) server.publish("message.posted", message);
    return { seq: message.seq, at: message.at };
  },
  "message.read": (server, socket, { room, ...marks }) => {
    server.publish("message.read", { from: socket.participant, ...marks });
    return {};
  },
  typing: (server, socket, { on = true }) => {
    server.publish("typing", { from: socket.participant, on }, socket);
  },
  signal: (server, socket, { room, to, connection, ...signal }) => {
    const target = server.sockets.findLast((other) => other.connection === connection);
    const data = { from: socket.participant, connection: socket.connection, ...signal };
    target?.push({ event: "signal", room: ROOM, data });
  },
  "transport.report": (server, socket, { room, ...report }) => {
    server.reports.push({ from: socket.participant, ...report });
  },
  "room.unwatch": (server, socket) => server.forget(socket),
  ping: (server) => ({ at: Date.now(), heads: { [ROOM]: server.lastSeq } }),
  "inbox.sync": (server, socket, { cursor, status = "open" }) => {
    const rows = server.rooms.filter((room) => room.status === status);
    const start = Number(cursor ?? 0);
    const end = start + server.page;
    return {
      self: { membership: uuid(90), name: "Bob", role: "owner", connection: socket.connection },
      account: { id: uuid(91), name: "Shop" },
      rooms: rows.slice(start, end),
      members: [],
      next: end < rows.length ? String(end) : null,
      resume: `r:${socket.participant}:${socket.connection}`,
    };
  },
};

export class FakeServer {
  #connections = 100;
  #refusals = new Map();
  removedSeq = 0;
  behaviour = "accept"; // or "hang", or a close code
  lastSeq = 0;
  messages = [];
  mute = () => false; // (frame, socket) → whether the command gets no answer
  lose = () => false; // (event, socket) → whether the event gets lost
  page = 200;
  people = new Map([
    [GUEST, { kind: "guest", name: "Ann", read_seq: 0, delivered_seq: 0 }],
    [MEMBER, { kind: "member", name: "Bob", read_seq: 0, delivered_seq: 0 }],
  ]);
  policies = { storage: "keep", transport: "direct", relay_available: false };
  reports = [];
  rooms = [];
  sent = [];
  sockets = [];

  openSocket = (url, protocols) => {
    const socket = new FakeSocket(this, url, protocols);
    this.sockets.push(socket);
    return socket;
  };

  get socket() {
    return this.sockets.at(-1);
  }

  /** Options of a SignalingClient for this participant. */
  credentials(participant, more = {}) {
    const ticket = async () => ({ ticket: `t:${participant}`, ws: "/ws/" });
    return { openSocket: this.openSocket, getTicket: ticket, random: () => 0.5, ...more };
  }

  commands(kind) {
    return this.sent.filter((frame) => frame.kind === kind);
  }

  /** The next commands of this kind get these errors, one each. */
  refuse(kind, ...errors) {
    this.#refusals.set(kind, errors);
  }

  accept(socket) {
    if (this.behaviour === "hang" || socket.readyState !== 0) return;
    const [, participant, connection] = socket.ticket.split(":");
    this.#connections += 1;
    socket.participant = participant;
    socket.connection = connection ?? uuid(this.#connections);
    socket.readyState = 1;
    socket.dispatchEvent(new Event("open"));
    if (this.behaviour !== "accept") socket.drop(this.behaviour);
  }

  receive(socket, { ref, kind, data }) {
    if (socket.readyState !== 1 || this.mute({ kind, data }, socket)) return;
    const error = this.#refusals.get(kind)?.shift();
    if (error) socket.push({ ref: ref ?? null, error });
    else {
      const ok = COMMANDS[kind](this, socket, data);
      if (ref) socket.push({ ref, ok: ok ?? {} });
    }
  }

  describe(participant) {
    const connections = this.in(participant).map((socket) => socket.connection);
    return { participant, ...this.people.get(participant), connections };
  }

  in(participant) {
    const here = this.sockets.filter((socket) => socket.readyState === 1 && socket.rooms.has(ROOM));
    return here.filter((socket) => !participant || socket.participant === participant);
  }

  enter(socket) {
    if (socket.rooms.has(ROOM)) return;
    socket.rooms.add(ROOM);
    const { participant, connection } = socket;
    this.publish("participant.joined", { ...this.describe(participant), connection }, socket);
  }

  forget(socket) {
    if (!socket.rooms.delete(ROOM)) return;
    const { participant } = socket;
    if (this.in(participant).length === 0) this.publish("participant.left", { participant });
  }

  store(from, body, clientId = uuid(1000 + this.lastSeq)) {
    this.lastSeq += 1;
    const at = START_AT + this.lastSeq;
    const message = { seq: this.lastSeq, client_id: clientId, from, body, at };
    this.messages.push(message);
    return message;
  }

  /** Somebody else posts. */
  say(from, body) {
    const message = this.store(from, body);
    this.publish("message.posted", message);
    return message;
  }

  pass(socket, { client_id, body, to }) {
    const message = { seq: null, client_id, from: socket.participant, body, at: START_AT };
    const others = this.in().filter((other) => other.participant !== socket.participant);
    const reached = others.filter((other) => !to || to.includes(other.participant));
    for (const other of reached) this.tell(other, "message.posted", message);
    return { seq: null, at: START_AT, reached: reached.map((other) => other.participant) };
  }

  publish(event, data, but = null) {
    for (const socket of this.in()) if (socket !== but) this.tell(socket, event, data);
  }

  tell(socket, event, data) {
    if (!this.lose({ event, data }, socket)) socket.push({ event, room: ROOM, data });
  }
}

/** Web Storage in memory. */
export class FakeStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}
