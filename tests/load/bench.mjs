// The load generator (tools/bench) against a server of a test's own. It counts what was lost,
// repeated and out of order, and fails on any; what it has measured is its answer.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { Failure } from '../lib/tap.mjs';

// Multiplies how long a test loads the server: 1 takes a minute or two, 100 takes hours.
export const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);

// Under sanitizers everything is several times slower, and memory is not what it is in earnest: what
// is freed is kept in quarantine. So they get smaller numbers, and no bound of memory.
export const IS_SANITIZED = process.env.GUILDHALL_TEST_SANITIZERS !== 'none';

const run = promisify(execFile);

// numbers: { clients: 10, 'in-flight': 4 } becomes --clients 10 --in-flight 4.
export async function measure(hall, mode, numbers) {
  const args = [mode, '--form', 'json', '--room', 'bench', '--address', hall.address, '--pid', hall.pid];
  args.push('--token', hall.token('bench'));
  for (const [name, value] of Object.entries(numbers)) args.push(`--${name}`, value);
  try {
    const { stdout } = await run(process.env.GUILDHALL_TEST_BENCH, args.map(String));
    console.log(`# ${stdout.trim()}`);
    return JSON.parse(stdout);
  } catch (error) {
    throw new Failure(`${error.stderr}${error.stdout}`.trim() || String(error));
  }
}
