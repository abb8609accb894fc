import { useSyncExternalStore } from 'react';

// A value that others watch. What was given out is never changed: set() puts a new value in its place.
export class Observable {
  #value;
  #watchers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(changes) {
    this.#value = { ...this.#value, ...changes };
    this.#watchers.forEach((tell) => tell());
  }

  // These two are handed to React as they are.
  watch = (tell) => {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  };
  read = () => this.#value;
}

export const useObserved = (observable) => useSyncExternalStore(observable.watch, observable.read);
