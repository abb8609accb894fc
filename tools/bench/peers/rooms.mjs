// Who follows which room, for servers that bring nothing of their own for it: as little as it takes.

class Follower {
  #waiting = [];
  #wake = null;
  #leave;

  constructor(leave) {
    this.#leave = leave;
  }

  push(message) {
    if (!this.#wake) {
      this.#waiting.push(message);
      return;
    }
    this.#wake({ value: message, done: false });
    this.#wake = null;
  }

  next() {
    if (this.#waiting.length) return Promise.resolve({ value: this.#waiting.shift(), done: false });
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  return() {
    this.#leave(this);
    this.#wake?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const rooms = new Map();

export function publish(roomId, message) {
  for (const follower of rooms.get(roomId) ?? []) follower.push(message);
}

export function follow(roomId) {
  const followers = rooms.get(roomId) ?? new Set();
  const follower = new Follower((it) => followers.delete(it));
  rooms.set(roomId, followers.add(follower));
  return follower;
}
