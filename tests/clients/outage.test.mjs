// PostgreSQL goes away while messages are sent, and comes back.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const SENDERS = 8;
const REFUSED = 200; // calls while the database is away
const MOST_MS = 1000; // that anybody is told to wait

const SEND = `mutation ($text: String!, $key: ID) {
  sendMessage(roomId: "club", text: $text, idempotencyKey: $key) { seq text }
}`;
const FOLLOW = 'subscription { onMessage(roomId: "club") { seq text } }';
const LOG = `SELECT text FROM gg_core WHERE room_id = 'club' ORDER BY seq`;

const cluster = new Cluster();

// When to come back; an answer that is anything but UNAVAILABLE is an error.
function retryAfter({ body }) {
  assert.equal(body.errors?.[0].extensions.code, 'UNAVAILABLE', JSON.stringify(body));
  const { retryAfterMs } = body.errors[0].extensions;
  assert.ok(retryAfterMs > 0 && retryAfterMs <= MOST_MS, `retryAfterMs is ${retryAfterMs}`);
  return retryAfterMs;
}

class Outage {
  acknowledged = [];
  #stopped = false;

  constructor(hall) {
    this.hall = hall;
  }

  // One message after the other, each until it is stored, as a client does who follows the advice.
  async #sender(name) {
    for (let n = 0; !this.#stopped; n++) {
      const variables = { text: `${name} says ${n}`, key: `${name} ${n}` };
      for (;;) {
        const answer = await this.hall.graphql(SEND, { user: 'ann', variables });
        if (answer.body.data?.sendMessage) break;
        await delay(retryAfter(answer));
      }
      this.acknowledged.push(variables.text);
    }
  }

  async during(body) {
    const senders = Array.from({ length: SENDERS }, (_, i) => this.#sender(`sender ${i}`));
    await this.#more(20);
    await body();
    await this.#more(20);
    this.#stopped = true;
    await Promise.all(senders);
  }

  async #more(n) {
    for (const goal = this.acknowledged.length + n; this.acknowledged.length < goal; ) await delay(5);
  }

  async isRefused() {
    const calls = Array.from({ length: REFUSED }, (_, i) =>
      this.hall.graphql(i % 2 ? SEND : '{ room(id: "club") { id } }', { user: 'ann', variables: { text: 'lost' } }),
    );
    for (const answer of await Promise.all(calls)) retryAfter(answer);
  }

  // How many tries that takes one who comes back when it was told to.
  async isBack() {
    for (let tries = 1; ; tries++) {
      const answer = await this.hall.graphql(SEND, { user: 'ann', variables: { text: 'back' } });
      if (answer.body.data?.sendMessage) {
        this.acknowledged.push('back');
        return tries;
      }
      await delay(retryAfter(answer));
    }
  }
}

async function play(mode) {
  await withServer({ threads: 2 }, async (hall) => {
    const outage = new Outage(hall);
    await hall.room('club', ['ann']);
    const socket = await hall.login('ann');
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW } });
    // Subscriptions begin in order: behind this one, which is refused, the other stands.
    socket.sendJson({ id: 'q', type: 'subscribe', payload: { query: FOLLOW.replace('club', 'nowhere') } });
    assert.equal((await socket.nextJson()).id, 'q');

    await outage.during(async () => {
      await cluster.stop(mode);
      await check(`${mode}: while PostgreSQL is away, each call is refused and told when to come back`, () =>
        outage.isRefused());
      await cluster.start();
      await check(`${mode}: a client that obeys is served when PostgreSQL is back`, async () =>
        console.log(`# at try ${await outage.isBack()}`));
      await until(async () => (await hall.exchange({ method: 'GET', path: '/readyz' })).status === 200);
      await check(`${mode}: once the server says that it is ready, a call is served at the first try`, async () =>
        assert.equal(await outage.isBack(), 1));
    });

    const log = (await hall.sql(LOG)).split('\n');
    await check(`${mode}: what was acknowledged is stored, each once`, () =>
      assert.deepEqual([...log].sort(), [...outage.acknowledged].sort()));
    await check(`${mode}: a subscription of before goes on, and has missed nothing`, async () => {
      for (const [i, text] of log.entries()) {
        const { type, payload } = await socket.nextJson();
        assert.equal(type, 'next', JSON.stringify(payload));
        assert.deepEqual(payload.data.onMessage, { seq: i + 1, text });
      }
    });
    socket.cut();
  });
}

for (const mode of ['fast', 'immediate']) await play(mode);
finish();
