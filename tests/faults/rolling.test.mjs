// Two nodes that are restarted one after the other, again and again, while clients go to the one that
// is there.

import assert from 'node:assert/strict';

import { withNodes } from '../lib/harness.mjs';
import { SEED } from '../lib/dice.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, REFUSED, TURNS } from './load.mjs';

const RESTARTS = 20; // a turn
const BUS = { options: ['--bus', 'postgres'] };

async function restart(nodes, load) {
  for (let n = 0; n < RESTARTS; n++) {
    const node = nodes[n % nodes.length];
    await load.more(100);
    assert.deepEqual(await node.end(), { code: 0, signal: null });
    await load.more(100);
    await node.start();
  }
}

async function play(turn) {
  await withNodes([BUS, BUS], async (nodes) => {
    const load = new Load(nodes, { whenCut: REFUSED });

    await check(`two nodes are restarted in turns, ${RESTARTS} times, each with status 0 (turn ${turn})`, async () => {
      await load.begin();
      await restart(nodes, load);
      await load.end();
    });
    await check('nothing is lost and nothing comes twice', () => load.check());
    await check('sockets were closed with 1012, and not otherwise', () =>
      assert.deepEqual(Object.keys(load.ends), ['1012']));
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);
for (let turn = 1; turn <= TURNS; turn++) await play(turn);
finish();
