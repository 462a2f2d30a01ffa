import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from "./protocol.js";

const MAX_RETRY_AFTER_MS = 60_000;
const RESTART_SPREAD = 0.25; // of retry_after_ms, on top of it

/**
 * Milliseconds to wait before reconnect number `attempt` (0, 1, 2, ...).
 * Full jitter from the first one on, so that a restarted server is not met by every client at once.
 *
 * @param {number} attempt
 * @param {() => number} [random] as Math.random
 * @returns {number} 250 to 20,000 ms
 */
export function backoff(attempt, random = Math.random) {
  const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (attempt + 2));
  return BACKOFF_MIN_MS + random() * (ceilingMs - BACKOFF_MIN_MS);
}

/**
 * Milliseconds a restarting server asked to wait, spread a little; null if it did not ask.
 *
 * @param {number | undefined} askedMs
 * @param {() => number} [random]
 */
export function retryAfter(askedMs, random = Math.random) {
  if (typeof askedMs !== "number" || !(askedMs >= 0)) return null;
  return Math.min(askedMs, MAX_RETRY_AFTER_MS) * (1 + RESTART_SPREAD * random());
}

/** @param {number} delayMs */
export function sleep(delayMs) {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
