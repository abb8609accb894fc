// One user's client on one transport. What it does is told alike, whatever the protocol:
//
//     const operation = await session.begin({ query, variables, operationName, extensions });
//     await operation.next()      a result { data, errors, extensions }; a refusal is { errors };
//                                 null at the end
//     await operation.stop()      its client wants no more of it
//     session.cut()               as by a pulled cable
//
// A following is the same of one room: next() gives { seq, text, cursor }, and replayed where that is told.

import assert from 'node:assert/strict';

import { FOLLOW } from './documents.mjs';

export class Session {
  // All results of an operation that ends by itself.
  async run(request) {
    const operation = await this.begin(request);
    const results = [];
    for (;;) {
      const result = await operation.next();
      if (!result) return results;
      results.push(result);
    }
  }

  // The first results of one that does not.
  async take(request, n) {
    const operation = await this.begin(request);
    const results = [];
    while (results.length < n) results.push(await operation.next());
    await operation.stop();
    return results;
  }

  async follow(roomId, since) {
    const operation = await this.begin({ query: FOLLOW, variables: { roomId, since } });
    return {
      async next() {
        const result = await operation.next();
        assert.ok(result?.data?.onMessage, JSON.stringify(result));
        const { seq, text, cursor } = result.data.onMessage;
        const { guildhall } = result.extensions;
        assert.deepEqual([guildhall.seq, guildhall.cursor], [seq, cursor]);
        return { seq, text, cursor, replayed: guildhall.replayed };
      },
      stop: () => operation.stop(),
    };
  }
}

// Many operations on one stream of messages, which are told apart by their ids. A subclass has
//     read()           the next message: { id, result, ends } or null for one of no operation's
export class Shared extends Session {
  #arrived = new Map(); // results by the ids of operations; null is their end
  #reading = null;
  #ids = 0;

  newId() {
    const id = `operation ${++this.#ids}`;
    this.#arrived.set(id, []);
    return id;
  }

  // What comes for an operation that was stopped is of no account.
  forget(id) {
    this.#arrived.delete(id);
  }

  async #readOne() {
    const message = await this.read();
    const arrived = message && this.#arrived.get(message.id);
    if (!arrived) return;
    if (message.result) arrived.push(message.result);
    if (message.ends) arrived.push(null);
  }

  // Whoever waits first reads for all.
  async next(id) {
    const arrived = this.#arrived.get(id);
    while (!arrived.length) {
      this.#reading ??= this.#readOne().finally(() => (this.#reading = null));
      await this.#reading;
    }
    return arrived.shift();
  }
}
