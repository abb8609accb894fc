// Writers and followers who go on whatever happens to PostgreSQL, and remember what they were told.
// The log must agree with all of it: what was acknowledged stands in it once, where its seq says;
// what was refused is not in it; and where nobody could tell, it is there once or not at all.
//
// GUILDHALL_TEST_TURNS (1) is how often each trouble comes, GUILDHALL_TEST_SEED repeats choices.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export const SEED = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(1, 2 ** 31));
export const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);

export const ROOMS = ['busy', 'GUILD#busy']; // one of each table
const WRITERS = ['websocket', 'http'].flatMap((transport) =>
  [true, false].flatMap((keyed) => ROOMS.map((roomId) => ({ transport, keyed, roomId }))),
);
const AT_A_TIME = 3; // messages of one writer
const FOLLOWERS = 2; // of each room
const COME_BACK_MS = 50; // sooner than a client who obeys retryAfterMs
const BURST = 10; // calls of each kind, to see that they are refused

export const SEND = `mutation ($roomId: ID!, $text: String!, $key: ID) {
  sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { seq }
}`;
const READ = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { items { seq } } }';
const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { seq text }
}`;
const EPOCH = '1970-01-01T00:00:00.000Z';

// Operations on one socket, each answered by its first message.
class Socket {
  #socket;
  #asked = new Map();
  #operations = 0;

  static async open(hall, user) {
    const socket = new Socket();
    socket.#socket = await hall.login(user);
    socket.#listen();
    return socket;
  }

  async #listen() {
    while (!this.closed) {
      // Nothing comes for long where nothing is asked.
      const event = await this.#socket.next().catch(() => null);
      if (event?.text === undefined) continue;
      const { id, type, payload } = JSON.parse(event.text);
      if (type !== 'next' && type !== 'error') continue;
      this.#asked.get(id)(type === 'error' ? { errors: payload } : payload);
    }
  }

  ask(query, variables) {
    const id = `${++this.#operations}`;
    this.#socket.sendJson({ id, type: 'subscribe', payload: { query, variables } });
    return new Promise((resolve) => this.#asked.set(id, resolve));
  }

  close() {
    this.closed = true;
    this.#socket.cut();
  }
}

// The error of an operation that was refused for a time; any other is a mistake.
export function refusalIn({ errors }) {
  const [{ message, extensions }] = errors ?? [{ extensions: {} }];
  assert.match(extensions.code ?? 'none', /^(UNAVAILABLE|TIMEOUT)$/, message);
  if (extensions.code === 'UNAVAILABLE') assert.ok(extensions.retryAfterMs > 0, 'when to come back');
  return message;
}

class Follower {
  texts = [];

  constructor(hall, roomId) {
    this.hall = hall;
    this.roomId = roomId;
  }

  async begin() {
    this.socket = await this.hall.login('reader');
    const variables = { roomId: this.roomId, since: EPOCH };
    this.socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW, variables } });
  }

  // Until as many were heard as end() says.
  async follow(end) {
    while (this.texts.length < end()) {
      const { type, payload } = await this.socket.nextJson();
      if (type === 'ping') continue;
      assert.equal(type, 'next', JSON.stringify(payload));
      const { seq, text } = payload.data.onMessage;
      assert.equal(seq, this.texts.length + 1, `after ${this.texts.length} of ${this.roomId} came ${seq}`);
      this.texts.push(text);
    }
    this.socket.cut();
  }
}

export class Load {
  acknowledged = new Map(); // text → seq
  refused = new Set(); // texts that are not stored
  doubtful = new Set(); // texts of which nobody can tell
  #lanes = []; // the acknowledged seqs of each who sends one message after the other
  #messages = 0;
  #stopped = false;
  #stop;
  #stopping = new Promise((resolve) => (this.#stop = resolve));
  #running;
  #end = {};

  constructor(hall) {
    this.hall = hall;
    this.followers = ROOMS.flatMap((roomId) => Array.from({ length: FOLLOWERS }, () => new Follower(hall, roomId)));
  }

  async prepare() {
    await this.hall.room('busy', ['reader', 'writer']);
    await this.hall.guild('busy', ['reader', 'writer']);
    await Promise.all(this.followers.map((follower) => follower.begin()));
    this.socket = await Socket.open(this.hall, 'writer');
  }

  askOver(transport, query, variables) {
    if (transport === 'websocket') return this.socket.ask(query, variables);
    return this.hall.graphql(query, { user: 'writer', variables }).then(({ body }) => body);
  }

