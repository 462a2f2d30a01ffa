/** A command that was refused or not answered. `temporary`: the same frame may work later. */
export class CommandError extends Error {
  /**
   * @param {string} code of docs/protocol.md, or "timeout", "disconnected", "not_connected"
   * @param {{temporary?: boolean, retryAfterMs?: number | null, limit?: string, field?: string | null}} [facts]
   */
  constructor(code, { temporary = false, retryAfterMs = null, limit = "", field = null } = {}) {
    super(code);
    this.name = "CommandError";
    this.code = code;
    this.temporary = temporary;
    this.retryAfterMs = retryAfterMs;
    this.limit = limit;
    this.field = field;
  }
}

/** @param {{code: string, temporary?: boolean, retry_after_ms?: number, limit?: string, field?: string}} error */
export function toCommandError(error) {
  return new CommandError(String(error?.code), {
    temporary: error?.temporary === true,
    retryAfterMs: error?.retry_after_ms ?? null,
    limit: error?.limit,
    field: error?.field ?? null,
  });
}

/** The commands that wait for their reply. */
export class Replies {
  #pending = new Map();
  #ref = 0;

  /**
   * @param {number} timeoutMs
   * @returns {{ref: number, promise: Promise<object>}}
   */
  expect(timeoutMs) {
    this.#ref += 1;
    const ref = this.#ref;
    const promise = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(ref);
        reject(new CommandError("timeout", { temporary: true }));
      }, timeoutMs);
      this.#pending.set(ref, { resolve, reject, timer });
    });
    return { ref, promise };
  }

  /** @param {{ref: number, ok?: object, error?: object}} frame */
  settle(frame) {
    const waiting = this.#pending.get(frame.ref);
    if (!waiting) return;
    this.#pending.delete(frame.ref);
    clearTimeout(waiting.timer);
    if (frame.error) waiting.reject(toCommandError(frame.error));
    else waiting.resolve(frame.ok ?? {});
  }

  /** The socket is gone: nobody will answer. */
  fail() {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new CommandError("disconnected", { temporary: true }));
    }
    this.#pending.clear();
  }
}
