// Each metric moves when that happens which it counts, on two threads, and nothing else moves it.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { scrape } from '../lib/metrics.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const ON_MESSAGE = 'subscription ($since: String) { onMessage(roomId: "club", since: $since) { text } }';

// How far the sample has moved since.
async function moved(hall, before, name, labels) {
  const now = await scrape(hall);
  return now.value(name, labels) - before.value(name, labels);
}

const movesTo = (hall, before, by, name, labels) =>
  until(async () => {
    const far = await moved(hall, before, name, labels);
    assert.ok(far <= by, `${name}${JSON.stringify(labels ?? '')} moved by ${far}, not by ${by}`);
    return far === by;
  });

function subscribe(socket, variables, query = ON_MESSAGE) {
  socket.sendJson({ id: 's', type: 'subscribe', payload: { query, variables } });
}

async function messagesAndDeliveries(hall) {
  const followers = await Promise.all(Array.from({ length: 8 }, () => hall.login('bob')));
  let first;

  await check('open sockets are counted on all threads together', async () => {
    const now = await scrape(hall);
    assert.equal(now.value('guildhall_connections', { transport: 'graphql-transport-ws' }), 8);
    assert.equal(now.value('guildhall_connections_total', { transport: 'graphql-transport-ws', result: 'opened' }), 8);
  });
  await check('a subscription that has begun is one operation, and live', async () => {
    const before = await scrape(hall);
    followers.forEach((socket) => subscribe(socket));
    await movesTo(hall, before, 8, 'guildhall_operations_total', { type: 'subscription', code: 'OK' });
    await movesTo(hall, before, 8, 'guildhall_operation_duration_seconds_count', { type: 'subscription' });
    await movesTo(hall, before, 8, 'guildhall_subscriptions', { state: 'live' });
  });
  await check('a message is accepted once, and delivered to each who follows', async () => {
    const before = await scrape(hall);
    first = await hall.send('ann', 'club', 'one', 'key-1');
    await Promise.all(followers.map((socket) => socket.nextJson()));
    await movesTo(hall, before, 1, 'guildhall_messages_accepted_total', { room_type: 'core' });
    await movesTo(hall, before, 8, 'guildhall_deliveries_total', { mode: 'live' });
    await movesTo(hall, before, 1, 'guildhall_send_batch_size_sum');
    await movesTo(hall, before, 1, 'guildhall_operations_total', { type: 'mutation', code: 'OK' });
    assert.ok((await moved(hall, before, 'guildhall_delivery_latency_seconds_count')) >= 1);
    assert.equal(await moved(hall, before, 'guildhall_deliveries_total', { mode: 'replay' }), 0);
  });
  await check('one that is repeated under its key is not accepted again', async () => {
    const before = await scrape(hall);
    await hall.send('ann', 'club', 'one', 'key-1');
    await movesTo(hall, before, 1, 'guildhall_operations_total', { type: 'mutation', code: 'OK' });
    assert.equal(await moved(hall, before, 'guildhall_messages_accepted_total'), 0);
  });
  await check("a guild's message is counted as one", async () => {
    const before = await scrape(hall);
    await hall.send('ann', 'GUILD#red', 'hello');
    await movesTo(hall, before, 1, 'guildhall_messages_accepted_total', { room_type: 'guild' });
    assert.equal(await moved(hall, before, 'guildhall_messages_accepted_total', { room_type: 'core' }), 0);
  });
  await check('what is read from the log is a replay', async () => {
    await hall.send('ann', 'club', 'two');
    const before = await scrape(hall);
    const late = await hall.login('bob');
    subscribe(late, { since: first.cursor });
    await late.nextJson();
    await movesTo(hall, before, 1, 'guildhall_replays_total');
    await movesTo(hall, before, 1, 'guildhall_deliveries_total', { mode: 'replay' });
    late.close(1000);
    await until(async () => (await scrape(hall)).value('guildhall_connections', { transport: 'graphql-transport-ws' }) === 8);
    await movesTo(hall, before, 1, 'guildhall_disconnects_total', { code: '1000' });
  });
  await check('a statement has been timed', async () => {
    const now = await scrape(hall);
    assert.ok(now.value('guildhall_db_query_duration_seconds_count', { query: 'message_start' }) >= 1);
    assert.ok(now.value('guildhall_db_query_duration_seconds_sum', { query: 'message_start' }) > 0);
  });
  await check('sockets that are cut end without a code', async () => {
    const before = await scrape(hall);
    followers.forEach((socket) => socket.cut());
    await movesTo(hall, before, 8, 'guildhall_disconnects_total', { code: '1006' });
    await until(async () => (await scrape(hall)).value('guildhall_connections', { transport: 'graphql-transport-ws' }) === 0);
    await until(async () => (await scrape(hall)).value('guildhall_subscriptions') === 0);
  });
}

