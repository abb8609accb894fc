// A bus that is away is named; what it did not tell is found, and counted. A reader that does not read
// is seen to lag.

import assert from 'node:assert/strict';

import { withNodes, withServer } from '../lib/harness.mjs';
import { scrape } from '../lib/metrics.mjs';
import { NatsServers } from '../lib/nats_servers.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const FOLLOW = { id: 's', type: 'subscribe', payload: { query: 'subscription { onMessage(roomId: "club") { text } }' } };

async function bus(hall) {
  const { text } = await hall.exchange({ method: 'GET', path: '/readyz' });
  return JSON.parse(text).checks.bus;
}

const nats = await NatsServers.start(1);
await withServer({ options: ['--bus', nats.urls] }, async (hall) => {
  await check('NATS is up, away, and back again', async () => {
    await until(async () => (await bus(hall)).up);
    await nats.all[0].kill();
    await until(async () => !(await bus(hall)).up);
    assert.equal((await scrape(hall)).value('guildhall_dependency_up', { dependency: 'bus' }), 0);
    assert.equal((await bus(hall)).trips, 1);
    await nats.all[0].start(nats.routes);
    await until(async () => (await bus(hall)).up);
    assert.equal((await bus(hall)).trips, 1);
  });
});
await nats.stop();

await withNodes([{}, { options: ['--position-interval', '50ms'] }], async ([first, second]) => {
  await first.room('club', ['ann', 'bob']);
  await check('what no bus told is found in the log, and counted as a gap that was repaired', async () => {
    const bob = await second.login('bob');
    bob.sendJson(FOLLOW);
    await until(async () => (await scrape(second)).value('guildhall_subscriptions', { state: 'live' }) === 1);
    await first.send('ann', 'club', 'unheard');
    assert.equal((await bob.nextJson()).payload.data.onMessage.text, 'unheard');
    assert.ok((await scrape(second)).value('guildhall_bus_gaps_repaired_total') >= 1);
    assert.equal((await scrape(first)).value('guildhall_bus_gaps_repaired_total'), 0);
    bob.close();
  });
});

await withServer({ options: ['--high-water', '1KiB', '--ping-interval', '0'] }, async (hall) => {
  await hall.room('club', ['ann', 'bob']);
  const lagging = async () => (await scrape(hall)).value('guildhall_lagging_subscriptions');

  await check('who does not read lags, until it reads on', async () => {
    const bob = await hall.login('bob');
    bob.sendJson(FOLLOW);
    await until(async () => (await scrape(hall)).value('guildhall_subscriptions', { state: 'live' }) === 1);
    bob.pause();
    const text = 'x'.repeat(4000);
    while ((await lagging()) === 0) await Promise.all(Array.from({ length: 50 }, () => hall.send('ann', 'club', text)));
    bob.resume();
    await until(async () => (await lagging()) === 0);
    bob.close();
  });
});

finish();
