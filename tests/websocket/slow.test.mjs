// A client that reads slowly is one that is there: neither its pongs, which are not read while it does
// not take its answers, nor the end of a large write are waited for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const SCHEMA = '{ __schema { types { name description fields { name description } } } }';
const SECONDS = 18; // more than twice as long as a ping and its pong may take

// A stream that is read slowly at first.
function slowly(port, bytesASecond) {
  const reader = fileURLToPath(new URL('slow_reader.py', import.meta.url));
  const words = [port, bytesASecond, SECONDS].map(String);
  const { stdin, stdout } = spawn(reader, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  return Duplex.from({ writable: stdin, readable: stdout });
}

// Answers of 16 KiB each, asked for in one go.
async function getsAll(hall, queries, bytesASecond) {
  const socket = await WebSocketClient.open(hall.address, { over: () => slowly(hall.port, bytesASecond) });
  socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
  for (let i = 0; i < queries; i++) socket.sendJson({ type: 'subscribe', id: `${i}`, payload: { query: SCHEMA } });
  assert.equal((await socket.nextJson()).type, 'connection_ack');
  for (let i = 0; i < queries; i++) {
    const { id, type, payload } = await socket.nextJson();
    assert.deepEqual([id, type, payload.errors], [`${i}`, 'next', undefined]);
    assert.deepEqual(await socket.nextJson(), { id: `${i}`, type: 'complete' });
  }
  socket.cut();
}

await withServer({ options: ['--ping-interval', '1s', '--pong-timeout', '7s'] }, async (hall) => {
  // Far more than the buffers of two kernels hold, and far fewer bytes in a ping and its pong than are written at a time.
  await check('who reads slowly is not let go, and gets every answer', () => getsAll(hall, 150, 8 * 1024));

  // Nothing is left to write meanwhile: only the kernel knows that the client goes on.
  await check('nor is who reads slowly what the kernel has taken whole', () => getsAll(hall, 3, 3 * 1024));
});

finish();
