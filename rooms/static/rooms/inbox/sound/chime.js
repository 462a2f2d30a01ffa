const KEY = "doorbell:sound";
const ONCE_MS = 1_500;
// Frequency in Hz and start in s: two falling notes for a guest, one for a message.
const NOTES = { arrival: [[880, 0], [659, 0.18]], message: [[740, 0]] };
const NOTE_S = 0.45;
const LOUDNESS = 0.16;

/**
 * A short tone. Browsers allow sound after the person's first click or key, so until then it is
 * silent. With several tabs open one of them sounds.
 *
 * Events: `played` (detail: the kind).
 */
export class Chime extends EventTarget {
  #context = null;
  #memory;

  /** @param {import("../memory.js").Memory} memory where "off" is remembered */
  constructor(memory) {
    super();
    this.#memory = memory;
  }

  get isOn() {
    return this.#memory.read(KEY) !== "off";
  }

  set isOn(on) {
    this.#memory.write(KEY, on ? "on" : "off");
  }

  /** Waits for the first gesture on the page. */
  arm(target) {
    const start = () => {
      this.#context ??= new AudioContext();
      this.#context.resume();
    };
    for (const type of ["pointerdown", "keydown"]) {
      target.addEventListener(type, start, { once: true, capture: true });
    }
  }

  /** @param {"arrival" | "message"} kind */
  play(kind) {
    if (!this.isOn || this.#context?.state !== "running") return;
    if (!navigator.locks) this.#sound(kind);
    else navigator.locks.request(KEY, { ifAvailable: true }, (lock) => lock && this.#hold(kind));
  }

  #hold(kind) {
    this.#sound(kind);
    return new Promise((resolve) => {
      setTimeout(resolve, ONCE_MS);
    });
  }

  #sound(kind) {
    for (const [frequency, startS] of NOTES[kind]) this.#note(frequency, startS);
    this.dispatchEvent(new CustomEvent("played", { detail: kind }));
  }

  #note(frequency, startS) {
    const at = this.#context.currentTime + startS;
    const tone = new OscillatorNode(this.#context, { type: "sine", frequency });
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
    tone.connect(volume).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + NOTE_S);
  }
}
