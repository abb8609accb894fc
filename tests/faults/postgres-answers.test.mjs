// The wire to PostgreSQL fails at the worst moment: when a batch has been committed and nobody heard
// of it, in the middle of its bytes, or right behind them. Every message is sent without a key, for
// nothing but the server itself can then know whether it is stored.

import assert from 'node:assert/strict';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { PostgresProxy } from '../lib/postgres_proxy.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, ROOMS, SEED, TURNS } from './load.mjs';

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);

const TROUBLES = ['unheard', 'cut', 'half'];
const MOST_ATTEMPTS = 50;
const SENT_TOGETHER = 20;
const MESSAGES = 3000 * TURNS; // of the load, at least
const ONE_IN = 8; // batches of the load meets with trouble

// Pseudo-random numbers below n.
function newDice(seed) {
  let x = seed;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

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
async function sendAtOnce(load, proxy, trouble, roomId, n, attempt) {
  const texts = Array.from({ length: n }, (_, i) => `${trouble} ${roomId} ${n} ${i} ${attempt}`);
  const met = troubleOnce(proxy, trouble, texts.at(-1));
  const sent = await Promise.all(texts.map((text) => load.sendOnce('websocket', roomId, text)));
  assert.equal(met.length, 1);
  assert.ok(sent.every(Boolean), 'not acknowledged');
  return texts.filter((text) => holds(met[0], text)).length;
}

// On a busy machine what is sent at once may come one by one: then it is sent again until it does not.
async function sendTogether(load, proxy, trouble, roomId, n) {
  let together = 0;
  for (let attempt = 0; together < Math.min(n, 2) && attempt < MOST_ATTEMPTS; attempt++)
    together = await sendAtOnce(load, proxy, trouble, roomId, n, attempt);
  assert.equal(together > 1, n > 1, 'a batch of many');
}

await withWire(async (hall, proxy) => {
  const load = new Load(hall);
  await load.prepare();
  await load.begin([]);

  for (const trouble of TROUBLES)
    for (const roomId of ROOMS)
      for (const n of [1, SENT_TOGETHER])
        await check(`${trouble}: ${n} for ${roomId}, without a key, are acknowledged`, () =>
          sendTogether(load, proxy, trouble, roomId, n),
        );
  await check('each follower heard each of them once', () => load.end());
  await check('each stands in the log where it was acknowledged, and none twice', () => load.checkLog());
});

// ---- under load

await withWire(async (hall, proxy) => {
  const load = new Load(hall);
  const roll = newDice(SEED);
  const troubled = { unheard: [], cut: [], half: [] };
  let last = 'none';

  await load.prepare();
  await load.begin();
  // What is sent again passes: it must not be in doubt for longer than a sender waits.
  proxy.trouble = (batch) => {
    last = last === 'none' && roll(ONE_IN) === 0 ? TROUBLES[roll(TROUBLES.length)] : 'none';
    troubled[last]?.push(batch);
    return last;
  };
  await load.more(MESSAGES);
  proxy.trouble = () => 'none';

  await check('each follower hears all of it, once and in order', () => load.end());
  await check('each message stands where it was acknowledged, and none twice', () => load.checkLog());
  await check('what was in a batch that met with trouble was acknowledged', () => {
    const batches = Object.values(troubled).flat();
    for (const text of [...load.refused, ...load.doubtful])
      assert.ok(!batches.some((batch) => holds(batch, text)), text);
  });
  await check('each kind of trouble was met', () => {
    for (const [trouble, batches] of Object.entries(troubled)) {
      console.log(`# ${trouble}: ${batches.length} batches`);
      assert.ok(batches.length > 0);
    }
  });
  console.log(`# ${load.summary}`);
});

finish();
