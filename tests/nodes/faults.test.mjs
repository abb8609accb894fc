// A bus that loses, repeats, delays and falls silent, by a seed.

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Scene, SEED } from './scene.mjs';

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);

const faulty = (place) => ({ options: ['--bus', 'postgres', '--bus-faults', String(SEED + place)] });

await withNodes([faulty(0), faulty(1), faulty(2)], async (nodes) => {
  const scene = new Scene(nodes);
  await scene.prepare();

  await check('over a bus with faults each message is heard once and in order', () => scene.play());
  await check('the log holds what was acknowledged', () => scene.checkLog());
});

finish();
