// Writers of every kind and followers, on whichever node is there, and what must hold of what they were
// told, whatever happens meanwhile to the servers, or to what they stand on:
//
//     a message that was acknowledged is in the log once, under the seq and the id it was told
//     one that was refused is not in it; one whose fate nobody told is in it at most once
//     what a writer sent after an acknowledgement stands behind what was acknowledged
//     a follower hears the log, from the first message on, each once and in order
//
// Writers send over HTTP and WebSocket, in bursts, with an idempotency key, then again and again until
// they are told that it is stored, or without, then once.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { newDice } from '../lib/dice.mjs';

export const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);

export const ROOMS = { busy: 'gg_core', 'GUILD#busy': 'gg_guild' }; // one of each table
const EPOCH = '1970-01-01T00:00:00.000Z';
const LONGEST_BURST = 8;
const LONGEST_STAY = 300; // messages on one socket of a follower who roams
const COME_BACK_MS = 20;
const LARGE = 'ö'.repeat(3900); // too large for a hint with rows

export const SEND = `mutation ($roomId: ID!, $text: String!, $key: ID) {
  sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { seq id }
}`;
export const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { seq cursor text }
}`;

const lastOf = (roomId) => `the last of ${roomId}`;

// What became of a message, as far as its sender was told: { stored: { seq, id } }, or one of these.
export const REFUSED = { refused: true };
export const UNKNOWN = { unknown: true };

// The error of an operation that was refused for a time; any other is a mistake.
export function refusalIn({ errors }) {
  const [{ message, extensions }] = errors ?? [{ extensions: {} }];
  assert.match(extensions.code ?? 'none', /^(UNAVAILABLE|TIMEOUT)$/, JSON.stringify(errors));
  if (extensions.code === 'UNAVAILABLE') assert.ok(extensions.retryAfterMs > 0, 'when to come back');
  return { code: extensions.code, message };
}

export function outcomeOf(answer) {
  if (answer.data?.sendMessage) return { stored: answer.data.sendMessage };
  const { code, message } = refusalIn(answer);
  return code === 'UNAVAILABLE' && !/may have been stored/.test(message) ? REFUSED : UNKNOWN;
}

class HttpSender {
  constructor(load, user) {
    Object.assign(this, { load, user });
  }

  send(node, drafts) {
    return Promise.all(drafts.map((draft) => this.#one(node, draft)));
  }

  async #one(node, { roomId, text, key }) {
    try {
      const { body } = await node.graphql(SEND, { user: this.user, variables: { roomId, text, key } });
      return outcomeOf(body);
    } catch (error) {
      if (error.code === 'ECONNREFUSED') return REFUSED;
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return this.load.whenCut;
      throw error;
    }
  }

  leave() {}
}

class SocketSender {
  #node = null;
  #socket = null;
  #operations = 0;

  constructor(load, user) {
    Object.assign(this, { load, user });
  }

  async send(node, drafts) {
    if (node !== this.#node) this.leave();
    this.#node = node;
    this.#socket ??= await this.load.login(node, this.user);
    if (!this.#socket) return drafts.map(() => REFUSED);
    const ids = drafts.map(() => `${++this.#operations}`);
    for (const [i, { roomId, text, key }] of drafts.entries()) {
      const payload = { query: SEND, variables: { roomId, text, key } };
      this.#socket.sendJson({ id: ids[i], type: 'subscribe', payload });
    }
    const outcomes = new Map();
    const rest = await this.#take(ids, outcomes);
    return ids.map((id) => outcomes.get(id) ?? rest);
  }

  // What became of those that were not answered.
  async #take(ids, outcomes) {
    while (outcomes.size < ids.length) {
      const event = await this.#socket.next();
      if (event.text === undefined) {
        this.#socket = null;
        return this.load.ended(event);
      }
      const { id, type, payload } = JSON.parse(event.text);
      if (type === 'next') outcomes.set(id, outcomeOf(payload));
      if (type === 'error') outcomes.set(id, outcomeOf({ errors: payload }));
    }
    return null;
  }

  leave() {
    this.#socket?.cut();
    this.#socket = null;
  }
}

class Writer {
  #bursts = 0;

  constructor(load, home, place) {
    const user = `writer ${place}`;
    Object.assign(this, { load, home, user, keyed: place % 2 === 0, roll: load.newDice() });
    this.sender = place % 4 < 2 ? new HttpSender(load, user) : new SocketSender(load, user);
  }

