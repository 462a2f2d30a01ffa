// The words and numbers of docs/protocol.md. A test compares this file with signaling/wire/protocol.py,
// so the literals are JSON, one per line.

export const VERSION = "doorbell.v1";

export const COMMANDS = Object.freeze([
  "room.sync",
  "room.leave",
  "room.watch",
  "room.unwatch",
  "message.post",
  "message.read",
  "typing",
  "signal",
  "transport.report",
  "ping",
  "inbox.sync"
]);

export const EVENTS = Object.freeze([
  "participant.joined",
  "participant.left",
  "participant.changed",
  "message.posted",
  "message.read",
  "typing",
  "signal",
  "room.changed",
  "room.closed",
  "guest.arrived",
  "owner.called",
  "owner.available",
  "session.resync",
  "session.closing"
]);

export const CLOSE_CODES = Object.freeze({
  "restart": 4000,
  "too_slow": 4001,
  "session_replaced": 4002,
  "crowded": 4003,
  "bad_ticket": 4500,
  "bad_protocol": 4501,
  "room_gone": 4502,
  "banned": 4503
});

export const ERROR_CODES = Object.freeze([
  "bad_frame",
  "frame_too_large",
  "unknown_command",
  "bad_command",
  "not_in_room",
  "room_closed",
  "message_too_long",
  "client_id_reused",
  "webrtc_disabled",
  "rate_limited",
  "limit_reached",
  "unavailable",
  "internal"
]);

export const MAX_BODY_CHARS = 8000;
export const MAX_SDP_CHARS = 49152;
export const MAX_CLIENT_IDS = 100;
export const PING_INTERVAL_MS = 20000;
export const REPLY_TIMEOUT_MS = 10000;
export const BACKOFF_MIN_MS = 250;
export const BACKOFF_MAX_MS = 20000;
export const PING_EVERY_BYTES = 131072;
export const TYPING_REPEAT_MS = 4000;
export const TYPING_EXPIRY_MS = 6000;

/** What the server's settings ask for; pages put in what theirs says. */
export const wire = {
  ping_ms: PING_INTERVAL_MS,
  reply_ms: REPLY_TIMEOUT_MS,
  body_chars: MAX_BODY_CHARS,
};

/** Whether a close with this code means: do not come back. */
export function isTerminal(code) {
  return code >= 4500 && code <= 4999;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isUuid(value) {
  return typeof value === "string" && UUID.test(value);
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What may be posted of what was typed: line ends as \n, no control characters, no half pairs. */
export function cleanBody(text) {
  return text.replace(/\r\n?/g, "\n").replace(CONTROL, "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Length as the server counts it: code points, not UTF-16 units. */
export function countChars(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether the server would take this as the body of a message. */
export function isBody(body) {
  if (typeof body !== "string" || body.length > 2 * wire.body_chars || !body.trim()) return false;
  return body === cleanBody(body) && countChars(body) <= wire.body_chars;
}

/** A new client_id; randomUUID is missing where the page came over plain http. */
export function newId(source = crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
