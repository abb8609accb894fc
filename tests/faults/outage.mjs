// One server under load while PostgreSQL is in trouble: writers write, subscriptions stay, and every kind
// of call is tried besides, to see that it is refused at once, and served again.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { FOLLOW, Load, outcomeOf, refusalIn, ROOMS, SEND } from './load.mjs';

const ROOM_IDS = Object.keys(ROOMS);
const COME_BACK_MS = 50; // sooner than a client who obeys retryAfterMs
const BURST = 10; // calls of each kind

const READ = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { items { seq } } }';

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

export class Outage {
  #hall;
  #socket;
  #sent = 0;

  // writers: none when what the test sends is to be all.
  constructor(hall, { writers = 16 } = {}) {
    const stay = { roaming: false, subscriptionsStay: true };
    this.#hall = hall;
    this.load = new Load([hall], { ...stay, writersEach: writers, longestPause: 4 });
    this.isLoaded = writers > 0;
  }

  async begin() {
    await this.load.begin();
    this.#socket = await Socket.open(this.#hall, 'caller');
    if (this.isLoaded) await this.load.more(100);
    if (this.isLoaded) await this.load.followersHear();
  }

  // When all that was sent was heard by all.
  async end() {
    await this.load.end();
    this.#socket.close();
  }

  #askOver(transport, query, variables) {
    if (transport === 'websocket') return this.#socket.ask(query, variables);
    return this.#hall.graphql(query, { user: 'caller', variables }).then(({ body }) => body);
  }

  // A message without a key, sent once; whether it was acknowledged.
  async sendOnce(transport, roomId, text = `once ${++this.#sent} ${roomId}`) {
    const outcome = outcomeOf(await this.#askOver(transport, SEND, { roomId, text }));
    return this.load.note({ roomId, text, writer: text, burst: 0 }, outcome);
  }

  // Until each room's messages are refused: what was sent before is waited for, it may be stored.
  async untilRefused() {
    for (const roomId of ROOM_IDS) {
      let refused = false;
      while (!refused) {
        this.sendOnce('http', roomId).then((acknowledged) => (refused ||= !acknowledged));
        await delay(COME_BACK_MS);
      }
    }
  }

  // The first that comes of a subscription, which ends with it: over HTTP the first event.
  async #subscribe(transport, roomId) {
    if (transport === 'websocket') return this.#socket.ask(FOLLOW, { roomId });
    const { text } = await this.#hall.exchange({
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${this.#hall.token('reader')}`,
      },
      body: JSON.stringify({ query: FOLLOW, variables: { roomId } }),
    });
    return JSON.parse(/^data: *(.*)$/m.exec(text)[1]);
  }

  // Every kind of call is answered, and PostgreSQL is still away: nothing waits for it.
  async isRefused() {
    const calls = Array.from({ length: BURST }, () =>
      ['websocket', 'http'].flatMap((transport) =>
        ROOM_IDS.flatMap((roomId) => [
          this.#askOver(transport, READ, { roomId }).then(refusalIn),
          this.sendOnce(transport, roomId).then((acknowledged) => assert.ok(!acknowledged)),
          this.#subscribe(transport, roomId).then(refusalIn),
        ]),
      ),
    );
    await Promise.all(calls.flat());
    const { status } = await this.#hall.exchange({ method: 'GET', path: '/readyz' });
    assert.equal(status, 503);
  }

  // How long it takes from now on until every kind of call is served, on every thread.
  async untilServed() {
    const began = performance.now();
    await Promise.all(ROOM_IDS.flatMap((roomId) => [this.#untilSent(roomId), this.#untilRead(roomId)]));
    return Math.round(performance.now() - began);
  }

  async #untilSent(roomId) {
    while (!(await this.sendOnce('http', roomId))) await delay(10);
  }

  async #untilRead(roomId) {
    while (!(await this.#askOver('websocket', READ, { roomId })).data?.messages) await delay(10);
  }
}
