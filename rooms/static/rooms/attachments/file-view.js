import { make } from "../base/dom.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MEGABYTE = 1_000_000;

/**
 * A file as it stands in a message: name and size, a picture as itself; saved or opened by a click.
 *
 * @param {{name: string, content_type: string, size_bytes: number}} file
 * @param {string | null} address null once it was removed
 * @param {Record<string, string>} phrases
 */
export function makeFile({ name, content_type: type, size_bytes: size, state }, address, phrases) {
  const gone = phrases[`file_${state}`] ?? phrases.file_removed;
  const isReady = address && state !== "processing";
  const facts = [
    make("span", { className: "file-name", dir: "auto" }, name),
    make("span", { className: "file-size" }, isReady ? tellSize(size) : gone),
  ];
  if (!isReady) return make("span", { className: "file", dataset: { role: "file" } }, ...facts);
  const isPicture = PICTURES.includes(type);
  const link = make("a", { className: "file", href: address, dataset: { role: "file" } }, ...facts);
  if (!isPicture) return Object.assign(link, { download: name, title: phrases.file_save });
  link.prepend(make("img", { src: address, alt: "", loading: "lazy", decoding: "async" }));
  link.classList.add("picture");
  return Object.assign(link, { target: "_blank", rel: "noopener", title: phrases.file_open });
}

/** "340 kB", "1.2 MB" in the page's language. */
export function tellSize(bytes) {
  const isSmall = bytes < MEGABYTE;
  const unit = isSmall ? "kilobyte" : "megabyte";
  const options = { style: "unit", unit, maximumFractionDigits: isSmall ? 0 : 1 };
  const count = Math.max(1, isSmall ? bytes / 1000 : bytes / MEGABYTE);
  return new Intl.NumberFormat(document.documentElement.lang || "en", options).format(count);
}
