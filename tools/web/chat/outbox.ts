// What was sent to a room and is not acknowledged yet, kept by the browser: a page that is loaded again
// sends it again, under the key that it got at first. Each message is an entry of its own, so that two
// windows of a user write nothing over; should both send the same message, its key makes it one.

import { kept, namesOf } from './storage.ts';

export interface Unsent {
  key: string;
  text: string;
  ts: string;
  code?: string; // with which it was refused: it is sent again for the asking only
}

export const MOST_WAITING = 100; // messages of a room, in a window

// 128 random bits. crypto.randomUUID() is there only where the page came by TLS or from this machine.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Outbox {
  #prefix;
  #newest = 0;

  constructor(owner: string, roomId: string) {
    this.#prefix = `guildhall-chat:outbox:${owner}:${encodeURIComponent(roomId)}:`;
  }

  #entry(key: string) {
    return kept<Unsent>(() => localStorage, this.#prefix + key);
  }

  // Later than what was put in before, so that they keep their order.
  put(text: string): Unsent {
    this.#newest = Math.max(this.#newest + 1, Date.now());
    const unsent = { key: newKey(), text, ts: new Date(this.#newest).toISOString() };
    this.#entry(unsent.key).write(unsent);
    return unsent;
  }

  refuse(key: string, code: string) {
    const unsent = this.#entry(key).read();
    if (unsent) this.#entry(key).write({ ...unsent, code });
  }

  remove(key: string) {
    this.#entry(key).write(null);
  }

  // In the order in which they were put in.
  all(): Unsent[] {
    const found = namesOf(() => localStorage, this.#prefix).map((name) =>
      this.#entry(name.slice(this.#prefix.length)).read(),
    );
    return found.filter((unsent) => unsent !== null).sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }
}
