import { useSyncExternalStore } from 'react';

// A value that others watch. What was given out is never changed: set() puts a new value in its place.
export class Observable<Value extends object> {
  #value: Value;
  #watchers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(changes: Partial<Value>) {
    this.#value = { ...this.#value, ...changes };
    this.#watchers.forEach((tell) => tell());
  }

  // These two are handed to React as they are.
  watch = (tell: () => void) => {
    this.#watchers.add(tell);
    return () => void this.#watchers.delete(tell);
  };
  read = () => this.#value;
}

export const useObserved = <Value extends object>(observable: Observable<Value>) =>
  useSyncExternalStore(observable.watch, observable.read);
