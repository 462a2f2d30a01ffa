import { make } from "../base/dom.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'“”‘’，。；！？、（）《》【】]+/giu;
const TRAILING = ".,;:!?…*_~";

/**
 * Splits a text into words and web addresses, so that every part can be set as text.
 *
 * @param {string} text
 * @returns {{text: string, href?: string}[]}
 */
export function split(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trim(found);
    const href = toHref(address);
    if (!href) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** Appends the text to the node, its web addresses as links. */
export function linkify(node, text) {
  for (const { text: part, href } of split(text)) {
    node.append(href ? make("a", { href, target: "_blank", rel: "noopener nofollow ugc" }, part) : part);
  }
}

/** What ends a sentence is not part of the address; nor is a bracket that was opened before it. */
function trim(found) {
  const surplus = { ")": count(found, "()"), "]": count(found, "[]"), "}": count(found, "{}") };
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found[end - 1];
    if (surplus[last] > 0) surplus[last] -= 1;
    else if (!TRAILING.includes(last)) break;
  }
  return found.slice(0, end);
}

/** How many more brackets are closed than opened. */
function count(text, [open, close]) {
  return text.split(close).length - text.split(open).length;
}

function toHref(address) {
  try {
    const { href, protocol, hostname, username, password } = new URL(address);
    // "https://bank.example@evil.example" leads elsewhere than it reads.
    return /^https?:$/.test(protocol) && hostname && !username && !password ? href : null;
  } catch {
    return null;
  }
}
