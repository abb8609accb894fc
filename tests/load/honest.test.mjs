// The load generator notices what a server does wrong: it is set on the limit (tools/bench/raw.c),
// which is told to leave out one delivery, or to make it twice.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { check, finish } from '../lib/tap.mjs';
import { measure } from './bench.mjs';

const MESSAGES = 200;
const NUMBERS = { clients: 20, 'in-flight': 4, requests: MESSAGES };

async function withRaw(options, body) {
  const child = spawn(process.env.GUILDHALL_TEST_BENCH_RAW, options, { stdio: ['ignore', 'inherit', 'pipe'] });
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      const { address } = JSON.parse(line);
      return await body({ address, pid: child.pid, token: () => 'none' });
    }
    throw new Error('the server ended before it listened');
  } finally {
    child.kill();
  }
}

const fails = (raw, why) => assert.rejects(measure(raw, 'fanout', NUMBERS), why);
const told = (raw) => measure(raw, 'fanout', { ...NUMBERS, strict: 0 });

await check('a server that does all right loses nothing', () =>
  withRaw([], async (raw) => {
    const { messages, lost, repeated, disordered } = await measure(raw, 'fanout', NUMBERS);
    assert.deepEqual({ messages, lost, repeated, disordered }, { messages: MESSAGES, lost: 0, repeated: 0, disordered: 0 });
  }));

await check('one delivery that is left out makes the run fail', () =>
  withRaw(['--drop', '50'], (raw) => fails(raw, /lost, repeated or out of order/)));

await check('it is counted as one that is lost', () =>
  withRaw(['--drop', '50'], async (raw) => assert.equal((await told(raw)).lost, 1)));

await check('one delivery that is made twice makes the run fail', () =>
  withRaw(['--repeat', '50'], (raw) => fails(raw, /lost, repeated or out of order/)));

await check('it is counted as one that is repeated', () =>
  withRaw(['--repeat', '50'], async (raw) => assert.equal((await told(raw)).repeated, 1)));

finish();
