const DAY_MS = 86_400_000;
const UNITS = [
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

// Numbers of every kind that CLDR knows in any language: forms of a phrase come by them.
export const SAMPLES = [0, 1, 2, 3, 4, 6, 7, 11, 20, 100, 1e6];

/** Puts values into the places of a phrase: fill("{count} new", {count: 3}). */
export function fill(phrase, values) {
  const text = typeof phrase === "string" ? phrase : chooseForm(phrase, values.count);
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A form holds from its number on; the page's language says which number the count is like. */
function chooseForm(forms, count) {
  const rules = new Intl.PluralRules(document.documentElement.lang);
  const kind = rules.select(count);
  const alike = SAMPLES.find((number) => rules.select(number) === kind);
  return forms[Object.keys(forms).filter((number) => number <= alike).at(-1)];
}

// One whole character (UAX #29) without Intl.Segmenter, which is younger than our browsers: a flag,
// or a sign with its marks, skin tone, tags, what a joiner adds and what a virama binds to it.
const BOUND = "[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1b44]\u200d?\\p{L}";
const MARKS = "[\\p{M}\\p{EMod}\u0e33\u0eb3\u200c\u200d\u{e0020}-\u{e007f}]";
const CHARACTER = RegExp(`\\p{RI}{2}|.(?:${BOUND}|\u200d\\p{ExtPict}|${MARKS})*`, "u");

/** The first character of the first and the last word of a name, as the templates show it. */
export function initials(name) {
  const words = name.match(/[\p{L}\p{N}\p{ExtPict}\p{RI}][^\s.]*/gu) ?? ["?"];
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word.match(CHARACTER)[0]).join("").toUpperCase();
}

/** Dates and times in the reader's zone and language. */
export class Clock {
  #day;
  #phrases;
  #relative;
  #time;

  /**
   * @param {string} language
   * @param {{today: string, yesterday: string}} phrases
   */
  constructor(language, phrases) {
    this.#phrases = phrases;
    this.#time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
    this.#day = new Intl.DateTimeFormat(language, { dateStyle: "full" });
    this.#relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  time(at) {
    return this.#time.format(at);
  }

  day(at, now = Date.now()) {
    const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
    if (days === 0) return this.#phrases.today;
    return days === 1 ? this.#phrases.yesterday : this.#day.format(at);
  }

  /** "12 seconds ago" */
  ago(at, now = Date.now()) {
    const passedMs = Math.max(0, now - at);
    const [unit, lengthMs] = UNITS.find(([, ms]) => passedMs >= ms) ?? UNITS.at(-1);
    return this.#relative.format(-Math.floor(passedMs / lengthMs), unit);
  }
}

export function startOfDay(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}
