// The seam between the log and live: writers never stop while subscribers subscribe, are cut, and
// resume with the cursor they had last. Whatever the moment, each hears 1, 2, 3 … in order, each once.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const WRITERS = 4;
const SUBSCRIBERS = 40;
const MESSAGES = Number(process.env.SEAM_MESSAGES ?? 4000);
const FEWEST_RESUMES = 5; // of each subscriber, before the writers may stop

// A pseudo-random number below n, the same in every run (xorshift32).
function dice(seed) {
  let x = seed * 2654435761 + 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

const SEND = 'mutation ($text: String!) { sendMessage(roomId: "busy", text: $text) { seq } }';
const FOLLOW = 'subscription ($since: String) { onMessage(roomId: "busy", since: $since) { seq cursor } }';

async function write(hall, state) {
  const socket = await hall.login('ann');
  for (let n = 0; state.written < MESSAGES || state.resumed < SUBSCRIBERS * FEWEST_RESUMES; n++) {
    socket.sendJson({ id: `${n}`, type: 'subscribe', payload: { query: SEND, variables: { text: `message ${n}` } } });
    const { payload, type } = await socket.nextJson();
    assert.equal(type, 'next');
    assert.ok(payload.data?.sendMessage, JSON.stringify(payload));
    await socket.nextJson(); // complete
    state.written++;
  }
  socket.cut();
}

// Reads a stretch of the room on one socket; returns the cursor to go on from.
async function stretch(hall, subscriber, length, state) {
  const socket = await hall.login('ann');
  const { since } = subscriber;
  socket.sendJson({ id: 's', type: 'subscribe', payload: { query: FOLLOW, variables: { since } } });
  for (let n = 0; n < length && subscriber.seq < state.end; n++) {
    const { payload, type } = await socket.nextJson();
    assert.equal(type, 'next', JSON.stringify(payload));
    const { seq, cursor } = payload.data.onMessage;
    const { guildhall } = payload.extensions;
    assert.equal(seq, subscriber.seq + 1, `after ${subscriber.seq} came ${seq}, ${n} into a stretch`);
    assert.deepEqual([guildhall.seq, guildhall.cursor], [seq, cursor]);
    subscriber.seq = seq;
    subscriber.since = cursor;
    subscriber[guildhall.replayed ? 'replayed' : 'live']++;
  }
  socket.cut();
}

async function follow(hall, index, start, state) {
  const roll = dice(index + 1);
  const subscriber = { seq: 0, since: start, replayed: 0, live: 0 };
  while (subscriber.seq < state.end) {
    await stretch(hall, subscriber, 1 + roll(300), state);
    state.resumed++;
  }
  return subscriber;
}

await withServer({ options: ['--open-rooms', 'busy', '--max-connections-per-user', '0'] }, async (hall) => {
  const state = { written: 0, resumed: 0, end: Infinity };
  // One message before, so that the room is there.
  await hall.send('ann', 'busy', 'the first');
  const start = '1970-01-01T00:00:00.000Z';
  let followers;

  await check('every subscriber hears every message once and in order, across cuts and resumes', async () => {
    const following = Array.from({ length: SUBSCRIBERS }, (_, i) => follow(hall, i, start, state));
    // Who waits for one message more gets it, and knows by then that it is the last.
    const writing = Promise.all(Array.from({ length: WRITERS }, () => write(hall, state))).then(() => {
      state.end = state.written + 2;
      return hall.send('ann', 'busy', 'the last');
    });
    followers = await Promise.all([...following, writing]).then((all) => all.slice(0, SUBSCRIBERS));
    for (const { seq } of followers) assert.equal(seq, state.end);
  });

  await check('the room holds what was acknowledged, without a hole', async () => {
    assert.equal(
      await hall.sql(`SELECT count(*), min(seq), max(seq) FROM gg_core WHERE room_id = 'busy'`),
      `${state.end}|1|${state.end}`,
    );
  });

  await check('both the log and the live stream were read, by every subscriber', async () => {
    for (const { replayed, live } of followers) assert.ok(replayed > 0 && live > 0, `${replayed} and ${live}`);
  });
});
finish();
