// PostgreSQL stands still under load, as in a machine that is frozen, and goes on where it stood.

import { setTimeout as delay } from 'node:timers/promises';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { TURNS } from './load.mjs';
import { Outage } from './outage.mjs';

const cluster = new Cluster();

const WRITER = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guildhall writer'`;
const THREADS = 2;

// Until PostgreSQL goes on. One that is short is over when the first calls have been refused; one that
// is long is over when the connections with what was under way have been given up.
const PAUSES = {
  'a short pause': async (hall, outage) => outage.untilRefused(),
  'a long pause': async (hall, outage) => {
    const isLost = ({ event, connection }) => event === 'database.lost' && connection === 'guildhall writer';
    const before = hall.log.length;
    await outage.untilRefused();
    while (!hall.log.slice(before).some(isLost)) await delay(20);
  },
};

async function play(options) {
  await withServer({ threads: THREADS, options: [...options, '--log', 'debug'] }, async (hall) => {
    const outage = new Outage(hall);
    await outage.begin();

    for (let turn = 0; turn < TURNS; turn++)
      for (const [pause, isOver] of Object.entries(PAUSES)) {
        const what = `${pause}, ${options.join(' ')}`;
        const goOn = cluster.pause();
        await isOver(hall, outage);
        await check(`${what}: each call is refused meanwhile, and told when to come back`, () => outage.isRefused());
        goOn();
        await check(`${what}: served again by itself`, async () =>
          console.log(`# ${what}: served again ${await outage.untilServed()} ms after PostgreSQL goes on`),
        );
        await outage.load.more(100);
        // Whatever was left behind has been carried out by now, or was not.
        while ((await hall.sql(WRITER)) !== `${THREADS}`) await delay(20);
      }

    await check(`each follower hears all of it, once and in order, ${options.join(' ')}`, () => outage.end());
    await check(`each message stands where it was acknowledged, and none twice, ${options.join(' ')}`, () =>
      outage.load.check(),
    );
  });
}

await play(['--statement-timeout', '1s']);
await play(['--statement-timeout', '0']);
finish();