  async write() {
    while (!this.load.isEnding) {
      const n = 1 + this.roll(LONGEST_BURST);
      this.#bursts++;
      await this.deliver(Array.from({ length: n }, (_, i) => this.#draft(i)));
      await delay(this.roll(this.load.longestPause));
    }
    this.sender.leave();
  }

  #draft(i) {
    const text = `${this.user}: ${this.#bursts}.${i}`;
    return {
      roomId: Object.keys(ROOMS)[this.roll(2)],
      text: this.roll(50) ? text : `${text} ${LARGE}`,
      key: this.keyed ? text : undefined,
      writer: this,
      burst: this.#bursts,
    };
  }

  // Until each is stored, or nothing more can be done about it.
  async deliver(drafts) {
    for (let left = drafts; left.length; ) {
      const outcomes = await this.sender.send(this.load.nodeFor(this), left);
      const failed = left.filter((draft, i) => !this.load.note(draft, outcomes[i]));
      if (failed.length) await delay(COME_BACK_MS);
      left = failed.filter(({ key }) => key);
    }
  }
}

class Follower {
  heard = []; // texts, from the first of the room on
  #since = EPOCH;

  constructor(load, home, roomId) {
    Object.assign(this, { load, home, roomId, roll: load.newDice() });
  }

  get #isDone() {
    return this.heard.at(-1) === lastOf(this.roomId);
  }

  async follow() {
    while (!this.#isDone) {
      const socket = await this.load.login(this.load.nodeFor(this), 'reader');
      if (!socket || !(await this.#stay(socket))) await delay(COME_BACK_MS);
      socket?.cut();
    }
  }

  // False when the node has ended it, or cannot serve it now.
  async #stay(socket) {
    const longest = this.load.roaming ? this.heard.length + 1 + this.roll(LONGEST_STAY) : Infinity;
    const variables = { roomId: this.roomId, since: this.#since };
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW, variables } });
    while (this.heard.length < longest && !this.#isDone) {
      const event = await socket.next();
      if (event.text === undefined) return void this.load.ended(event);
      if (!this.#take(JSON.parse(event.text))) return false;
    }
    return true;
  }

  #take({ type, payload }) {
    if (type === 'ping') return true;
    if (type === 'error') {
      refusalIn({ errors: payload });
      // Before it has begun it may be refused, where PostgreSQL is given little time.
      assert.ok(!this.load.subscriptionsStay || this.heard.length === 0, JSON.stringify(payload));
      return false;
    }
    assert.equal(type, 'next');
    const { seq, cursor, text } = payload.data.onMessage;
    assert.equal(seq, this.heard.length + 1, `after ${this.heard.length} of ${this.roomId} came ${seq}`);
    this.heard.push(text);
    this.#since = cursor;
    return true;
  }
}

let dice = 0; // of all loads, so that each turn has its own

export class Load {
  drafts = new Map(); // by text, with what became of each
  acknowledged = 0;
  ends = {}; // sockets that servers ended, by the close code or "cut"
  isEnding = false;
  #failure = null;
  #writing = [];
  #following = [];

  // roaming: clients go from node to node; else they stay where they are at home.
  // writersAt: the nodes that have some. longestPause: of a writer, between two bursts.
  // subscriptionsStay: no trouble ends one, or a socket.
  // whenCut: what an HTTP client may say of a message when the connection ended without an answer.
  constructor(nodes, options = {}) {
    const { writersEach = 4, followersEach = 4, writersAt = nodes } = options;
    this.nodes = nodes;
    this.roaming = options.roaming ?? true;
    this.longestPause = options.longestPause ?? 8;
    this.subscriptionsStay = options.subscriptionsStay ?? false;
    this.whenCut = options.whenCut ?? UNKNOWN;

    const rooms = Object.keys(ROOMS);
    const many = (homes, n) => homes.flatMap((home) => Array(n).fill(home));
    this.writers = many(writersAt, writersEach).map((home, i) => new Writer(this, home, i));
    this.followers = many(nodes, followersEach).map((home, i) => new Follower(this, home, rooms[i % rooms.length]));
  }

  newDice() {
    return newDice(1000 + ++dice);
  }

  nodeFor({ home, roll }) {
    return this.roaming ? this.nodes[roll(this.nodes.length)] : home;
  }

