// What is away is named, with since when and what it cost: in /readyz, and in /metrics.

import assert from 'node:assert/strict';

import { Cluster } from '../lib/cluster.mjs';
import { withServer } from '../lib/harness.mjs';
import { scrape } from '../lib/metrics.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const cluster = new Cluster();

async function readiness(hall) {
  const { status, text } = await hall.exchange({ method: 'GET', path: '/readyz' });
  return { status, ...JSON.parse(text) };
}

// What the log says at its default level.
const lines = (hall, event) => hall.log.filter((entry) => entry.event === event);

const untilStatus = (hall, status) => until(async () => (await readiness(hall)).status === status);

await withServer({ threads: 2, options: ['--bus', 'postgres'] }, async (hall) => {
  await hall.room('club', ['ann']);
  const began = Date.now();

  await check('a server that has all it needs is ready', async () => {
    await until(async () => (await readiness(hall)).checks.bus.up);
    const { status, ready, checks } = await readiness(hall);
    assert.equal(status, 200);
    assert.equal(ready, true);
    assert.deepEqual(Object.keys(checks), ['database', 'migrations', 'keys', 'bus']);
    for (const it of Object.values(checks)) {
      assert.deepEqual([it.ready, it.up, it.trips], [true, true, 0]);
      assert.ok(Math.abs(Date.parse(it.since) - began) < 600_000);
    }
    assert.equal((await scrape(hall)).value('guildhall_db_up'), 1);
  });
  await check('without its database it is not, and says what is away since when', async () => {
    const before = Date.now();
    await cluster.stop('fast');
    await untilStatus(hall, 503);
    await until(() => lines(hall, 'dependency_down').length === 2);
    const told = lines(hall, 'dependency_down');
    assert.deepEqual(told.map(({ level, dependency }) => [level, dependency]).sort(), [['warn', 'bus'], ['warn', 'database']]);
    const { ready, checks } = await readiness(hall);
    assert.equal(ready, false);
    assert.equal(checks.database.ready, false);
    assert.ok(Date.parse(checks.database.since) >= before - 5 && Date.parse(checks.database.since) <= Date.now() + 5);
    assert.equal(checks.keys.ready, true);
    // The process runs all the same: nobody should restart it.
    assert.equal((await hall.exchange({ method: 'GET', path: '/healthz' })).status, 200);
  });
  await check('the bus that is gone with it is named, and would not make it unready', async () => {
    await until(async () => !(await readiness(hall)).checks.bus.up);
    assert.equal((await readiness(hall)).checks.bus.ready, true);
  });
  await check('/metrics says the same, and what was refused', async () => {
    const before = await scrape(hall);
    assert.equal(before.value('guildhall_db_up'), 0);
    assert.equal(before.value('guildhall_dependency_up', { dependency: 'database' }), 0);
    assert.equal(before.value('guildhall_dependency_up', { dependency: 'bus' }), 0);
    assert.equal(before.value('guildhall_dependency_trips_total', { dependency: 'database' }), 1);
    const { body } = await hall.graphql('{ messages(roomId: "club") { items { id } } }', { user: 'ann' });
    assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
    const after = await scrape(hall);
    const refused = (s) => s.value('guildhall_dependency_refused_total', { dependency: 'database' });
    assert.ok(refused(after) > refused(before));
    assert.ok(after.value('guildhall_operations_total', { code: 'UNAVAILABLE' }) >= 1);
  });
  await check('when it is back the server is ready, since then', async () => {
    const before = Date.now();
    await cluster.start();
    await untilStatus(hall, 200);
    const { checks } = await readiness(hall);
    assert.ok(Date.parse(checks.database.since) >= before - 5);
    const isBack = ({ dependency, downMs }) => dependency === 'database' && downMs > 0;
    await until(() => lines(hall, 'dependency_up').some(isBack));
    assert.equal(checks.database.trips, 1);
    assert.equal((await scrape(hall)).value('guildhall_db_up'), 1);
    await hall.send('ann', 'club', 'back');
  });
  await check('a database that lacks migrations is told from one that is away', async () => {
    await hall.sql('CREATE TABLE kept AS SELECT * FROM migration; DELETE FROM migration');
    await hall.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guildhall reader'`,
    );
    await until(async () => !(await readiness(hall)).checks.migrations.ready);
    await hall.logged('migrations_missing');
    assert.equal((await scrape(hall)).value('guildhall_dependency_up', { dependency: 'migrations' }), 0);
    await hall.sql('INSERT INTO migration SELECT * FROM kept; DROP TABLE kept');
    await hall.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guildhall reader'`,
    );
    await untilStatus(hall, 200);
  });
});

finish();
