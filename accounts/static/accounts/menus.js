/** Menus are <details data-menu>: one open at a time, closed by Escape or a click elsewhere. */
export function watchMenus(root) {
  root.addEventListener("click", (event) => closeAllBut(event.target.closest?.("[data-menu]")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    const open = document.querySelector("[data-menu][open]");
    closeAllBut(null);
    open?.querySelector("summary")?.focus();
  });
}

function closeAllBut(kept) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (menu !== kept) {
      menu.removeAttribute("open");
    }
  }
}
