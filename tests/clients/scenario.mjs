// What every client library is put through: follow while another connection sends, page to the end
// both ways, be cut, come back, and resume where it was.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

export const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { id seq cursor text senderId }
}`;

export const SEND = `mutation ($roomId: ID!, $text: String!) {
  sendMessage(roomId: $roomId, text: $text) { id seq cursor text senderId }
}`;

export const PAGE = `query ($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  messages(roomId: $roomId, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id seq text } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    resume
  }
}`;

export const RESUME = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { resume } }';

const HISTORY = 23; // messages, in pages of 5: the last one is not full

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

// What a subscription heard, and a promise for when it has heard so many.
export class Heard {
  messages = [];
  #wanted = [];

  take(message) {
    this.messages.push(message);
    this.#wanted = this.#wanted.filter(({ n, resolve }) => this.messages.length < n || resolve());
  }

  fail(error) {
    for (const { reject } of this.#wanted) reject(error);
    this.#wanted = [];
  }

  get last() {
    return this.messages.at(-1);
  }

  get seqs() {
    return this.messages.map((message) => message.seq);
  }

  until(n) {
    if (this.messages.length >= n) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`of ${n} messages there came ${this.messages.length}`));
      const timer = setTimeout(late, 30_000);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        how(value);
      };
      this.#wanted.push({ n, resolve: settle(resolve), reject: settle(reject) });
    });
  }
}

// connect(hall, user) gives one connection's
//     ask(document, variables)        the data of a query or mutation
//     follow(variables, heard)        a subscription that begins again at heard.last after a cut
//     pages(roomId, size, backward)   every seq the library's own way of paging comes to, in list order
//     cut()                           the socket is gone, without a word
//     done()
export async function play(name, connect) {
  await withServer({}, async (hall) => {
    await hall.room('club', ['ann', 'bob']);
    await hall.room('archive', ['ann']);
    for (const n of numbers(1, HISTORY)) await hall.send('ann', 'archive', `message ${n}`);
    const ann = await connect(hall, 'ann');
    const bob = await connect(hall, 'bob');
    const heard = new Heard();

    await check(`${name}: follows onMessage while another connection sends`, async () => {
      const { resume } = (await ann.ask(RESUME, { roomId: 'club' })).messages;
      ann.follow({ roomId: 'club', since: resume }, heard);
      for (const n of numbers(1, 10)) {
        const { sendMessage } = await bob.ask(SEND, { roomId: 'club', text: `message ${n}` });
        assert.equal(sendMessage.seq, n);
      }
      await heard.until(10);
      assert.deepEqual(heard.seqs, numbers(1, 10));
      assert.equal(heard.last.text, 'message 10');
      assert.equal(heard.last.senderId, 'bob');
    });

    await check(`${name}: comes back after a cut and resumes by since`, async () => {
      ann.cut();
      for (const n of numbers(11, 15)) await bob.ask(SEND, { roomId: 'club', text: `message ${n}` });
      await heard.until(15);
      await bob.ask(SEND, { roomId: 'club', text: 'message 16' });
      await heard.until(16);
      assert.deepEqual(heard.seqs, numbers(1, 16));
    });

    await check(`${name}: finds the server again after a restart, and misses nothing`, async () => {
      await hall.end('SIGTERM');
      await hall.start();
      for (const n of numbers(17, 20)) await hall.send('bob', 'club', `message ${n}`);
      await heard.until(20);
      assert.deepEqual(heard.seqs, numbers(1, 20));
    });

    await check(`${name}: pages forward to the end without a repeat or a hole`, async () => {
      assert.deepEqual(await ann.pages('archive', 5, false), numbers(1, HISTORY).reverse());
    });

    await check(`${name}: pages backward to the beginning without a repeat or a hole`, async () => {
      assert.deepEqual(await ann.pages('archive', 5, true), numbers(1, HISTORY).reverse());
    });

    await check(`${name}: an error carries its code`, async () => {
      await assert.rejects(ann.ask(SEND, { roomId: 'nowhere', text: 'x' }), (error) => {
        assert.equal(error.extensions?.code, 'NOT_FOUND');
        return true;
      });
    });

    await ann.done();
    await bob.done();
  });
  finish();
}

export function connectionParams(hall, user) {
  return () => ({ authorization: `Bearer ${hall.token(user)}` });
}
