/** Dates and languages as the inbox names them. No DOM. */
import { startOfDay } from "../base/format.js";

const DAY_MS = 86_400_000;

/** Dates in the reader's zone and language. */
export class DateFormats {
  #date;
  #dateTime;
  #day;
  #dayTime;
  #time;
  #yesterday;

  /**
   * @param {string} language
   * @param {string} yesterday the word
   */
  constructor(language, yesterday) {
    const locale = language || undefined;
    this.#yesterday = yesterday;
    const clock = { hour: "numeric", minute: "2-digit" };
    const day = { day: "numeric", month: "short" };
    this.#time = new Intl.DateTimeFormat(locale, clock);
    this.#day = new Intl.DateTimeFormat(locale, day);
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
    this.#dayTime = new Intl.DateTimeFormat(locale, { ...day, ...clock });
    this.#dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  }

  /** As short as a list wants it: a time, "Yesterday", a day or a date. */
  short(at, now = Date.now()) {
    const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
    if (days <= 0) return this.#time.format(at);
    if (days === 1) return this.#yesterday;
    return (isSameYear(at, now) ? this.#day : this.#date).format(at);
  }

  full(at, now = Date.now()) {
    return (isSameYear(at, now) ? this.#dayTime : this.#dateTime).format(at);
  }
}

/** "en" as "English", in the reader's language; a code nobody knows stays as it is. */
export function nameLanguage(code, locale) {
  try {
    return new Intl.DisplayNames(locale || undefined, { type: "language" }).of(code);
  } catch {
    return code;
  }
}

function isSameYear(at, now) {
  return new Date(at).getFullYear() === new Date(now).getFullYear();
}
