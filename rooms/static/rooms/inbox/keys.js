const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/**
 * J, K and the arrows move through the rows, Enter opens (a row is a link), Escape goes back.
 * Keys in a field belong to the field, except Escape.
 */
export function watchKeys({ root, rows, goBack }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || document.querySelector("dialog[open], [data-menu][open]")) return;
    if (event.key === "Escape") goBack();
    else if (event.key in MOVES && mayMove(event, root)) move(event, rows);
  });
}

/** The arrows scroll whatever has the focus; in the list and on the bare page they move. */
function mayMove({ key, target }, root) {
  if (target.closest("input, textarea, select, [contenteditable]")) return false;
  if (key === "j" || key === "k") return true;
  return target === document.body || target === root || Boolean(target.closest("[data-role=room]"));
}

function move(event, rows) {
  const { links } = rows;
  if (links.length === 0) return;
  event.preventDefault();
  const focused = links.indexOf(document.activeElement);
  const from = focused >= 0 ? focused : links.findIndex((link) => link.ariaCurrent === "true");
  const step = MOVES[event.key];
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), links.length - 1);
  links[to].focus();
}
