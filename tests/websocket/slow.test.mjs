// A client that reads slowly is one that is there: neither its pongs, which are not read while it does
// not take its answers, nor the end of a large write are waited for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const SCHEMA = '{ __schema { types { name description fields { name description } } } }';
const QUERIES = 150; // 16 KiB each: far more than the buffers of two kernels hold
const PIECE = 16 * 1024;
const PAUSE_MS = 500;
const SLOW_PIECES = 36; // 18 s: three times as long as a ping and its pong may take

// A stream that is read a piece at a time, with a pause behind each of the first ones.
function slowly(port) {
  let pieces = 0;
  const stream = connect({
    host: '127.0.0.1',
    port,
    onread: {
      buffer: Buffer.alloc(PIECE),
      callback(n, buffer) {
        stream.emit('data', Buffer.from(buffer.subarray(0, n)));
        if (++pieces > SLOW_PIECES) return true;
        delay(PAUSE_MS).then(() => stream.resume());
        return false;
      },
    },
  });
  return stream;
}

await withServer({ options: ['--ping-interval', '1s', '--pong-timeout', '5s'] }, async (hall) => {
  await check('who reads slowly is not let go, and gets every answer', async () => {
    const over = async () => {
      const stream = slowly(hall.port);
      await once(stream, 'connect');
      return stream;
    };
    const socket = await WebSocketClient.open(hall.address, { over });
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
    for (let i = 0; i < QUERIES; i++) socket.sendJson({ type: 'subscribe', id: `${i}`, payload: { query: SCHEMA } });
    assert.equal((await socket.nextJson()).type, 'connection_ack');
    for (let i = 0; i < QUERIES; i++) {
      const { id, type, payload } = await socket.nextJson();
      assert.deepEqual([id, type, payload.errors], [`${i}`, 'next', undefined]);
      assert.deepEqual(await socket.nextJson(), { id: `${i}`, type: 'complete' });
    }
    socket.cut();
  });
});

finish();
