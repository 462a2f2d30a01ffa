const NEAR_BOTTOM_PX = 48;
const NEAR_TOP_PX = 160;

/**
 * Keeps a list where the reader left it: at the bottom only if it was there, and at the same
 * message when older ones come in above.
 */
export class ScrollKeeper {
  #box;
  #isAtBottom = true;
  #observer;

  /**
   * @param {HTMLElement} box scrolls
   * @param {HTMLElement} list grows inside it
   * @param {{onTop: () => void, onBottom: () => void}} options
   */
  constructor(box, list, { onTop, onBottom }) {
    this.#box = box;
    box.addEventListener("scroll", () => {
      this.#isAtBottom = this.#distance() < NEAR_BOTTOM_PX;
      if (this.#isAtBottom) onBottom();
      if (box.scrollTop < NEAR_TOP_PX) onTop();
    });
    // The on-screen keyboard, a growing composer, a font that came late.
    this.#observer = new ResizeObserver(() => this.#isAtBottom && this.toBottom());
    this.#observer.observe(box);
    this.#observer.observe(list);
  }

  get isAtBottom() {
    return this.#isAtBottom;
  }

  toBottom() {
    this.#isAtBottom = true;
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** Runs `change` and puts back what the reader looks at. */
  around(change, anchor) {
    const before = anchor?.offsetTop ?? 0;
    change();
    if (this.#isAtBottom) this.toBottom();
    else if (anchor?.isConnected) this.#box.scrollTop += anchor.offsetTop - before;
  }

  stop() {
    this.#observer.disconnect();
  }

  #distance() {
    return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight;
  }
}
