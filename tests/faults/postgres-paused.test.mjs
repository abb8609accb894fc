// PostgreSQL stands still under load, as in a machine that is frozen, and goes on where it stood.

import { setTimeout as delay } from 'node:timers/promises';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, TURNS } from './load.mjs';

const cluster = new Cluster();

const WRITER = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guildhall writer'`;
const THREADS = 2;

// Until PostgreSQL goes on. One that is short is over when the first calls have been refused; one that
// is long is over when the connections with what was under way have been given up.
const PAUSES = {
  'a short pause': async (hall, load) => load.untilRefused(),
  'a long pause': async (hall, load) => {
    const isLost = ({ event, connection }) => event === 'database.lost' && connection === 'guildhall writer';
    const before = hall.log.length;
    await load.untilRefused();
    while (!hall.log.slice(before).some(isLost)) await delay(20);
  },
};

async function play(options) {
  await withServer({ threads: THREADS, options: [...options, '--log', 'debug'] }, async (hall) => {
    const load = new Load(hall);
    await load.prepare();
    await load.begin();

    for (let turn = 0; turn < TURNS; turn++)
      for (const [pause, isOver] of Object.entries(PAUSES)) {
        const what = `${pause}, ${options.join(' ')}`;
        const goOn = cluster.pause();
        await isOver(hall, load);
        await check(`${what}: each call is refused meanwhile, and told when to come back`, () => load.isRefused());
        goOn();
        await check(`${what}: served again by itself`, async () =>
          console.log(`# ${what}: served again ${await load.untilServed()} ms after PostgreSQL goes on`),
        );
        await load.more(100);
        // Whatever was left behind has been carried out by now, or was not.
        while ((await hall.sql(WRITER)) !== `${THREADS}`) await delay(20);
      }

    await check(`each follower hears all of it, once and in order, ${options.join(' ')}`, () => load.end());
    await check(`each message stands where it was acknowledged, and none twice, ${options.join(' ')}`, () =>
      load.checkLog(),
    );
    console.log(`# ${load.summary}`);
  });
}

await play(['--statement-timeout', '1s']);
await play(['--statement-timeout', '0']);
finish();
