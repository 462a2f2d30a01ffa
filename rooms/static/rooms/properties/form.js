/** Shows the chosen colour as guests will see it; the server corrects it, the page only asks. */
const WAIT_MS = 120;

const input = document.querySelector('input[name="color"]');
const preview = document.querySelector("[data-preview]");
const note = document.querySelector("[data-corrected]");
let timer = 0;

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT_MS);
});
show();

function show() {
  const name = input.value.slice(1).toLowerCase();
  if (!/^[0-9a-f]{6}$/.test(name)) {
    return;
  }
  const href = preview.dataset.themeUrl.replace("000000", name);
  if (document.querySelector(`link[href="${href}"]`)) {
    dress(name);
    return;
  }
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = href;
  sheet.addEventListener("load", () => dress(name));
  document.head.append(sheet);
}

function dress(name) {
  if (input.value.slice(1).toLowerCase() !== name) {
    return;
  }
  preview.className = `preview theme-${name}`;
  const used = getComputedStyle(preview).getPropertyValue("--accent").trim();
  note.querySelector("code").textContent = used;
  note.hidden = used === `#${name}`;
}
