// The wire to PostgreSQL fails at the worst moment: when a batch has been committed and nobody heard
// of it, in the middle of its bytes, or right behind them. Every message is sent without a key, for
// nothing but the server itself can then know whether it is stored.

import assert from 'node:assert/strict';

import { Cluster } from '../lib/cluster.mjs';
import { newDice, SEED } from '../lib/dice.mjs';
import { withServer } from '../lib/harness.mjs';
import { PostgresProxy } from '../lib/postgres_proxy.mjs';
import { check, finish } from '../lib/tap.mjs';
import { ROOMS, TURNS } from './load.mjs';
import { Outage } from './outage.mjs';

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);

const TROUBLES = ['unheard', 'cut', 'half'];
const MOST_ATTEMPTS = 50;
const SENT_TOGETHER = 20;
const MESSAGES = 3000 * TURNS; // of the load, at least
const ONE_IN = 8; // batches of the load meets with trouble

// PostgreSQL has the length in front of every text.
function holds(batch, text) {
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(text));
  return batch.includes(Buffer.concat([length, Buffer.from(text)]));
}

async function withWire(body) {
  const proxy = await PostgresProxy.open(new Cluster().address);
  try {
    await withServer({ threads: 2, via: proxy.address }, (hall) => body(hall, proxy));
  } finally {
    proxy.close();
  }
}

// ---- one batch, and nothing behind it

// The batch with the last of the texts, the first time that it comes.
function troubleOnce(proxy, trouble, last) {
  const met = [];
  proxy.trouble = (batch) => {
    if (met.length > 0 || !holds(batch, last)) return 'none';
    met.push(batch);
    return trouble;
  };
  return met;
}

// How many of them stood in the batch that met the trouble.
async function sendAtOnce(outage, proxy, trouble, roomId, n, attempt) {
  const texts = Array.from({ length: n }, (_, i) => `${trouble} ${roomId} ${n} ${i} ${attempt}`);
  const met = troubleOnce(proxy, trouble, texts.at(-1));
  const sent = await Promise.all(texts.map((text) => outage.sendOnce('websocket', roomId, text)));
  assert.equal(met.length, 1);
  assert.ok(sent.every(Boolean), 'not acknowledged');
  return texts.filter((text) => holds(met[0], text)).length;
}

// On a busy machine what is sent at once may come one by one: then it is sent again until it does not.
async function sendTogether(outage, proxy, trouble, roomId, n) {
  let together = 0;
  for (let attempt = 0; together < Math.min(n, 2) && attempt < MOST_ATTEMPTS; attempt++)
    together = await sendAtOnce(outage, proxy, trouble, roomId, n, attempt);
  assert.equal(together > 1, n > 1, 'a batch of many');
}

await withWire(async (hall, proxy) => {
  const outage = new Outage(hall, { writers: 0 });
  await outage.begin();

  for (const trouble of TROUBLES)
    for (const roomId of Object.keys(ROOMS))
      for (const n of [1, SENT_TOGETHER])
        await check(`${trouble}: ${n} for ${roomId}, without a key, are acknowledged`, () =>
          sendTogether(outage, proxy, trouble, roomId, n),
        );
  await check('each follower heard each of them once', () => outage.end());
  await check('each stands in the log where it was acknowledged, and none twice', () => outage.load.check());
});

// ---- under load

await withWire(async (hall, proxy) => {
  const outage = new Outage(hall);
  const roll = newDice(1);
  const troubled = { unheard: [], cut: [], half: [] };
  let last = 'none';

  await outage.begin();
  // What is sent again passes: it must not be in doubt for longer than a sender waits.
  proxy.trouble = (batch) => {
    last = last === 'none' && roll(ONE_IN) === 0 ? TROUBLES[roll(TROUBLES.length)] : 'none';
    troubled[last]?.push(batch);
    return last;
  };
  await outage.load.more(MESSAGES);
  while (Object.values(troubled).some((batches) => batches.length === 0)) await outage.load.more(100);
  proxy.trouble = () => 'none';

  await check('each follower hears all of it, once and in order', () => outage.end());
  await check('each message stands where it was acknowledged, and none twice', () => outage.load.check());
  await check('what was in a batch that met with trouble was acknowledged', () => {
    const batches = Object.values(troubled).flat();
    for (const text of outage.load.unacknowledged)
      assert.ok(!batches.some((batch) => holds(batch, text)), text);
  });
  for (const [trouble, batches] of Object.entries(troubled)) console.log(`# ${trouble}: ${batches.length} batches`);
});

finish();
