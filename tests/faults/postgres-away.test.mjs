// PostgreSQL ends under load, in every way, and comes back.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { TURNS } from './load.mjs';
import { Outage } from './outage.mjs';

const cluster = new Cluster();

const WAYS = {
  'killed, every process of it': () => cluster.kill(),
  'stopped, and its clients are told': () => cluster.stop('fast'),
  'stopped as by a crash': () => cluster.stop('immediate'),
};

await withServer({ threads: 2 }, async (hall) => {
  const outage = new Outage(hall);
  await outage.begin();

  const tellHowSoon = async (way) =>
    console.log(`# ${way}: served again ${await outage.untilServed()} ms after PostgreSQL takes connections`);

  for (let turn = 0; turn < 2 * TURNS; turn++) {
    for (const [way, stop] of Object.entries(WAYS)) {
      await stop();
      await check(`${way}: each call is refused meanwhile, and told when to come back`, () => outage.isRefused());
      await cluster.start();
      await check(`${way}: served again by itself`, () => tellHowSoon(way));
      await outage.load.more(100);
    }
    await cluster.restart();
    await check('restarted: served again by itself', () => tellHowSoon('restarted'));
  }

  await outage.load.more(100);
  await check('each follower hears all of it, once and in order', () => outage.end());
  await check('each message stands where it was acknowledged, and none twice', () => outage.load.check());
});

// Two changes of members wait for a room that is locked: one in PostgreSQL, the other for its turn.
async function changesThatWait(hall) {
  const turnedAway = async () =>
    Number(await hall.sql('SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()'));
  const change = (user) =>
    hall.graphql('mutation ($input: SetMembersInput!) { setMembers(input: $input) { room { id } } }', {
      user: 'ann',
      variables: { input: { roomId: 'held', members: [{ userId: user, role: 'MEMBER' }] } },
    });

  hall.sql(`BEGIN; SELECT FROM room WHERE room_id = 'held' FOR UPDATE; SELECT pg_sleep(3600)`).catch(() => {});
  while ((await hall.sql(`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)) === '') await delay(20);
  const before = await turnedAway();
  const changes = ['bob', 'carl'].map(change);
  while ((await turnedAway()) < before + 3) await delay(20);
  return changes;
}

await withServer({ options: ['--statement-timeout', '0'] }, async (hall) => {
  await hall.ask('ann', 'mutation { createRoom(input: { id: "held" }) { room { id } } }');
  const changes = await changesThatWait(hall);
  await cluster.stop('immediate');
  await check('changes of members that waited for their turn are refused, and told when to come back', async () => {
    for (const { body } of await Promise.all(changes)) {
      const [{ extensions }] = body.errors;
      assert.equal(extensions.code, 'UNAVAILABLE');
      assert.ok(extensions.retryAfterMs > 0);
    }
  });
  await cluster.start();
});

finish();
