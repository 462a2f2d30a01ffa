/** The button that turns the sound on and off, and says which. */
export class SoundButton {
  #button;
  #chime;
  #root;
  #texts;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root the inbox
   * @param {import("./chime.js").Chime} options.chime
   * @param {object} options.texts
   */
  constructor({ root, chime, texts }) {
    this.#button = root.querySelector("[data-role=sound]");
    this.#chime = chime;
    this.#root = root;
    this.#texts = texts;
  }

  arm() {
    this.#chime.arm(window);
    this.#chime.addEventListener("played", ({ detail }) => {
      this.#root.dataset.played = detail;
    });
    this.#button.addEventListener("click", () => {
      this.#chime.isOn = !this.#chime.isOn;
      this.#render();
      this.#chime.play("message");
    });
    this.#render();
  }

  #render() {
    const { isOn } = this.#chime;
    this.#root.dataset.sound = isOn ? "on" : "off";
    this.#button.setAttribute("aria-pressed", String(isOn));
    this.#button.title = isOn ? this.#texts.sound_on : this.#texts.sound_off;
  }
}
