// The demo's users and their tokens, which only `guildhall up` gives, and only to this machine.

const EARLY_MS = 60_000; // before it ends, a token is replaced

// [{ user, token, expiresAt }], new ones at each call; none where there is no demo.
export async function demoTokens() {
  const { demo } = await (await fetch('/version')).json();
  const response = demo && (await fetch('/demo/tokens'));
  return response?.ok ? response.json() : [];
}

export class Demo {
  #tokens = [];
  #asked = null;

  // The demo of this server; null where there is none.
  static async find() {
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
    const tokens = await demoTokens();
    if (tokens.length) this.#tokens = tokens;
    return tokens.length > 0;
  }
}