  // An acknowledged socket; null when the node is not there.
  async login(node, user) {
    let socket;
    try {
      socket = await node.socket();
    } catch (error) {
      if (!/before the handshake/.test(error.message)) throw error;
      return null;
    }
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${node.token(user)}` } });
    const event = await socket.next();
    if (event.text === undefined) {
      this.ended(event);
      return null;
    }
    assert.equal(JSON.parse(event.text).type, 'connection_ack', event.text);
    return socket;
  }

  // Of what was not answered when the socket ended. A server that drains answers what it has accepted.
  ended({ close }) {
    const how = close?.code ?? 'cut';
    this.ends[how] = (this.ends[how] ?? 0) + 1;
    assert.ok(!this.subscriptionsStay, `a socket has ended: ${how}`);
    return how === 1012 ? REFUSED : UNKNOWN;
  }

  async begin() {
    const users = new Set(['reader', 'caller', 'writer 0', ...this.writers.map(({ user }) => user)]);
    await this.nodes[0].room('busy', [...users]);
    await this.nodes[0].guild('busy', [...users]);
    this.#writing = this.writers.map((writer) => writer.write());
    this.#following = this.followers.map((follower) => follower.follow());
    for (const part of [...this.#writing, ...this.#following]) part.catch((error) => (this.#failure ??= error));
  }

  // Whether it is stored, as far as its sender was told.
  note(draft, outcome) {
    draft.outcome = outcome;
    this.drafts.set(draft.text, draft);
    if (outcome.stored) this.acknowledged++;
    return Boolean(outcome.stored);
  }

  // Texts of those that were not acknowledged.
  get unacknowledged() {
    return [...this.drafts.values()].filter(({ outcome }) => !outcome.stored).map(({ text }) => text);
  }

  // Until so many more messages were acknowledged.
  async more(n) {
    for (const goal = this.acknowledged + n; this.acknowledged < goal; ) {
      if (this.#failure) throw this.#failure;
      await delay(2);
    }
  }

  // Until every subscription has begun: what comes before that may end it.
  async followersHear() {
    while (this.followers.some(({ heard }) => heard.length === 0)) {
      if (this.#failure) throw this.#failure;
      await delay(2);
    }
  }

  // Some node must be there.
  async stopWriting() {
    this.isEnding = true;
    await Promise.all(this.#writing);
  }

  // Until every follower has heard so many messages as were acknowledged, which is all of them when the
  // fate of each is known.
  async followersKeepUp() {
    for (const follower of this.followers) {
      const stored = [...this.drafts.values()].filter((d) => d.roomId === follower.roomId && d.outcome.stored);
      while (follower.heard.length < stored.length) await delay(2);
    }
  }

  // Of each room, once nobody else writes.
  async sendLast() {
    const writer = this.writers[0] ?? new Writer(this, this.nodes[0], 0);
    await writer.deliver(
      Object.keys(ROOMS).map((roomId) => ({ roomId, text: lastOf(roomId), key: 'last', writer, burst: Infinity })),
    );
  }

  // Followers end with the last message of their room.
  async followersEnd() {
    await Promise.all(this.#following);
  }

  async end() {
    await this.stopWriting();
    await this.sendLast();
    await this.followersEnd();
  }

  async check() {
    const found = new Set();
    for (const [roomId, table] of Object.entries(ROOMS)) {
      const log = await this.#readLog(roomId, table);
      this.#checkLog(roomId, log, found);
      for (const { heard } of this.followers.filter((f) => f.roomId === roomId))
        assert.deepEqual(heard, log.slice(0, heard.length).map(({ text }) => text));
    }
    for (const { text, outcome } of this.drafts.values())
      if (outcome.stored) assert.ok(found.has(text), `"${text}" was acknowledged, and is not in the log`);
    this.#tell(found);
  }

  async #readLog(roomId, table) {
    const rows = await this.nodes[0].sql(`SELECT seq, id, text FROM ${table} WHERE room_id = '${roomId}' ORDER BY seq`);
    return rows.split('\n').map((line) => {
      const [seq, id, text] = line.split('|');
      return { seq: Number(seq), id, text };
    });
  }

  #checkLog(roomId, log, found) {
    const bursts = new Map(); // the latest that each writer had acknowledged
    for (const [i, { seq, id, text }] of log.entries()) {
      const draft = this.drafts.get(text);
      assert.equal(seq, i + 1, `after ${i} stands ${seq}`);
      assert.equal(draft?.roomId, roomId, `nobody sent "${text}" to ${roomId}`);
      assert.ok(!found.has(text), `"${text}" is in the log twice`);
      assert.ok(!draft.outcome.refused, `"${text}" was refused, and is in the log`);
      found.add(text);
      if (!draft.outcome.stored) continue;
      assert.deepEqual({ seq, id }, draft.outcome.stored, `"${text}" is not where its sender was told`);
      assert.ok(draft.burst >= (bursts.get(draft.writer) ?? 0), `"${text}" stands behind what was sent after it`);
      bursts.set(draft.writer, draft.burst);
    }
  }

  #tell(found) {
    const unknown = [...this.drafts.values()].filter(({ outcome }) => outcome.unknown);
    const refused = [...this.drafts.values()].filter(({ outcome }) => outcome.refused);
    console.log(
      `# ${found.size} messages, ${this.acknowledged} acknowledged; nobody told of ${unknown.length}, of which ` +
        `${unknown.filter(({ text }) => found.has(text)).length} are stored; ${refused.length} refused; ` +
        `sockets ended by the servers: ${JSON.stringify(this.ends)}`,
    );
  }
}
