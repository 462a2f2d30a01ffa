import { Emitter } from "../wire/emitter.js";
import { Peer } from "./peer.js";

const MAX_PARTICIPANTS = 8; // a mesh above that costs more than the server
const MAX_PEERS = 16; // somebody may open a hundred tabs

/**
 * The peer connections of one room, one per other present connection.
 *
 * Events: `frame` (detail: {from, frame, reply}), `path` (detail: {participant, path, rtt_ms};
 * path "server" when nothing direct is open), `up` (a channel opened).
 */
export class Mesh extends Emitter {
  #allowed = false;
  #create;
  #iceServers;
  #paths = new Map(); // last told, by participant
  #peers = new Map(); // {peer, participant, path}, by connection
  #relayOnly = false;
  #self = null;
  #sendSignal;

  /**
   * @param {object} options
   * @param {((config: RTCConfiguration) => RTCPeerConnection) | null} options.createPeerConnection
   * @param {() => Promise<RTCIceServer[]>} options.iceServers
   * @param {(data: object) => void} options.sendSignal
   */
  constructor({ createPeerConnection, iceServers, sendSignal }) {
    super();
    this.#create = createPeerConnection;
    this.#iceServers = iceServers;
    this.#sendSignal = sendSignal;
  }

  /**
   * Makes the peers match who is present. A channel that is open outlives the presence of its
   * owner, whose socket may be down while the two browsers still reach each other; it does not
   * outlive their being shown out, which they themselves may ignore.
   *
   * @param {{participant: string, connection: string, kind: string}} self
   * @param {import("../presence/presence.js").Presence} presence
   * @param {{transport: string, relay_available?: boolean}} policies
   * @param {boolean} retry whether those that gave up try again
   */
  update(self, presence, policies, retry) {
    const present = presence.present();
    this.#self = self;
    this.#relayOnly = policies.transport === "relay";
    this.#allowed = this.#isAllowed(present, policies);
    if (!this.#allowed) this.close();
    const wanted = this.#allowed ? present.flatMap(toConnections) : [];
    const ids = new Set(wanted.map(({ connection }) => connection));
    for (const [connection, { peer, participant }] of this.#peers) {
      const isLeft = !ids.has(connection) && !peer.isOpen;
      if (isLeft || presence.isOut(participant, connection)) this.#drop(connection);
    }
    for (const { connection, person } of wanted) {
      if (connection === self.connection || (this.#peers.has(connection) && !retry)) continue;
      this.#ensure(connection, person)?.start();
    }
    if (!this.#create) for (const { participant } of present) this.#tell(participant);
  }

  /** A `signal` event. @param {object} person who sent it, as presence knows them */
  receive(person, { connection, ...signal }) {
    if (this.#allowed && connection) this.#ensure(connection, person)?.receive(signal);
  }

  /** Whether every tab of the person has an open channel. */
  isDirect({ connections }) {
    return connections.length > 0 && connections.every((id) => this.#peers.get(id)?.peer.isOpen);
  }

  /** Sends over every open channel. */
  broadcast(frame) {
    for (const { peer } of this.#peers.values()) peer.send(frame);
  }

  close() {
    for (const connection of [...this.#peers.keys()]) this.#drop(connection);
  }

  #isAllowed(present, { transport, relay_available: relayAvailable }) {
    if (!this.#create || transport === "server" || present.length > MAX_PARTICIPANTS) return false;
    return transport !== "relay" || relayAvailable === true;
  }

  #ensure(connection, { participant, kind }) {
    if (!this.#peers.has(connection)) {
      if (this.#peers.size >= MAX_PEERS) return null;
      const peer = this.#connect(connection, participant, kind);
      this.#peers.set(connection, { peer, participant, path: null });
    }
    return this.#peers.get(connection).peer;
  }

  #connect(connection, participant, kind) {
    const peer = new Peer({
      createPeerConnection: this.#create,
      iceServers: this.#iceServers,
      relayOnly: this.#relayOnly,
      polite: isPolite(this.#self, { connection, kind }),
      sendSignal: (signal) => this.#sendSignal({ to: participant, connection, ...signal }),
    });
    peer.addEventListener("frame", ({ detail }) => {
      const reply = (frame) => peer.send(frame);
      this.emit("frame", { from: participant, frame: detail, reply });
    });
    peer.addEventListener("open", () => this.emit("up"));
    peer.addEventListener("path", ({ detail }) => this.#onPath(connection, detail));
    for (const type of ["down", "budget", "failed"]) {
      peer.addEventListener(type, () => this.#onPath(connection, null));
    }
    return peer;
  }

  #onPath(connection, path) {
    const entry = this.#peers.get(connection);
    if (!entry) return;
    entry.path = path;
    this.#tell(entry.participant);
  }

  /** A participant's path is that of any tab with a channel. */
  #tell(participant) {
    if (participant === this.#self.participant) return;
    const entries = [...this.#peers.values()].filter((entry) => entry.participant === participant);
    const found = entries.find((entry) => entry.path)?.path ?? { path: "server", rtt_ms: null };
    if (this.#paths.get(participant) === found.path) return;
    this.#paths.set(participant, found.path);
    this.emit("path", { participant, ...found });
  }

  #drop(connection) {
    const { peer, participant } = this.#peers.get(connection);
    this.#peers.delete(connection);
    peer.close();
    if (this.#paths.has(participant)) this.#tell(participant);
  }
}

function toConnections(person) {
  return person.connections.map((connection) => ({ connection, person }));
}

/** The guest towards a member, else the lower connection id. */
function isPolite(self, { connection, kind }) {
  const isGuest = self.kind === "guest";
  if (isGuest !== (kind === "guest")) return isGuest;
  return self.connection < connection;
}
