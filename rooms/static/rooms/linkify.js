import { make } from "./dom.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'“”‘’，。；！？、（）《》【】]+/giu;
const TRAILING = /[.,;:!?…*_~]+$/u;

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
  let address = found.replace(TRAILING, "");
  for (const [open, close] of ["()", "[]", "{}"]) {
    while (address.endsWith(close) && count(address, close) > count(address, open)) {
      address = address.slice(0, -1).replace(TRAILING, "");
    }
  }
  return address;
}

function count(text, character) {
  return text.split(character).length - 1;
}

function toHref(address) {
  try {
    const { href, protocol, hostname } = new URL(address);
    return /^https?:$/.test(protocol) && hostname ? href : null;
  } catch {
    return null;
  }
}
