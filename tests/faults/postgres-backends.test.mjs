// The server's connections are ended one by one, again and again, in the middle of whatever they do.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { TURNS } from './load.mjs';
import { Outage } from './outage.mjs';

const EACH = 25 * TURNS; // cuts
const LONGEST_PAUSE_MS = 300;

const CONNECTIONS = `application_name IN ('guildhall writer', 'guildhall reader')`;
const END = 'SELECT count(pg_terminate_backend(pid)) FROM';

const CUTS = {
  // A random one of them, and now and then all.
  'whatever they did': `${END} (
    SELECT pid FROM pg_stat_activity WHERE ${CONNECTIONS}
     ORDER BY random() LIMIT CASE WHEN random() < 0.2 THEN NULL ELSE 1 END) one`,
  // Batches that have begun, and wait for a room.
  'in the middle of a batch': `SELECT FROM room ORDER BY tenant_id, room_id FOR UPDATE; SELECT pg_sleep(0.01);
    ${END} pg_stat_get_activity(NULL) WHERE ${CONNECTIONS} AND wait_event_type = 'Lock'`,
};

await withServer({ threads: 2 }, async (hall) => {
  const outage = new Outage(hall);
  await outage.begin();

  for (const [when, cut] of Object.entries(CUTS))
    await check(`messages are taken while connections are ended, ${when}`, async () => {
      const before = outage.load.acknowledged;
      for (let cuts = 0; cuts < EACH; ) {
        cuts += Number((await hall.sql(cut)).trim().split('\n').at(-1));
        await delay(Math.random() * LONGEST_PAUSE_MS);
      }
      assert.ok(outage.load.acknowledged > before);
    });
  await check('served again by itself', async () =>
    console.log(`# served again ${await outage.untilServed()} ms after the last cut`),
  );
  await outage.load.more(100);
  await check('each follower hears all of it, once and in order', () => outage.end());
  await check('each message stands where it was acknowledged, and none twice', () => outage.load.check());
});

finish();
