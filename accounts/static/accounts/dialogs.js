/**
 * Dialogs: [data-dialog="id"] opens <dialog id>, [data-close] inside closes it, and so do Escape
 * and a click beside it. A <dialog data-open> is open when the page comes (a form with errors).
 */
export function watchDialogs(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) {
      document.getElementById(opener.dataset.dialog)?.showModal();
      return;
    }
    if (event.target.closest?.("[data-close]") || isBackdrop(event)) {
      event.target.closest("dialog")?.close();
    }
  });
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    dialog.showModal();
  }
}

/** A click on the dialog element itself, outside its box, hits the backdrop. */
function isBackdrop(event) {
  if (!(event.target instanceof HTMLDialogElement)) {
    return false;
  }
  const box = event.target.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
