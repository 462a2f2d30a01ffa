/**
 * Proof of work in ALTCHA's format: the number whose SHA-256 behind a salt is the challenge.
 *
 * A file of its own, loaded by whoever is asked; it is page and worker at once.
 */

// Powers of primes' roots: FIPS 180-4, 4.2.2 and 5.3.3.
const [START, ROUNDS] = (() => {
  const start = [];
  const rounds = [];
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  for (let number = 2; rounds.length < 64; number += 1) {
    let factor = 2;
    while (factor * factor <= number && number % factor) factor += 1;
    if (factor * factor <= number) continue;
    if (start.length < 8) start.push(fraction(Math.sqrt(number)));
    rounds.push(fraction(Math.cbrt(number)));
  }
  return [start, rounds];
})();

const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));

/** @param {string} text of ASCII @returns {string} hexadecimal */
export function sha256(text) {
  return Array.from(digest(text), (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function digest(text) {
  const words = new Int32Array((((text.length + 8) >> 6) + 1) * 16);
  for (let at = 0; at < text.length; at += 1) words[at >> 2] |= text.charCodeAt(at) << (24 - (at & 3) * 8);
  words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8);
  words[words.length - 1] = text.length * 8;
  const state = Int32Array.from(START);
  for (let block = 0; block < words.length; block += 16) mix(state, words.subarray(block, block + 16));
  return state;
}

const w = new Int32Array(64);

function mix(state, block) {
  w.set(block);
  for (let i = 16; i < 64; i += 1) {
    const low = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const high = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const high = (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g));
    const first = (h + high + ROUNDS[i] + w[i]) | 0;
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    // One by one: an array for each turn would take most of the time.
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const words = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i += 1) state[i] += words[i];
}

/** @returns {string} what the server takes for a solution; empty if there is none */
export function solve({ algorithm, challenge, maxnumber, salt, signature }) {
  const first = Number.parseInt(challenge.slice(0, 8), 16) | 0;
  for (let number = 0; number <= maxnumber; number += 1) {
    if (digest(salt + number)[0] === first && sha256(salt + number) === challenge) {
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
  }
  return "";
}

/** Solves beside the page, so that it stays quick; in it where there are no such workers. */
export function prove(challenge, address) {
  return new Promise((resolve) => {
    const inPage = () => resolve(solve(challenge));
    try {
      const worker = new Worker(address, { type: "module" });
      worker.onmessage = ({ data }) => {
        worker.terminate();
        resolve(data);
      };
      worker.onerror = inPage;
      worker.postMessage(challenge);
    } catch {
      inPage();
    }
  });
}

if (typeof document === "undefined" && typeof postMessage === "function") {
  onmessage = ({ data }) => postMessage(solve(data));
}
