import { make, setText } from "../base/dom.js";
import { fill } from "../base/format.js";

const ASKED = { nickname_required: "nickname", passcode_wrong: "passcode" };
const MAX_CHARS = { nickname: 60, passcode: 64 };

/** Why the door stayed shut; `temporary` says whether knocking again may help. */
export class DoorError extends Error {
  constructor(status, { code = "network", errors = [], challenge = null } = {}, retryAfterS = 0) {
    super(code);
    this.challenge = challenge;
    this.code = code;
    this.field = ASKED[code] ?? errors[0]?.field ?? "";
    this.temporary = [0, 428, 429].includes(status) || status >= 500;
    this.retryAfterS = retryAfterS;
  }
}

/**
 * Asks to be let in.
 *
 * @param {string} url
 * @param {Record<string, string>} wish nickname, passcode, prefill, consent, proof
 * @returns {Promise<object>} ticket, resume, room, participant, ws; rejects with DoorError
 */
export async function knock(url, wish) {
  const wanted = { ...wish, automated: navigator.webdriver ? "1" : "" };
  const said = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
  const headers = { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(url, { method: "POST", headers, body: JSON.stringify(said) });
  } catch {
    throw new DoorError(0);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new DoorError(response.status, answer, Number(response.headers.get("Retry-After")));
}

/** Does what the challenge asks for while `place` says so; what stands in it stays. */
export async function prove(challenge, { phrases, proof }, place) {
  const note = make("p", { className: "door-note muted", attrs: { role: "status" } });
  place.append(note);
  note.textContent = phrases.checking;
  try {
    return await (await import(proof)).prove(challenge, proof);
  } catch {
    throw new DoorError(0);
  } finally {
    note.remove();
  }
}

/** What a guest is told about a refusal. */
export function explain(error, phrases) {
  const known = {
    nickname_required: phrases.error_nickname_required,
    passcode_wrong: phrases.error_passcode_wrong,
    banned: phrases.error_banned,
    rate_limited: fill(phrases.error_busy, { count: error.retryAfterS }),
    limit_reached: phrases.error_full,
    invalid: phrases.error_invalid,
    proof_required: phrases.error_proof,
  };
  if (known[error.code]) return known[error.code];
  return error.temporary ? phrases.error_network : phrases.error_link_gone;
}

/**
 * A form that asks for these fields and hands over what was typed.
 *
 * @param {object} options
 * @param {("nickname" | "passcode")[]} options.fields
 * @param {Record<string, string>} options.phrases
 * @param {string} options.submit what the button says
 * @param {string} [options.value] of the nickname
 * @param {(said: object) => Promise<void>} options.onSubmit rejects with DoorError
 */
export function makeForm({ fields, phrases, submit, value = "", onSubmit }) {
  const inputs = fields.map((name) => makeInput(name, name === "nickname" ? value : "", phrases));
  const error = make("p", { className: "error", hidden: true, attrs: { role: "alert" } });
  const button = make("button", { className: "button primary block", type: "submit" }, submit);
  const form = make(
    "form",
    { className: "door-form", noValidate: true, dataset: { role: fields[0] } },
    ...inputs.map(({ field }) => field),
    error,
    button,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    setText(error, "");
    try {
      await onSubmit(Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()])));
    } catch (refusal) {
      if (!(refusal instanceof DoorError)) throw refusal;
      show(refusal, inputs, error, phrases);
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

function makeInput(name, value, phrases) {
  const input = make("input", {
    name,
    value,
    id: `door-${name}`,
    type: name === "passcode" ? "password" : "text",
    maxLength: MAX_CHARS[name],
    autocomplete: name === "passcode" ? "one-time-code" : "nickname",
    placeholder: name === "nickname" ? phrases.nickname_placeholder : "",
    required: true,
  });
  const label = make("label", { htmlFor: input.id }, phrases[`${name}_label`]);
  const field = make("div", { className: "field" }, label, input);
  if (name === "passcode") field.append(make("p", { className: "help" }, phrases.passcode_help));
  return { name, input, field };
}

function show(refusal, inputs, error, phrases) {
  setText(error, explain(refusal, phrases));
  for (const { name, input } of inputs) {
    const isWrong = name === refusal.field;
    input.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) input.focus();
  }
}
