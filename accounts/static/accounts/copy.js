/**
 * Copy buttons: <button data-copy="#field"> takes the field's value or the element's text,
 * <button data-copy-text="…"> what it says. data-copied is the word shown afterwards.
 */
const SHOWN_MS = 1_800;

export function watchCopyButtons(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-copy-text]");
    if (button) {
      copyFrom(button);
    }
  });
}

async function copyFrom(button) {
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const text = source ? source.value ?? source.textContent : button.dataset.copyText ?? "";
  if (await copyText(text.trim(), source)) {
    confirmOn(button);
  }
}

/**
 * Puts the text on the clipboard; where the browser forbids that (plain http), selects the field.
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyText(text, field = null) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select?.();
    return Boolean(field?.select) && document.execCommand("copy");
  }
}

function confirmOn(button) {
  const label = button.querySelector("[data-label]") ?? button;
  const before = label.dataset.before ?? label.textContent;
  label.dataset.before = before;
  label.textContent = button.dataset.copied ?? "✓";
  setTimeout(() => {
    label.textContent = before;
  }, SHOWN_MS);
}
