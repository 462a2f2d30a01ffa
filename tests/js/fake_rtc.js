// RTCPeerConnections that find each other in one process. Descriptions carry the id of their
// connection; two connections whose descriptions name each other connect while `network.isUp`.

class FakeChannel {
  bufferedAmount = 0;
  readyState = "connecting";
  sent = [];
  other = null;

  send(text) {
    this.sent.push(text);
    if (this.isStuck) this.bufferedAmount += text.length;
    else queueMicrotask(() => this.other?.onmessage?.({ data: text }));
  }

  close() {
    if (this.readyState === "closed") return;
    this.readyState = "closed";
    const { other } = this;
    queueMicrotask(() => other?.lose());
  }

  lose() {
    if (this.readyState === "closed") return;
    this.readyState = "closed";
    this.onclose?.();
  }
}

class FakePeerConnection {
  candidates = [];
  channel = null;
  iceConnectionState = "new";
  localDescription = null;
  remoteDescription = null;
  restarts = 0;
  rollbacks = 0;
  signalingState = "stable";
  #needed = false;

  constructor(network, config) {
    this.network = network;
    this.config = config;
    this.id = network.connections.push(this);
  }

  createDataChannel(label, options) {
    this.channel = Object.assign(new FakeChannel(), { label, options });
    this.#need();
    return this.channel;
  }

  restartIce() {
    this.restarts += 1;
    this.#need();
  }

  setConfiguration(config) {
    this.config = config;
  }

  async setLocalDescription(...given) {
    if (given.length > 0) throw new Error("only the argument-less form is portable");
    await null;
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.localDescription = { type, sdp: JSON.stringify({ id: this.id, restarts: this.restarts }) };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.#needed = false;
    const candidate = { candidate: `candidate:${this.id}`, sdpMid: "0", sdpMLineIndex: 0 };
    setImmediate(() => this.onicecandidate?.({ candidate }));
    this.network.check();
  }

  async setRemoteDescription({ type, sdp }) {
    await null;
    if (type === "answer" && this.signalingState !== "have-local-offer") {
      throw new Error("InvalidStateError");
    }
    if (type === "offer" && this.signalingState === "have-local-offer") this.rollbacks += 1;
    this.remoteDescription = { type, ...JSON.parse(sdp) };
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    this.network.check();
  }

  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error("InvalidStateError");
    this.candidates.push(candidate);
    this.network.check();
  }

  async getStats() {
    const [localCandidateId, remoteCandidateId] = ["local", "remote"];
    const pair = { type: "candidate-pair", localCandidateId, remoteCandidateId };
    return new Map([
      ["transport", { type: "transport", selectedCandidatePairId: "pair" }],
      ["pair", { ...pair, currentRoundTripTime: 0.0123 }],
      ["local", { candidateType: this.network.candidateType }],
      ["remote", { candidateType: "host" }],
    ]);
  }

  close() {
    this.signalingState = "closed";
    this.channel?.close();
  }

  become(state) {
    if (this.iceConnectionState === state || this.signalingState === "closed") return;
    this.iceConnectionState = state;
    this.oniceconnectionstatechange?.();
  }

  open() {
    this.become("connected");
    if (this.channel.readyState !== "connecting") return;
    this.channel.readyState = "open";
    this.channel.onopen?.();
  }

  #need() {
    this.#needed = true;
    setImmediate(() => {
      if (this.#needed && this.signalingState === "stable") this.onnegotiationneeded?.();
    });
  }
}

export class FakeNetwork {
  candidateType = "host";
  connections = [];
  isUp = true;

  create = (config) => new FakePeerConnection(this, config);

  get live() {
    return this.connections.filter((pc) => pc.signalingState !== "closed");
  }

  check() {
    if (!this.isUp) return;
    for (const pc of this.live) {
      const other = this.connections[pc.remoteDescription?.id - 1];
      if (!other || other.remoteDescription?.id !== pc.id || other.signalingState === "closed") continue;
      const isReady = [pc, other].every((end) => end.signalingState === "stable");
      if (!isReady || pc.candidates.length === 0) continue;
      pc.channel.other = other.channel;
      other.channel.other = pc.channel;
      queueMicrotask(() => [pc, other].forEach((end) => end.open()));
    }
  }

  /** Everybody loses everybody. */
  cut(state = "disconnected") {
    this.isUp = false;
    for (const pc of this.live) pc.become(state);
  }
}
