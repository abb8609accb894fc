// How far each room was read: { seq, cursor } by room, kept by the browser and shared by its windows.

import { kept } from './storage.js';

const UNREAD = { seq: 0, cursor: null };

export class ReadMarks {
  #store;
  #marks;

  constructor(user) {
    this.#store = kept(() => localStorage, `guildhall-chat:read:${user}`);
    this.#marks = this.#store.read() ?? {};
  }

  of(roomId) {
    return this.#marks[roomId] ?? UNREAD;
  }

  put(roomId, { seq, cursor }) {
    if (seq <= this.of(roomId).seq) return;
    this.#marks = { ...(this.#store.read() ?? this.#marks), [roomId]: { seq, cursor } };
    this.#store.write(this.#marks);
  }

  // Calls changed() when another window has read on; gives the function that ends it.
  watch(changed) {
    const look = ({ key }) => {
      if (key !== this.#store.name) return;
      this.#marks = this.#store.read() ?? {};
      changed();
    };
    addEventListener('storage', look);
    return () => removeEventListener('storage', look);
  }
}
