// Subscribers that stop reading while messages flow. Above the high-water mark nothing is kept for
// them; they read on from the log when their socket has drained, and those who read all the time are
// not held up by them.
//
// GUILDHALL_TEST_TURNS (1) multiplies how long they stand still.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { IS_SANITIZED, measure, TURNS } from './bench.mjs';

const STALLED = 1000;
const READERS = IS_SANITIZED ? 5 : 25;
const LONG_S = IS_SANITIZED ? 10 : 60;

const crowd = (seconds) => ({
  clients: STALLED + READERS,
  readers: READERS,
  rate: IS_SANITIZED ? 100 : 500,
  text: IS_SANITIZED ? 2000 : 64,
  'in-flight': 64,
  seconds: seconds * TURNS,
  ...(IS_SANITIZED ? { bound: 0 } : {}),
});

// Little is kept in memory, so that they are told from the log; and they are not asked for a sign of
// life, however long it takes.
const PATIENT = { options: ['--open-rooms', 'bench', '--recent-bytes', '1MiB', '--ping-interval', '1h'] };

await withServer(PATIENT, async (hall) => {
  await check('a thousand that stop reading cost a cursor each, and miss nothing', async () => {
    const { parked, closed, residentFirstHalfMiB, residentSecondHalfMiB } = await measure(hall, 'stalled', crowd(LONG_S));
    assert.equal(parked, STALLED);
    assert.equal(closed, 0);
    // Once they are parked, what flows on adds nothing.
    if (!IS_SANITIZED) assert.ok(residentSecondHalfMiB - residentFirstHalfMiB < 4);
  });
});

const IMPATIENT = { options: ['--open-rooms', 'bench', '--ping-interval', '4s', '--pong-timeout', '4s'] };

await withServer(IMPATIENT, async (hall) => {
  await check('those who read nothing for too long are closed, and miss nothing when they come back', async () => {
    const { parked, closed } = await measure(hall, 'stalled', { ...crowd(12), closed: 1 });
    assert.equal(parked, STALLED);
    assert.ok(closed >= STALLED);
  });
});

finish();
