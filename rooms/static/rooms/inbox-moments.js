/** Moments as the inbox shows them. No DOM. */
import { startOfDay } from "./format.js";

const DAY_MS = 86_400_000;

/** Moments in the reader's zone and language. */
export class Moments {
  #date;
  #day;
  #full;
  #time;
  #yesterday;

  /**
   * @param {string} language
   * @param {string} yesterday the word
   */
  constructor(language, yesterday) {
    const locale = language || undefined;
    this.#yesterday = yesterday;
    this.#time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    this.#day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  }

  /** As short as a list wants it: a time, "Yesterday", a day or a date. */
  short(at, now = Date.now()) {
    const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
    if (days <= 0) return this.#time.format(at);
    if (days === 1) return this.#yesterday;
    const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    return (isThisYear ? this.#day : this.#date).format(at);
  }

  full(at) {
    return this.#full.format(at);
  }
}
