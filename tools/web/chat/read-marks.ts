// How far each room was read: { seq, cursor } by room, kept by the browser and shared by its windows.

import { kept } from './storage.ts';

type Mark = { seq: number; cursor: string | null };
type Marks = Record<string, Mark>;

const UNREAD: Mark = { seq: 0, cursor: null };

export class ReadMarks {
  #store;
  #marks: Marks;

  constructor(owner: string) {
    this.#store = kept<Marks>(() => localStorage, `guildhall-chat:read:${owner}`);
    this.#marks = this.#store.read() ?? {};
  }

  of(roomId: string) {
    return this.#marks[roomId] ?? UNREAD;
  }

  put(roomId: string, { seq, cursor }: Mark) {
    if (seq <= this.of(roomId).seq) return;
    this.#marks = { ...(this.#store.read() ?? this.#marks), [roomId]: { seq, cursor } };
    this.#store.write(this.#marks);
  }

  // It is no place of this log, so it says nothing: the server has another database than it had.
  forget(roomId: string) {
    const { [roomId]: _, ...others } = this.#store.read() ?? this.#marks;
    this.#marks = others;
    this.#store.write(this.#marks);
  }

  // Calls changed() when another window has read on; gives the function that ends it.
  watch(changed: () => void) {
    const look = ({ key }: StorageEvent) => {
      if (key !== this.#store.name) return;
      this.#marks = this.#store.read() ?? {};
      changed();
    };
    addEventListener('storage', look);
    return () => removeEventListener('storage', look);
  }
}