async function refusals(hall) {
  await check('an operation that fails is counted by its code, and by its type where that is known', async () => {
    const before = await scrape(hall);
    await hall.graphql('{ nonsense }', { user: 'ann' });
    await hall.graphql('mutation { sendMessage(roomId: "nowhere", text: "x") { id } }', { user: 'ann' });
    await movesTo(hall, before, 1, 'guildhall_operations_total', { type: 'unknown', code: 'GRAPHQL_VALIDATION_FAILED' });
    await movesTo(hall, before, 1, 'guildhall_operations_total', { type: 'mutation', code: 'NOT_FOUND' });
  });
  await check('tokens that are refused are counted by why', async () => {
    const before = await scrape(hall);
    await hall.graphql('{ viewer { userId } }', { token: 'nonsense' });
    await hall.graphql('{ viewer { userId } }', { token: hall.token('ann', { exp: '-60' }) });
    const nobody = await hall.socket();
    nobody.sendJson({ type: 'connection_init' });
    assert.equal((await nobody.next()).close.code, 4403);
    await movesTo(hall, before, 1, 'guildhall_auth_failures_total', { reason: 'invalid' });
    await movesTo(hall, before, 1, 'guildhall_auth_failures_total', { reason: 'expired' });
    await movesTo(hall, before, 1, 'guildhall_auth_failures_total', { reason: 'missing' });
    await movesTo(hall, before, 1, 'guildhall_disconnects_total', { code: '4403' });
  });
  await check('a handshake that is no good is refused', async () => {
    const before = await scrape(hall);
    const { status } = await hall.exchange({ method: 'GET', path: '/graphql/realtime', headers: { upgrade: 'websocket' } });
    assert.ok(status >= 400);
    await movesTo(hall, before, 1, 'guildhall_connections_total', { result: 'refused' });
  });
}

async function drift(hall) {
  const { serverInfo } = await hall.ask('ann', '{ serverInfo { schemaHash } }');
  const shown = (hash, name) => ({
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${hall.token('ann')}`,
      'x-schema-hash': hash,
      ...(name ? { 'apollographql-client-name': name } : {}),
    },
    body: JSON.stringify({ query: '{ viewer { userId } }' }),
  });

  await check('a response tells the hash of the schema that is served', async () => {
    const { headers } = await hall.graphql('{ viewer { userId } }', { user: 'ann' });
    assert.equal(headers['x-schema-hash'], serverInfo.schemaHash);
  });
  await check('requests that show a hash are counted by the name of their client', async () => {
    await hall.exchange(shown(serverInfo.schemaHash, 'web "1"'));
    await hall.exchange(shown('older', 'web "1"'));
    await hall.exchange(shown('older'));
    const now = await scrape(hall);
    assert.equal(now.value('guildhall_client_schema_total', { client: 'web "1"', schema: 'same' }), 1);
    assert.equal(now.value('guildhall_client_schema_total', { client: 'web "1"', schema: 'different' }), 1);
    assert.equal(now.value('guildhall_client_schema_total', { client: 'unnamed', schema: 'different' }), 1);
  });
  await check('sockets that show one in connection_init, or among its headers, as well', async () => {
    const authorization = `Bearer ${hall.token('ann')}`;
    for (const payload of [
      { authorization, schemaHash: 'older', clientName: 'ios' },
      { authorization, headers: { 'x-schema-hash': serverInfo.schemaHash, 'graphql-client-name': 'ios' } },
    ]) {
      const socket = await hall.socket();
      socket.sendJson({ type: 'connection_init', payload });
      assert.equal((await socket.nextJson()).type, 'connection_ack');
      socket.close();
    }
    const now = await scrape(hall);
    assert.equal(now.value('guildhall_client_schema_total', { client: 'ios', schema: 'different' }), 1);
    assert.equal(now.value('guildhall_client_schema_total', { client: 'ios', schema: 'same' }), 1);
  });
  await check('who is not let in has no name here', async () => {
    const request = shown('older', 'stranger');
    request.headers.authorization = 'Bearer nonsense';
    await hall.exchange(request);
    assert.ok(!(await scrape(hall)).text.includes('stranger'));
  });
}

await withServer({ threads: 2 }, async (hall) => {
  await hall.room('club', ['ann', 'bob']);
  await hall.guild('red', ['ann']);
  await messagesAndDeliveries(hall);
  await refusals(hall);
  await drift(hall);
});

const LIMITS = ['--rate-sends', '1/h', '--rate-sends-burst', '1', '--max-connections-per-user', '1'];

await withServer({ options: [...LIMITS, '--rate-requests', '1/h', '--rate-requests-burst', '2'] }, async (hall) => {
  await hall.room('club', ['ann']);
  await check('what a rate or a quota refuses is counted by which', async () => {
    const socket = await hall.login('ann');
    const send = { query: 'mutation { sendMessage(roomId: "club", text: "x") { id } }' };
    for (const id of ['1', '2', '3']) {
      socket.sendJson({ id, type: 'subscribe', payload: send });
      if ((await socket.nextJson()).type === 'next') await socket.nextJson();
    }
    const second = await hall.socket();
    second.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
    assert.equal((await second.next()).close.code, 1013);
    const now = await scrape(hall);
    assert.equal(now.value('guildhall_rate_limited_total', { limit: 'sends' }), 1);
    assert.equal(now.value('guildhall_rate_limited_total', { limit: 'requests' }), 1);
    assert.equal(now.value('guildhall_rate_limited_total', { limit: 'connections' }), 1);
    assert.equal(now.value('guildhall_operations_total', { code: 'RATE_LIMITED' }), 2);
  });
});

finish();
