// What every client library is put through: it follows two rooms, one of each table, while others
// send; is cut and comes back; pages through a history both ways; and is refused.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { makeToken, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const MESSAGE = '__typename id roomId seq cursor text senderId';

export const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { ${MESSAGE} }
}`;

export const PAGE = `query ($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  messages(roomId: $roomId, first: $first, after: $after, last: $last, before: $before) {
    __typename
    edges { __typename cursor node { __typename id seq text } }
    pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

export const SEND = `mutation ($roomId: ID!, $text: String!, $key: ID) {
  sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { ${MESSAGE} }
}`;

export const RESUME = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { __typename resume } }';

const ROOMS = ['club', 'GUILD#club'];
const HISTORY = 23; // messages, in pages of 5: the last one is not full
const PAGE_SIZE = 5;

// Nothing is asserted about time: this only ends what would wait for ever.
const PATIENCE_MS = 30_000;

async function eventually(condition, what) {
  for (const began = Date.now(); !condition(); await delay(5))
    if (Date.now() - began > PATIENCE_MS) throw new Error(what());
}

// The graphql-ws client that is under each of the libraries, of version 5 or what `create` makes. Its
// socket can be cut as by a pulled cable; who is cut stays away until back().
export class Wire {
  #socket = null;
  #allowed = Promise.resolve();
  back = () => {};
  refusals = []; // the close codes of all so far

  constructor(hall, token, options = { retryAttempts: 0 }, create = createClient) {
    this.client = create({
      url: `ws://${hall.address}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      lazyCloseTimeout: 1000,
      on: {
        connected: (socket) => (this.#socket = socket),
        closed: ({ code }) => this.refusals.push(code),
      },
      ...options,
    });
  }

  cut() {
    this.#allowed = new Promise((resolve) => (this.back = resolve));
    this.#socket.terminate();
  }

  // Before each new attempt.
  async mayReturn() {
    await this.#allowed;
    await delay(20);
  }

  dispose() {
    return this.client.dispose();
  }
}

// What a subscription heard.
export class Heard {
  messages = [];
  positions = []; // extensions.guildhall of each
  failure = null; // the GraphQL error that ended it

  take({ data, errors, extensions }) {
    if (errors) return this.fail(errors[0]);
    this.messages.push(data.onMessage);
    this.positions.push(extensions?.guildhall);
  }

  fail(error) {
    this.failure ??= error;
  }

  // For a client that subscribes anew by itself, with the variables as they stand then.
  observer(variables) {
    return {
      next: (result) => {
        this.take(result);
        variables.since = this.since;
      },
      error: (error) => this.fail(Array.isArray(error) ? error[0] : error),
      complete: () => this.fail(new Error('the subscription was completed')),
    };
  }

  // Where to go on from.
  get since() {
    return this.positions.at(-1)?.cursor;
  }

  get length() {
    return this.messages.length;
  }

  async until(n) {
    await eventually(
      () => this.length >= n || this.failure,
      () => `of ${n} messages there came ${this.length}`,
    );
    if (this.failure) throw new Error(`refused: ${JSON.stringify(this.failure)}`);
  }
}

// A room, what was acknowledged to those who sent to it, and what the follower heard of it.
class Followed {
  sent = [];
  heard = new Heard();

  constructor(id) {
    this.id = id;
  }

  // All that was sent, each once, in the order of the log.
  async isHeardWhole() {
    await this.heard.until(this.sent.length);
    const sent = [...this.sent].sort((a, b) => a.seq - b.seq);
    assert.deepEqual(this.heard.messages, sent);
    assert.deepEqual(
      sent.map(({ seq }) => seq),
      numbers(1, sent.length),
    );
    assert.deepEqual(
      this.heard.positions.map(({ seq, cursor }) => ({ seq, cursor })),
      sent.map(({ seq, cursor }) => ({ seq, cursor })),
    );
  }
}

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

class Scenario {
  rooms = ROOMS.map((id) => new Followed(id));
  #texts = 0;

  constructor(hall, connect) {
    this.hall = hall;
    this.connect = (token) => connect(hall, token);
  }

  async prepare() {
    this.ann = await this.connect(this.hall.token('ann'));
    this.bob = await this.connect(this.hall.token('bob'));
    await this.hall.room('club', ['ann', 'bob']);
    await this.hall.guild('club', ['ann', 'bob']);
    await this.hall.room('archive', ['ann']);
    for (const n of numbers(1, HISTORY)) await this.hall.send('ann', 'archive', `message ${n}`);
  }

  async done() {
    await this.ann.done();
    await this.bob.done();
  }

  // n messages to each room, by turns over Bob's socket and over HTTP.
  async write(n) {
    for (let i = 0; i < n; i++) {
      for (const { id, sent } of this.rooms) {
        const variables = { roomId: id, text: `message ${++this.#texts} ✓` };
        const ask = i % 2 ? this.bob.ask(SEND, variables) : this.hall.ask('bob', SEND, variables);
        sent.push((await ask).sendMessage);
      }
    }
  }

  // The same while the server goes and comes: what is not acknowledged is sent again, under its key.
  async writeSurely(n) {
    for (let i = 0; i < n; i++) {
      for (const { id, sent } of this.rooms) {
        const key = `key ${++this.#texts}`;
        sent.push(await this.#sendSurely({ roomId: id, text: `message with a ${key}`, key }));
      }
    }
  }

  async #sendSurely(variables) {
    let message, failure;
    const attempt = async () => (message = (await this.hall.ask('bob', SEND, variables)).sendMessage);
    for (const began = Date.now(); !message; await delay(5)) {
      if (Date.now() - began > PATIENCE_MS) throw failure;
      await attempt().catch((error) => (failure = error));
    }
    return message;
  }

  async hearMore(n) {
    const goals = this.rooms.map(({ heard }) => heard.length + n);
    for (const [i, { heard }] of this.rooms.entries()) await heard.until(goals[i]);
  }

  async hearAll() {
    for (const room of this.rooms) await room.isHeardWhole();
  }

  // ---- what is checked

  async follows() {
    for (const { id, heard } of this.rooms) {
      const { resume } = (await this.ann.ask(RESUME, { roomId: id })).messages;
      this.ann.follow({ roomId: id, since: resume }, heard);
    }
    await this.write(20);
    await this.hearAll();
  }

  async isCutWhileOthersSend() {
    let cutting = true;
    const cutAgainAndAgain = async () => {
      for (let i = 0; i < 4; i++) {
        await this.hearMore(6);
        this.ann.cut();
        this.ann.back();
      }
    };
    const writeMeanwhile = async () => {
      for (; cutting; await delay(10)) await this.write(2);
    };
    await Promise.all([writeMeanwhile(), cutAgainAndAgain().finally(() => (cutting = false))]);
    await this.write(1); // whoever hears this is back
    await this.hearAll();
  }

  async isAwayWhileOthersSend() {
    const before = this.rooms.map(({ heard }) => heard.length);
    this.ann.cut();
    await this.write(15);
    this.ann.back();
    await this.hearAll();
    for (const [i, { heard }] of this.rooms.entries())
      for (const { replayed } of heard.positions.slice(before[i])) assert.equal(replayed, true);
    await this.write(1);
    await this.hearAll();
  }

  async outlivesTheServer(signal) {
    const restart = async () => {
      await this.hearMore(5);
      await this.hall.end(signal);
      await this.hall.start();
    };
    await Promise.all([this.writeSurely(20), restart()]);
    await this.hearAll();
  }

  // One message is sent between any two pages.
  async pages(backward) {
    const newest = async () => {
      const { messages } = await this.hall.ask('ann', PAGE, { roomId: 'archive', first: 1 });
      return messages.edges[0].node.seq;
    };
    const first = await newest();
    const sendOne = () => this.hall.send('ann', 'archive', 'sent while somebody pages');
    const seqs = await this.ann.pages('archive', PAGE_SIZE, backward, sendOne);
    assert.ok((await newest()) > first, 'nothing was sent between the pages');
    // Newest first: who begins at the oldest comes to what was sent on the way as well.
    assert.deepEqual(seqs, numbers(1, backward ? await newest() : first).reverse());
  }

  async refusesAStranger() {
    const eve = await this.connect(this.hall.token('eve'));
    const forbidden = (error) => {
      assert.equal(error?.extensions?.code, 'FORBIDDEN', String(error?.stack ?? error));
      return true;
    };
    for (const roomId of ROOMS) {
      const heard = new Heard();
      await assert.rejects(eve.ask(SEND, { roomId, text: 'hello?' }), forbidden);
      await assert.rejects(eve.ask(PAGE, { roomId, first: 1 }), forbidden);
      eve.follow({ roomId }, heard);
      await eventually(
        () => heard.failure || heard.length,
        () => 'the subscription was not refused',
      );
      forbidden(heard.failure);
    }
    await eve.done();
  }

  async refusesAToken(token, refusal) {
    const mallory = await this.connect(token);
    await assert.rejects(mallory.ask(RESUME, { roomId: 'club' }), (error) => {
      // Some clients show what stands in the body of a 401.
      assert.ok([undefined, 'UNAUTHENTICATED', 'TOKEN_EXPIRED'].includes(error.extensions?.code), 'an answer');
      return true;
    });
    assert.deepEqual(mallory.refusals, [refusal]);
    await mallory.done();
  }
}

// How a client that has no pages of its own goes from one to the next.
export async function pageByPage(ask, roomId, size, backward, between) {
  const seqs = [];
  let variables = backward ? { last: size } : { first: size };
  for (;;) {
    const { edges, pageInfo } = (await ask(PAGE, { roomId, ...variables })).messages;
    const page = edges.map(({ node }) => node.seq);
    if (backward) seqs.unshift(...page);
    else seqs.push(...page);
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return seqs;
    await between();
    variables = backward
      ? { last: size, before: pageInfo.startCursor }
      : { first: size, after: pageInfo.endCursor };
  }
}

// connect(hall, token) gives one user's, or a promise of them
//     ask(document, variables)                 the data of a query or mutation, or throws its first error
//     follow(variables, heard)                 a subscription that begins again at heard.since after a cut
//     pages(roomId, size, backward, between)   every seq the library's own way of paging comes to,
//                                              in list order; awaits between() between two pages
//     cut(), back(), refusals                  of its Wire, or of its Cable
//     done()
// refusal is what a token that is not valid is answered with: a close code, or a status. options are
// the server's.
export async function play(name, connect, refusal = 4403, options = []) {
  await withServer({ threads: 2, options }, async (hall) => {
    const s = new Scenario(hall, connect);
    const ends = { exp: '+3600' };
    await s.prepare();
    await check(`${name} hears each message once and in order`, () => s.follows());
    await check(`${name} is cut while others send, and resumes where it was`, () => s.isCutWhileOthersSend());
    await check(`${name} is away while others send, and is told from the log`, () => s.isAwayWhileOthersSend());
    await check(`${name} pages forward to the end without a repeat or a hole`, () => s.pages(false));
    await check(`${name} pages backward to the end without a repeat or a hole`, () => s.pages(true));
    await check(`${name} sees FORBIDDEN where its user is not a member`, () => s.refusesAStranger());
    await check(`${name} is refused with ${refusal} for a token that another has signed`, () =>
      s.refusesAToken(makeToken({ sub: 'ann', ...ends }, { secret: 'nobody has told guildhall this one' }), refusal));
    await check(`${name} is refused with ${refusal} for a token that has ended`, () =>
      s.refusesAToken(hall.token('ann', { exp: '-60' }), refusal));
    for (const signal of ['SIGTERM', 'SIGKILL'])
      await check(`${name} finds the server again after ${signal}, and has missed nothing`, () =>
        s.outlivesTheServer(signal));
    await s.done();
  });
  finish();
}
