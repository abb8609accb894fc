// Thousands who come back at once with the cursor they had are told what they missed from memory,
// and PostgreSQL is asked for hundreds of them at a time. Counted in its own log.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { Hall } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { IS_SANITIZED, measure, TURNS } from './bench.mjs';

const CLIENTS = IS_SANITIZED ? 1500 : 10000;
const MISSED = 150; // more than one run of rows
const THREADS = 2;
// Who comes slowly is not kept waiting for company: a thread asks twice a second then. On a machine that is slow
// enough that is more than one a hundred.
const STATEMENTS_A_SECOND = 2 * THREADS;

const cluster = new URL(process.env.GUILDHALL_TEST_DATABASE_URL.replace('@/', '@placeholder/'));
const log = join(cluster.searchParams.get('host'), 'postgres.log');

// Looks at where rooms stand would be counted by how long it all takes.
const hall = new Hall({ threads: THREADS, options: ['--open-rooms', 'bench', '--position-interval', '1h'] });
await hall.createDatabase();
await hall.sql(`ALTER DATABASE ${hall.database} SET log_statement = 'all'`);
await hall.sql(`ALTER DATABASE ${hall.database} SET log_min_messages = 'log'`);
await hall.start();

for (let turn = 0; turn < TURNS; turn++)
  await check('a crowd that comes back with recent cursors costs less than a statement a hundred', async () => {
    const numbers = { clients: CLIENTS, back: MISSED, log, strict: 0 };
    const { statements, replayed, seconds } = await measure(hall, 'storm', numbers);
    const most = Math.max(CLIENTS / 100, STATEMENTS_A_SECOND * (seconds + 1));
    assert.ok(replayed >= CLIENTS * MISSED);
    assert.ok(statements > 0, 'nothing was counted');
    assert.ok(statements < most, `${statements} statements`);
  });

await hall.done();
finish();
