/** Short notices in the corner, read out politely. */
const LIFETIME_MS = 6_000;

function area() {
  return document.getElementById("toasts");
}

/**
 * Shows a notice; an error stays until it is closed.
 * @param {string} text
 * @param {{bad?: boolean}} [options]
 */
export function showToast(text, { bad = false } = {}) {
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  toast.textContent = text;
  area()?.append(toast);
  settle(toast);
}

/** Gives the toasts that came with the page their close button and their end. */
export function settleToasts() {
  for (const toast of area()?.querySelectorAll(".toast") ?? []) {
    settle(toast);
  }
}

function settle(toast) {
  if (!toast.classList.contains("bad")) {
    setTimeout(() => toast.remove(), LIFETIME_MS);
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = area().dataset.closeLabel ?? "×";
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
}
