// PostgreSQL ends under load, in every way, and comes back.

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, TURNS } from './load.mjs';

const cluster = new Cluster();

const WAYS = {
  'killed, every process of it': () => cluster.kill(),
  'stopped, and its clients are told': () => cluster.stop('fast'),
  'stopped as by a crash': () => cluster.stop('immediate'),
};

await withServer({ threads: 2 }, async (hall) => {
  const load = new Load(hall);
  await load.prepare();
  await load.begin();

  const tellHowSoon = async (way) =>
    console.log(`# ${way}: served again ${await load.untilServed()} ms after PostgreSQL takes connections`);

  for (let turn = 0; turn < 2 * TURNS; turn++) {
    for (const [way, stop] of Object.entries(WAYS)) {
      await stop();
      await check(`${way}: each call is refused meanwhile, and told when to come back`, () => load.isRefused());
      await cluster.start();
      await check(`${way}: served again by itself`, () => tellHowSoon(way));
      await load.more(100);
    }
    await cluster.restart();
    await check('restarted: served again by itself', () => tellHowSoon('restarted'));
  }

  await load.more(100);
  await check('each follower hears all of it, once and in order', () => load.end());
  await check('each message stands where it was acknowledged, and none twice', () => load.checkLog());
  console.log(`# ${load.summary}`);
});

finish();
