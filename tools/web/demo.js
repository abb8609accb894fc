// The demo's users and their tokens, which only `guildhall up` gives, and only to this machine.

const EARLY_MS = 60_000; // before it ends, a token is replaced

export class Demo {
  #tokens = [];
  #asked = null;

  // The demo of this server; null where there is none.
  static async find() {
    const { demo } = await (await fetch('/version')).json();
    if (!demo) return null;
    const found = new Demo();
    return (await found.#renew()) ? found : null;
  }

  get users() {
    return this.#tokens.map(({ user }) => user);
  }

  // One that is good for a while yet; null when the server gives none.
  async token(user) {
    const isFresh = (entry) => Date.parse(entry.expiresAt) - Date.now() > EARLY_MS;
    if (!this.#tokens.every(isFresh)) await this.#renew();
    return this.#tokens.find((entry) => entry.user === user)?.token ?? null;
  }

  // Those who ask at the same time wait for the same answer.
  #renew() {
    this.#asked ??= this.#ask().finally(() => (this.#asked = null));
    return this.#asked;
  }

  async #ask() {
    const response = await fetch('/demo/tokens');
    if (!response.ok) return false;
    this.#tokens = await response.json();
    return true;
  }
}
