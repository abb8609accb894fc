import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 10;

// Until it is so: no test depends on how long that takes.
export async function until(condition) {
  while (!(await condition())) await delay(LOOK_MS);
}