  #note(answer, text) {
    if (answer.data?.sendMessage) this.acknowledged.set(text, answer.data.sendMessage.seq);
    else if (/may have been stored/.test(refusalIn(answer))) this.doubtful.add(text);
    else this.refused.add(text);
    return this.acknowledged.get(text);
  }

  // A message without a key, sent once; whether it was acknowledged.
  async sendOnce(transport, roomId, text = `once ${++this.#messages} ${roomId}`) {
    return this.#note(await this.askOver(transport, SEND, { roomId, text }), text) !== undefined;
  }

  // With one, until it is acknowledged: what became of the tries before is told by the last.
  async #sendUntil(transport, roomId, text) {
    for (;;) {
      const answer = await this.askOver(transport, SEND, { roomId, text, key: text });
      if (answer.data?.sendMessage) return this.#note(answer, text);
      refusalIn(answer);
      await delay(COME_BACK_MS);
    }
  }

  async #write({ transport, keyed, roomId }) {
    const seqs = [];
    this.#lanes.push(seqs);
    while (!this.#stopped) {
      const text = `${transport} ${keyed ? 'with a key' : 'without'} ${++this.#messages}`;
      if (keyed) await this.#sendUntil(transport, roomId, text);
      else if (!(await this.sendOnce(transport, roomId, text))) await delay(COME_BACK_MS);
      if (this.acknowledged.has(text)) seqs.push(this.acknowledged.get(text));
    }
  }

  // Resolves when n more have been acknowledged.
  async more(n) {
    const goal = this.acknowledged.size + n;
    const enough = async () => {
      while (this.acknowledged.size < goal) await delay(5);
    };
    await Promise.race([enough(), this.#running]);
  }

  // Followers follow, and writers write until end(): without writers, what the test sends is all.
  begin(writers = WRITERS) {
    const followed = this.followers.map((f) => f.follow(() => this.#end[f.roomId] ?? Infinity));
    const written = writers.flatMap((writer) => Array.from({ length: AT_A_TIME }, () => this.#write(writer)));
    const ended = Promise.all([...written, this.#stopping]).then(() => this.#sendTheLast());
    this.#running = Promise.all([...followed, ended]);
    this.#running.catch(() => {}); // end() tells
    return this.more(writers.length > 0 ? 100 : 0);
  }

  // When all that was sent was heard by all.
  async end() {
    this.#stopped = true;
    this.#stop();
    await this.#running;
    this.socket.close();
  }

  // Who waits for one more gets it, and knows by then that it is the last.
  async #sendTheLast() {
    for (const roomId of ROOMS) {
      const before = await this.hall.sql(`SELECT last_seq FROM room WHERE room_id = '${roomId}'`);
      this.#end[roomId] = Number(before) + 1;
      await this.#sendUntil('http', roomId, `the last of ${roomId}`);
    }
  }

  // ---- while PostgreSQL is away

  // Until each room's messages are refused: what was sent before is waited for, it may be stored.
  async untilRefused() {
    for (const roomId of ROOMS) {
      let refused = false;
      while (!refused) {
        this.sendOnce('http', roomId).then((acknowledged) => (refused ||= !acknowledged));
        await delay(COME_BACK_MS);
      }
    }
  }

  // The first that comes of a subscription, which ends with it: over HTTP the first event.
  async #subscribe(transport, roomId) {
    if (transport === 'websocket') return this.socket.ask(FOLLOW, { roomId });
    const { text } = await this.hall.exchange({
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${this.hall.token('reader')}`,
      },
      body: JSON.stringify({ query: FOLLOW, variables: { roomId } }),
    });
    return JSON.parse(/^data: *(.*)$/m.exec(text)[1]);
  }

  // Every kind of call is answered, and PostgreSQL is still away: nothing waits for it.
  async isRefused() {
    const calls = Array.from({ length: BURST }, () =>
      ['websocket', 'http'].flatMap((transport) =>
        ROOMS.flatMap((roomId) => [
          this.askOver(transport, READ, { roomId }).then(refusalIn),
          this.sendOnce(transport, roomId).then((acknowledged) => assert.ok(!acknowledged)),
          this.#subscribe(transport, roomId).then(refusalIn),
        ]),
      ),
    );
    await Promise.all(calls.flat());
    const { status } = await this.hall.exchange({ method: 'GET', path: '/readyz' });
    assert.equal(status, 503);
  }

  // How long it takes from now on until every kind of call is served, on every thread.
  async untilServed() {
    const began = performance.now();
    const served = (await Promise.all(ROOMS.flatMap((roomId) => [this.#untilSent(roomId), this.#untilRead(roomId)]))).length;
    assert.ok(served > 0);
    return Math.round(performance.now() - began);
  }

  async #untilSent(roomId) {
    while (!(await this.sendOnce('http', roomId))) await delay(10);
  }

  async #untilRead(roomId) {
    while (!(await this.askOver('websocket', READ, { roomId })).data?.messages) await delay(10);
  }

  // ---- afterwards

  async #log(roomId) {
    const table = roomId.startsWith('GUILD#') ? 'gg_guild' : 'gg_core';
    const rows = await this.hall.sql(`SELECT seq || '|' || text FROM ${table} WHERE room_id = '${roomId}' ORDER BY seq`);
    return rows.split('\n').map((row, i) => {
      const [, seq, text] = /^(\d+)\|(.*)$/.exec(row);
      assert.equal(Number(seq), i + 1, `a hole in the log of ${roomId}`);
      return text;
    });
  }

  async checkLog() {
    const logs = Object.fromEntries(await Promise.all(ROOMS.map(async (id) => [id, await this.#log(id)])));
    const stored = Object.values(logs).flat();
    const count = new Map();
    for (const text of stored) count.set(text, (count.get(text) ?? 0) + 1);
    for (const [text, n] of count) {
      assert.equal(n, 1, `"${text}" stands in the log ${n} times`);
      assert.ok(this.acknowledged.has(text) || this.doubtful.has(text), `"${text}" was refused, and is in the log`);
    }
    for (const [text, seq] of this.acknowledged)
      assert.ok(
        ROOMS.some((id) => logs[id][seq - 1] === text),
        `"${text}" was acknowledged as ${seq}, and is not there`,
      );
    for (const { roomId, texts } of this.followers) assert.deepEqual(texts, logs[roomId]);
    for (const seqs of this.#lanes)
      for (let i = 1; i < seqs.length; i++) assert.ok(seqs[i - 1] < seqs[i], `${seqs[i - 1]}, then ${seqs[i]}`);
  }

  get summary() {
    return `${this.acknowledged.size} acknowledged, ${this.refused.size} refused, ${this.doubtful.size} in doubt`;
  }
}
