import { Emitter } from "../wire/emitter.js";

const CHUNK_BYTES = 16_384; // one bigger message would block the whole association
const PART_CHARS = 4_000; // at most 12 KiB of UTF-8, and room for the frame around it
const MAX_FRAME_CHARS = 65_536;
const PAUSE_BYTES = 262_144;
const RESUME_BYTES = 65_536;
const MAX_QUEUED = 256;
const MAX_FRAMES_PER_S = 200;

const encoder = new TextEncoder();

/**
 * JSON objects over a data channel: chunks, back-pressure, and distrust of the other end.
 * Events: `open`, `frame` (detail: an object), `close`.
 */
export class Channel extends Emitter {
  #assembly = null;
  #channel;
  #counted = 0;
  #queue = [];
  #windowAt = 0;

  /** @param {RTCDataChannel} channel */
  constructor(channel) {
    super();
    this.#channel = channel;
    channel.bufferedAmountLowThreshold = RESUME_BYTES;
    channel.onopen = () => this.emit("open");
    channel.onclose = () => this.emit("close");
    channel.onbufferedamountlow = () => this.#flush();
    channel.onmessage = (event) => this.#onMessage(event.data);
  }

  get isOpen() {
    return this.#channel.readyState === "open";
  }

  /** Returns whether it was sent or queued. */
  send(frame) {
    const pieces = toPieces(JSON.stringify(frame));
    if (!this.isOpen || this.#queue.length + pieces.length > MAX_QUEUED) return false;
    this.#queue.push(...pieces);
    return this.#flush();
  }

  close() {
    for (const name of ["onopen", "onclose", "onbufferedamountlow", "onmessage"]) {
      this.#channel[name] = null;
    }
    this.#channel.close();
  }

  #flush() {
    try {
      while (this.#queue.length && this.#channel.bufferedAmount <= PAUSE_BYTES) {
        this.#channel.send(this.#queue[0]);
        this.#queue.shift();
      }
      return true;
    } catch {
      this.#queue = []; // closing: the server path has the text
      return false;
    }
  }

  #onMessage(text) {
    if (typeof text !== "string" || text.length > MAX_FRAME_CHARS || this.#isFlood()) return;
    const frame = parse(text);
    if (!frame) return;
    const whole = frame.k === "part" ? this.#assemble(frame) : frame;
    if (whole) this.emit("frame", whole);
  }

  #isFlood() {
    const now = Date.now();
    if (now - this.#windowAt >= 1_000) {
      this.#windowAt = now;
      this.#counted = 0;
    }
    this.#counted += 1;
    return this.#counted > MAX_FRAMES_PER_S;
  }

  /** Parts come in order; anything unexpected drops what was collected. */
  #assemble({ i, n, d }) {
    if (i === 0) this.#assembly = { next: 0, parts: [], chars: 0 };
    const assembly = this.#assembly;
    const expected = assembly && i === assembly.next && Number.isInteger(n) && i < n;
    if (!expected || typeof d !== "string" || assembly.chars + d.length > MAX_FRAME_CHARS) {
      this.#assembly = null;
      return null;
    }
    assembly.parts.push(d);
    assembly.chars += d.length;
    assembly.next += 1;
    if (assembly.next < n) return null;
    this.#assembly = null;
    return parse(assembly.parts.join(""));
  }
}

function toPieces(text) {
  if (encoder.encode(text).length <= CHUNK_BYTES) return [text];
  const n = Math.ceil(text.length / PART_CHARS);
  return Array.from({ length: n }, (_, i) =>
    JSON.stringify({ k: "part", i, n, d: text.slice(i * PART_CHARS, (i + 1) * PART_CHARS) }),
  );
}

function parse(text) {
  try {
    const frame = JSON.parse(text);
    return frame && typeof frame === "object" && !Array.isArray(frame) ? frame : null;
  } catch {
    return null;
  }
}
