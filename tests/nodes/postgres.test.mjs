// Several nodes that wake each other through PostgreSQL.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Scene } from './scene.mjs';

const BUS = { options: ['--bus', 'postgres'] };
// So that what is heard in time was heard by the bus: the positions come too late for that.
const BUS_ALONE = { options: ['--bus', 'postgres', '--position-interval', '1h'] };
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guildhall bus'`;

await withNodes([BUS_ALONE, BUS_ALONE, BUS_ALONE], async (nodes) => {
  const scene = new Scene(nodes);
  await scene.prepare();

  await check('three nodes hear each other by the bus alone, each message once and in order', () => scene.play());
  await check('the log holds what was acknowledged', () => scene.checkLog());
  await check('on every node most was heard live', () => {
    for (const node of nodes) assert.ok(scene.live(node) > 0);
  });
});

await withNodes([BUS, BUS], async (nodes) => {
  const scene = new Scene(nodes);
  await scene.prepare();

  await check('nothing is missed while the connections of the bus are cut again and again', () =>
    scene.play({
      trouble: async () => {
        await nodes[0].sql(CUT);
        await delay(300);
      },
    }),
  );
  await check('the log holds what was acknowledged by then', () => scene.checkLog());
});

finish();
