/** Dates in the reader's own time zone: those that are shown and those that are typed. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const style = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "medium",
  timeStyle: "short",
});

for (const element of document.querySelectorAll("time[data-local]")) {
  element.textContent = style.format(new Date(element.dateTime));
}

const field = document.querySelector('input[name="zone"]');
if (field && zone) {
  // A zone that is there already came back with an error: the fields are in it.
  if (!field.value) {
    for (const input of field.form.querySelectorAll('input[type="datetime-local"]')) {
      toLocal(input);
    }
    field.value = zone;
  }
  document.querySelector("[data-zone]").textContent = field.value;
}

function toLocal(input) {
  if (!input.value) {
    return;
  }
  const at = new Date(`${input.value}Z`);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  input.value = shifted.toISOString().slice(0, 16);
}
