// Who is here, by which token, and where the next one comes from: `guildhall up` gives demo tokens out
// to whoever asks from the same machine; otherwise the user pastes one. A token stays in this tab.

import { demoTokens } from '../demo.js';
import { Observable } from './observable.ts';
import { kept } from './storage.ts';

export interface Claims {
  user: string;
  expiresAt: string | null;
}

interface Credentials extends Claims {
  token: string;
  demo: boolean; // given out by `guildhall up`
}

export type DemoUser = { user: string; token: string; expiresAt: string };

const mine = kept<Credentials>(() => sessionStorage, 'guildhall-chat:session');

// While the server is away it gives none out either.
export const demoUsers = (): Promise<DemoUser[]> => demoTokens().catch(() => []);

// What a JSON Web Token says of itself. Only the server can tell whether that is true.
export function claimsOf(token: string): Claims | null {
  try {
    const middle = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(middle), (letter) => letter.charCodeAt(0));
    const { sub, exp }: { sub?: string; exp?: number } = JSON.parse(new TextDecoder().decode(bytes));
    return { user: sub ?? '', expiresAt: exp ? new Date(exp * 1000).toISOString() : null };
  } catch {
    return null;
  }
}

export class Session {
  // refused: the server did not take the token any more. wanted: nothing goes on without another one.
  state;
  user: string;
  demo: boolean;
  #pasted = () => {};
  #ended = false;

  constructor({ user, token, expiresAt, demo }: Credentials) {
    this.user = user;
    this.demo = demo;
    this.state = new Observable({ token, expiresAt, refused: false, wanted: false });
    this.accept(token, expiresAt);
  }

  // The session that this tab had before it was loaded again.
  static restored() {
    const known = mine.read();
    return known?.token ? new Session(known) : null;
  }

  get token() {
    return this.state.value.token;
  }

  accept(token: string, expiresAt: string | null) {
    this.state.set({ token, expiresAt, refused: false, wanted: false });
    if (!this.#ended) mine.write({ user: this.user, demo: this.demo, token, expiresAt });
    this.#pasted();
  }

  refuse() {
    this.state.set({ refused: true });
  }

  // A newer token of the same user, or null: only the user has one.
  async another() {
    if (!this.demo) return null;
    const users = await demoUsers();
    return users.find(({ user }) => user === this.user) ?? null;
  }

  // Resolves when there is a token to come with.
  async usable() {
    if (!this.state.value.refused) return;
    const next = await this.another();
    if (next) return this.accept(next.token, next.expiresAt);
    if (this.demo) return; // the server is away: it is asked again before the next attempt
    this.state.set({ wanted: true });
    await new Promise<void>((resolve) => (this.#pasted = resolve));
  }

  // What is still on its way does not bring the user back.
  end() {
    this.#ended = true;
    mine.write(null);
  }
}
