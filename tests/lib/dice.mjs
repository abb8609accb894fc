// Pseudo-random choices that GUILDHALL_TEST_SEED makes again. Each player has dice of its own, so that
// what it does depends on the seed and not on the others.

import { randomInt } from 'node:crypto';

export const SEED = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(2 ** 31));

// Numbers below n (xorshift32).
export function newDice(place) {
  let x = (Math.imul(SEED + place, 2654435761) ^ 0x9e3779b9) | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}
