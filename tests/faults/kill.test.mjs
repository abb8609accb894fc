// kill -9 of servers that are at work, again and again.

import { withNodes } from '../lib/harness.mjs';
import { newDice, SEED } from '../lib/dice.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, TURNS } from './load.mjs';

const KILLS = 35; // a turn
const LONGEST_LIFE = 150; // messages, of all nodes together

// A server that is killed before it can say that it serves.
async function killEarly(node) {
  const started = node.start().catch((error) => error);
  await node.end('SIGKILL');
  await started;
}

async function killAgainAndAgain(nodes, load, roll) {
  for (let n = 0; n < KILLS; n++) {
    const node = nodes[roll(nodes.length)];
    await load.more(1 + roll(LONGEST_LIFE));
    await node.end('SIGKILL');
    if (roll(4) === 0) await killEarly(node);
    if (nodes.length > 1) await load.more(1 + roll(LONGEST_LIFE));
    await node.start();
  }
}

async function play(turn, options, where) {
  await withNodes(options, async (nodes) => {
    const load = new Load(nodes, { writersEach: 8 / nodes.length });

    await check(`${where} killed ${KILLS} times, and everybody comes to an end (turn ${turn})`, async () => {
      await load.begin();
      await killAgainAndAgain(nodes, load, newDice(turn));
      await load.end();
    });
    await check('the log holds what was acknowledged, once and in order, and followers heard the log', () =>
      load.check());
  });
}

const BUS = { options: ['--bus', 'postgres'] };

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);
for (let turn = 1; turn <= TURNS; turn++) {
  await play(turn, [{}], 'the only node is');
  await play(turn, [BUS, BUS], 'one of two nodes is');
}
finish();
