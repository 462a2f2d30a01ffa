const STATS_EVERY_MS = 10_000;
const FIRST_STATS_MS = 1_000;
const WORST_FIRST = ["relay", "srflx", "prflx", "host"];

/**
 * How a connection travels: the worse of its two ends.
 *
 * @param {RTCPeerConnection} connection
 * @returns {Promise<{path: string, rtt_ms: number | null} | null>} null while no pair is selected
 */
export async function readPath(connection) {
  const stats = await connection.getStats();
  const pair = selectedPair(stats);
  if (!pair) return null;
  const ends = [pair.localCandidateId, pair.remoteCandidateId];
  const types = ends.map((id) => stats.get(id)?.candidateType);
  const path = WORST_FIRST.find((type) => types.includes(type));
  if (!path) return null;
  const rttS = pair.currentRoundTripTime;
  return { path, rtt_ms: Number.isFinite(rttS) ? Math.round(rttS * 1000) : null };
}

function selectedPair(stats) {
  const all = [...stats.values()];
  const transport = all.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
  if (transport) return stats.get(transport.selectedCandidatePairId);
  // Firefox has no transport entry.
  const pairs = all.filter((entry) => entry.type === "candidate-pair");
  return pairs.find((pair) => pair.selected) ??
    pairs.find((pair) => pair.nominated && pair.state === "succeeded");
}

/** Tells when the way of a connection changes. */
export class PathWatch {
  #connection;
  #onPath;
  #path = null;
  #timer;

  /**
   * @param {RTCPeerConnection} connection
   * @param {(found: {path: string, rtt_ms: number | null}) => void} onPath
   */
  constructor(connection, onPath) {
    this.#connection = connection;
    this.#onPath = onPath;
    this.#poll();
  }

  stop() {
    this.#connection = null;
    clearTimeout(this.#timer);
  }

  async #poll() {
    const found = await readPath(this.#connection).catch(() => null);
    if (!this.#connection) return;
    if (found && found.path !== this.#path) {
      this.#path = found.path;
      this.#onPath(found);
    }
    const delayMs = this.#path ? STATS_EVERY_MS : FIRST_STATS_MS;
    this.#timer = setTimeout(() => this.#poll(), delayMs);
  }
}
