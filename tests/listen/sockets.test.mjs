// A Unix socket, and a socket that systemd has opened.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Hall, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const folder = mkdtempSync(join(tmpdir(), 'guildhall-sockets-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'guildhall.sock');

function get(options) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ path: '/healthz', agent: false, ...options }, async (response) => {
      const pieces = [];
      for await (const piece of response) pieces.push(piece);
      resolve({ status: response.statusCode, text: Buffer.concat(pieces).toString() });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const OK = { status: 200, text: 'ok\n' };

// The words of a server that must not start.
async function refusal(options) {
  const hall = new Hall(options);
  await hall.createDatabase();
  try {
    await hall.start();
  } catch (error) {
    return error.message;
  } finally {
    await hall.end();
    await hall.dropDatabase();
  }
  return 'it started';
}

await withServer({ listen: `unix:${path}`, threads: 2 }, async (hall) => {
  await check('HTTP is answered on a Unix socket, on every thread', async () => {
    assert.equal(hall.address, `unix:${path}`);
    assert.deepEqual(await Promise.all(Array.from({ length: 50 }, () => get({ socketPath: path }))), Array(50).fill(OK));
  });

  await check('a WebSocket works on it', async () => {
    const socket = await WebSocketClient.open('localhost:0', {
      over: async () => {
        const under = connect(path);
        await once(under, 'connect');
        return under;
      },
    });
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
    assert.equal((await socket.nextJson()).type, 'connection_ack');
    socket.cut();
  });

  await check('a second server is told that the socket is in use', async () => {
    assert.match(await refusal({ listen: `unix:${path}` }), /cannot listen on unix:.*listens there already/s);
    assert.deepEqual(await get({ socketPath: path }), OK);
  });

  await check('a socket that a killed server left behind is replaced', async () => {
    await hall.end('SIGKILL');
    assert.ok(existsSync(path));
    await hall.start();
    assert.deepEqual(await get({ socketPath: path }), OK);
  });
});

await check('a server that stops takes its socket away', () => assert.ok(!existsSync(path)));

await check('what is no socket is left alone', async () => {
  writeFileSync(path, 'precious');
  assert.match(await refusal({ listen: `unix:${path}` }), /no socket/);
  assert.ok(existsSync(path));
});

// As systemd does it: the socket is descriptor 3, and LISTEN_PID names the process that is meant.
const AS_SYSTEMD = ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"'];
const listening = createServer().listen(0, '127.0.0.1');
await once(listening, 'listening');
const { port } = listening.address();

await withServer({ listen: 'systemd', wrap: AS_SYSTEMD, fds: [listening._handle.fd] }, async () => {
  listening.close();

  await check('a socket from systemd is served, on every thread', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => get({ host: '127.0.0.1', port })));
    assert.deepEqual(answers, Array(50).fill(OK));
  });
});

await check('without a socket from systemd the server says what it needs', async () => {
  assert.match(await refusal({ listen: 'systemd' }), /socket unit/);
});

finish();
