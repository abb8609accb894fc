// Rooms that are followed and written to on several nodes at once. Whatever happens to the bus and
// to the nodes, each follower hears 1, 2, 3 … of its room, in order, each once.
//
// GUILDHALL_TEST_TURNS (1) multiplies the messages, GUILDHALL_TEST_SEED repeats a run.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export const SEED = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(1, 2 ** 31));
const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);

const ROOMS = ['busy', 'GUILD#busy']; // one of each table
const MESSAGES = 200 * TURNS; // of each writer, at least
const TROUBLES = 6 * TURNS; // at least, where there are any; the writers go on until then
export const EPOCH = '1970-01-01T00:00:00.000Z';
const COME_BACK_MS = 50;

const SEND = `mutation ($roomId: ID!, $text: String!, $key: ID!) {
  sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { seq }
}`;
export const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { seq cursor text }
}`;

// A message now and then that is too large for a hint with rows.
const textOf = (writer, n) => (n % 50 === 49 ? `${writer} ${n} ${'ö'.repeat(3900)}` : `${writer} ${n}`);

export class Follower {
  seq = 0;
  live = 0;
  returns = 0;
  #since = EPOCH;

  constructor(node, roomId) {
    this.node = node;
    this.roomId = roomId;
  }

  // Until the message `last` was heard.
  async follow(last) {
    while (this.seq < last()) {
      try {
        await this.#stay(last);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        this.returns++;
        await delay(COME_BACK_MS);
      }
    }
  }

  async #stay(last) {
    const socket = await this.node.login('reader');
    const variables = { roomId: this.roomId, since: this.#since };
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW, variables } });
    while (this.seq < last()) this.#take(await socket.nextJson());
    socket.cut();
  }

  #take({ type, payload }) {
    if (type === 'ping') return;
    assert.equal(type, 'next', JSON.stringify(payload));
    const { seq, cursor } = payload.data.onMessage;
    assert.equal(seq, this.seq + 1, `after ${this.seq} of ${this.roomId} came ${seq}`);
    this.seq = seq;
    this.#since = cursor;
    if (!payload.extensions.guildhall.replayed) this.live++;
  }
}

export class Scene {
  sent = Object.fromEntries(ROOMS.map((id) => [id, 0]));
  #end = Object.fromEntries(ROOMS.map((id) => [id, Infinity])); // the last seq, once it is known
  #troubling = true;
  #troubles = 0;

  constructor(nodes, { followersEach = 2, messages = MESSAGES } = {}) {
    this.nodes = nodes;
    this.messages = messages;
    this.followers = nodes.flatMap((node) =>
      ROOMS.flatMap((id) => Array.from({ length: followersEach }, () => new Follower(node, id))),
    );
  }

  get heard() {
    return this.followers.reduce((sum, { seq }) => sum + seq, 0);
  }

  async prepare() {
    const users = ['reader', ...this.nodes.map((_, i) => `writer ${i}`)];
    await this.nodes[0].room('busy', users);
    await this.nodes[0].guild('busy', users);
  }

  // A message that is not acknowledged is sent again, under its key.
  async #send(node, user, roomId, text) {
    for (;;) {
      try {
        await node.ask(user, SEND, { roomId, text, key: text.slice(0, 60) });
        this.sent[roomId]++;
        return;
      } catch (error) {
        if (!/UNAVAILABLE|TIMEOUT|ECONNRE|hang up/.test(`${error.message} ${error.code}`)) throw error;
        await delay(COME_BACK_MS);
      }
    }
  }

  async #write(place, troubles) {
    const user = `writer ${place}`;
    for (let n = 0; n < this.messages || this.#troubles < troubles; n++)
      await this.#send(this.nodes[place], user, ROOMS[n % ROOMS.length], textOf(user, n));
  }

  // writers: the places of the nodes that are written to. trouble() runs beside, again and again.
  async play({ writers = this.nodes.map((_, i) => i), trouble } = {}) {
    const followed = this.followers.map((f) => f.follow(() => this.#end[f.roomId]));
    const written = Promise.all(writers.map((place) => this.#write(place, trouble ? TROUBLES : 0)));
    const troubled = this.#troubled(trouble);

    // One message more for those who wait for one, and who know by then that it is the last.
    const ended = written.then(async () => {
      await troubled;
      for (const roomId of ROOMS) this.#end[roomId] = this.sent[roomId] + 1;
      for (const roomId of ROOMS)
        await this.#send(this.nodes[writers[0]], `writer ${writers[0]}`, roomId, `the last of ${roomId}`);
    });
    written.catch(() => {}).finally(() => (this.#troubling = false));
    await Promise.all([...followed, ended, troubled]);
  }

  async #troubled(trouble) {
    for (; trouble && this.#troubling; this.#troubles++) await trouble();
  }

  // That the log holds what was acknowledged, each once.
  async checkLog() {
    for (const [roomId, sent] of Object.entries(this.sent)) {
      const table = roomId.startsWith('GUILD#') ? 'gg_guild' : 'gg_core';
      const log = await this.nodes[0].sql(
        `SELECT count(*), min(seq), max(seq), count(DISTINCT text) FROM ${table} WHERE room_id = '${roomId}'`,
      );
      assert.equal(log, `${sent}|1|${sent}|${sent}`);
    }
    for (const { seq, roomId } of this.followers) assert.equal(seq, this.sent[roomId]);
  }

  // How often followers of the node were served without a reading of the log.
  live(node) {
    return this.followers.filter((f) => f.node === node).reduce((sum, { live }) => sum + live, 0);
  }
}
