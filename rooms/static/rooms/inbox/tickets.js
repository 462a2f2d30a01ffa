const URL_PATH = "/api/v1/tickets";

/** What opens the socket: first the ticket the page came with, later ones from the API. */
export class Tickets {
  #first;
  #token;

  /**
   * @param {{ticket: string, ws: string}} first
   * @param {string} token against forged requests
   */
  constructor(first, token) {
    this.#first = first;
    this.#token = token;
  }

  async take() {
    const first = this.#first;
    this.#first = null;
    return first ?? this.#ask();
  }

  async #ask() {
    const response = await fetch(URL_PATH, {
      method: "POST",
      body: "{}",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": this.#token,
      },
    });
    if (response.ok) return response.json();
    // Signed out, removed or suspended: asking again is useless. 429 and 5xx pass.
    const temporary = response.status === 429 || response.status >= 500;
    throw Object.assign(new Error(`ticket: ${response.status}`), { temporary });
  }
}
