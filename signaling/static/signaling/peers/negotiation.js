import { MAX_SDP_CHARS } from "../wire/protocol.js";

const MAX_CANDIDATES = 100;

/**
 * Perfect negotiation of one attempt. The caller runs its steps one after the other, so that
 * signals and our own offers never interleave.
 */
export class Negotiation {
  #candidates = [];
  #candidatesSeen = 0;
  #ignoring = false;
  #pc;
  #polite;
  #signal;

  /** Whether this side may open: else it waits for the first offer of the other. */
  offering;

  /**
   * @param {RTCPeerConnection} pc
   * @param {{polite: boolean, offering: boolean, signal: (data: object) => void}} options
   */
  constructor(pc, { polite, offering, signal }) {
    this.#pc = pc;
    this.#polite = polite;
    this.#signal = signal;
    this.offering = offering;
  }

  async offer() {
    if (this.#pc.signalingState !== "stable") return;
    if (!this.offering && !this.#pc.remoteDescription) return;
    await this.#describe();
  }

  async onDescription({ type, sdp }) {
    const { signalingState } = this.#pc;
    if (typeof sdp !== "string" || sdp.length > MAX_SDP_CHARS) return;
    if (type !== "offer" && (type !== "answer" || signalingState !== "have-local-offer")) return;
    this.#ignoring = type === "offer" && signalingState !== "stable" && !this.#polite;
    if (this.#ignoring) return;
    await this.#pc.setRemoteDescription({ type, sdp });
    for (const candidate of this.#candidates.splice(0)) await this.#add(candidate);
    if (type === "offer") await this.#describe();
  }

  async onCandidate(candidate) {
    this.#candidatesSeen += 1;
    if (this.#ignoring || this.#candidatesSeen > MAX_CANDIDATES) return;
    if (this.#pc.remoteDescription) await this.#add(candidate);
    else this.#candidates.push(candidate);
  }

  async #describe() {
    await this.#pc.setLocalDescription();
    const { type, sdp } = this.#pc.localDescription;
    this.#signal({ description: { type, sdp } });
  }

  async #add(candidate) {
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch {
      // One candidate this browser does not understand; others may do.
    }
  }
}
