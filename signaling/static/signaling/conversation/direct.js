import { Mesh } from "../peers/mesh.js";
import { isBody, isUuid } from "../wire/protocol.js";

const ICE_FRESH_MS = 8 * 60_000; // TURN credentials live 10 min

/** The data channels of one room: who is reached how, and what may be believed of what they say. */
export class Direct {
  #iceAt = 0;
  #iceServers = [];
  #mesh;
  #model;
  #notify;
  #onChange;
  #sync;

  /**
   * @param {object} options
   * @param {import("./room.js").Room} options.model
   * @param {((config: object) => RTCPeerConnection) | null} options.createPeerConnection
   * @param {(kind: string, data: object) => boolean} options.notify
   * @param {() => Promise<void>} options.sync also brings fresh ICE servers
   * @param {(message: object) => void} options.onMessage
   * @param {(from: string, clientId: string) => void} options.onConfirm
   * @param {() => void} options.onChange somebody's transport changed
   */
  constructor({ model, createPeerConnection, notify, sync, onMessage, onConfirm, onChange }) {
    this.#model = model;
    this.#notify = notify;
    this.#sync = sync;
    this.#onChange = onChange;
    this.#mesh = new Mesh({
      createPeerConnection,
      iceServers: () => this.#freshIceServers(),
      sendSignal: (data) => notify("signal", data),
    });
    this.#mesh.addEventListener("path", ({ detail }) => this.#onPath(detail));
    this.#mesh.addEventListener("frame", ({ detail: { from, frame, reply } }) => {
      const { k, client_id: clientId, body } = frame;
      if (!isUuid(clientId)) return;
      if (k === "ack") onConfirm(from, clientId);
      if (k !== "msg" || !isBody(body)) return;
      onMessage({ seq: null, client_id: clientId, from, body, at: Date.now() });
      reply({ k: "ack", client_id: clientId });
    });
  }

  /** @param {{ice_servers?: object[]}} page of `room.sync` */
  onPage({ ice_servers: iceServers }) {
    this.#iceServers = iceServers ?? [];
    this.#iceAt = Date.now();
  }

  /** Makes the channels match who is present; `retry`: those that gave up try again. */
  update({ retry = false } = {}) {
    const { self, presence, policies, isClosed } = this.#model;
    const rules = isClosed ? { transport: "server" } : policies; // nobody talks in a closed room
    if (self) this.#mesh.update(self, presence, rules, retry);
  }

  onSignal({ from, ...signal }) {
    const { presence } = this.#model;
    if (!presence.isOut(from, signal.connection)) this.#mesh.receive(presence.get(from), signal);
  }

  broadcast(frame) {
    this.#mesh.broadcast(frame);
  }

  isDirect(person) {
    return this.#mesh.isDirect(person);
  }

  stop() {
    this.#mesh.close();
  }

  #onPath({ participant, path, rtt_ms: rttMs }) {
    const person = this.#model.presence.get(participant);
    if (person) Object.assign(person, { path, rtt_ms: rttMs, transport: toTransport(path) });
    const rtt = rttMs === null ? {} : { rtt_ms: rttMs };
    this.#notify("transport.report", { to: participant, path, ...rtt });
    this.#onChange();
  }

  async #freshIceServers() {
    if (Date.now() - this.#iceAt > ICE_FRESH_MS) await this.#sync().catch(() => null);
    return this.#iceServers;
  }
}

function toTransport(path) {
  if (path === "server") return "server";
  return path === "relay" ? "relayed" : "direct";
}
