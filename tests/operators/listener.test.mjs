// The listener of --metrics-listen: what is there, and what is not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Certificate } from '../lib/certificate.mjs';
import { withServer } from '../lib/harness.mjs';
import { bodyOf, exchange } from '../lib/http.mjs';
import { Scrape } from '../lib/metrics.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const get = (address, path, headers) => exchange(address, { method: 'GET', path, headers });

async function scrapeWith(agent, address) {
  const [host, port] = address.split(':');
  const asked = request({ host, port, path: '/metrics', agent });
  asked.end();
  const [response] = await once(asked, 'response');
  await bodyOf(response);
  return { status: response.statusCode, reused: asked.reusedSocket };
}

// A connection that says nothing, and notices when it is closed.
async function idleSocket(address) {
  const [host, port] = address.split(':');
  const socket = connect(port, host);
  const gone = () => (socket.isGone = true);
  socket.on('end', gone).on('close', gone).on('error', gone).resume();
  await once(socket, 'connect');
  return socket;
}

const FREE = ['--metrics-listen', '127.0.0.1:0'];

await withServer({ options: [...FREE, '--max-connections', '2', '--max-connections-per-user', '0'], threads: 1 }, async (hall) => {
  const { address } = await hall.logged('metrics_listening');

  await check('it serves the pages of operators', async () => {
    const { status, headers, text } = await get(address, '/metrics');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.ok(new Scrape(text).families.has('guildhall_build_info'));
    assert.equal((await get(address, '/healthz')).text, 'ok\n');
    assert.equal(JSON.parse((await get(address, '/readyz')).text).ready, true);
  });
  await check('and nothing else: no GraphQL, no WebSocket', async () => {
    for (const path of ['/graphql?query={__typename}', '/graphql/stream', '/version', '/schema.graphql'])
      assert.equal((await get(address, path)).status, 404, path);
    assert.equal((await exchange(address, { body: '{"query":"{__typename}"}' })).status, 405);
    await assert.rejects(WebSocketClient.open(address), /404/);
    await assert.rejects(WebSocketClient.open(address, { path: '/graphql/realtime' }), /404/);
  });
  await check('the listener that is open to all has no /metrics then', async () => {
    assert.equal((await get(hall.address, '/metrics')).status, 404);
    assert.equal((await get(hall.address, '/readyz')).status, 200);
  });
  await check('operators are served when the server is full, and are none of those who fill it', async () => {
    const sockets = [await hall.login('ann'), await hall.login('ann')];
    assert.equal((await get(hall.address, '/healthz')).status, 503);
    const now = new Scrape((await get(address, '/metrics')).text);
    assert.equal(now.value('guildhall_connections'), 2);
    assert.equal(now.value('guildhall_connections_total', { result: 'full' }), 1);
    sockets.forEach((socket) => socket.close());
  });
  await check('however many connections stand idle, a scrape gets through, and who scrapes stays', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const scrape = () => scrapeWith(agent, address);
    assert.equal((await scrape()).reused, false);
    const idle = [];
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 10; j++) idle.push(await idleSocket(address));
      assert.deepEqual(await scrape(), { status: 200, reused: true });
    }
    assert.equal((await get(address, '/metrics')).status, 200);
    await until(() => idle[0].isGone);
    for (const socket of idle) socket.destroy();
    agent.destroy();
  });
  await check('a scraper that keeps its connection does not keep the server from ending', async () => {
    const [host, port] = address.split(':');
    const agent = new Agent({ keepAlive: true });
    const response = await new Promise((resolve, reject) => {
      request({ host, port, path: '/metrics', agent }, resolve).on('error', reject).end();
    });
    await bodyOf(response);
    assert.deepEqual(await hall.end(), { code: 0, signal: null });
    agent.destroy();
  });
});

await withServer({ options: [...FREE, ...new Certificate().options, '--proxy-protocol', 'on'] }, async (hall) => {
  const { address } = await hall.logged('metrics_listening');

  await check('it speaks plain HTTP, whatever the other one asks for', async () => {
    assert.equal((await get(address, '/healthz')).status, 200);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'guildhall-operators-'));
const path = join(folder, 'metrics');

await withServer({ options: ['--metrics-listen', `unix:${path}`] }, async (hall) => {
  await check('it may be a Unix socket', async () => {
    await hall.logged('metrics_listening');
    const response = await new Promise((resolve, reject) => {
      request({ socketPath: path, path: '/metrics' }, resolve).on('error', reject).end();
    });
    assert.ok(new Scrape(await bodyOf(response)).families.has('guildhall_build_info'));
  });
});
rmSync(folder, { recursive: true });

await withServer({}, async (hall) => {
  await check('an address that is taken is an error that names the option', async () => {
    const second = hall.peer({ options: ['--metrics-listen', hall.address] });
    await assert.rejects(second.start(), /--metrics-listen: .*\b/);
    await second.end();
  });
  await check('so is a socket of systemd, of which there is one', async () => {
    const second = hall.peer({ options: ['--metrics-listen', 'systemd'] });
    await assert.rejects(second.start(), /metrics-listen: systemd/);
    await second.end();
  });
});

finish();
