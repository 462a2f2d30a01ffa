import { Emitter } from "./emitter.js";
import { VERSION } from "./protocol.js";

const CONNECT_TIMEOUT_MS = 5_000;
const OPEN = 1; // WebSocket.OPEN; Node 20 has no WebSocket
const GAVE_UP = 1006; // what a browser reports for a connection that just went away

const encoder = new TextEncoder();

/**
 * The address of the socket: `ws` of a ticket answer against the page's address.
 *
 * @param {string} path "/ws/" or absolute
 * @param {string} base location.href
 */
export function socketUrl(path, base) {
  return new URL(path, base).href.replace(/^http/, "ws");
}

/** One WebSocket from handshake to close, as events: `open`, `frame` (an object), `close` (once). */
export class Transport extends Emitter {
  #closed = false;
  #socket;
  #timer;

  /** Frames and bytes received so far. */
  received = 0;
  receivedBytes = 0;

  /**
   * @param {(url: string, protocols: string[]) => WebSocket} openSocket
   * @param {string} url as the ticket answer named it
   * @param {string} ticket or resume token
   */
  constructor(openSocket, url, ticket) {
    super();
    this.#socket = openSocket(url, [VERSION, `ticket.${ticket}`]);
    this.#timer = setTimeout(() => this.close(), CONNECT_TIMEOUT_MS);
    this.#socket.addEventListener("open", () => this.#onOpen());
    this.#socket.addEventListener("message", (event) => this.#onMessage(event.data));
    this.#socket.addEventListener("close", (event) => this.#finish(event.code));
  }

  get isOpen() {
    return !this.#closed && this.#socket.readyState === OPEN;
  }

  /** @param {object} frame */
  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Ends it now; a dead network would make the closing handshake last a minute. */
  close() {
    this.#finish(GAVE_UP);
    this.#socket.close();
  }

  #onOpen() {
    clearTimeout(this.#timer);
    if (!this.#closed) this.emit("open");
  }

  #onMessage(text) {
    if (this.#closed || typeof text !== "string") return;
    this.received += 1;
    this.receivedBytes += encoder.encode(text).length;
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    if (frame && typeof frame === "object") {
      this.emit("frame", frame);
    }
  }

  #finish(code) {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.emit("close", { code });
  }
}
