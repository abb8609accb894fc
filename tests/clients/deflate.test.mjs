// npm's ws with perMessageDeflate on, against a server that compresses too: by itself, and under
// graphql-ws through everything that a client is put through.

import assert from 'node:assert/strict';
import { once } from 'node:events';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { withServer } from '../lib/harness.mjs';
import { check } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { play } from './scenario.mjs';
import { connectWith } from './transport-ws.mjs';

const options = ['--websocket-deflate', 'on'];

// Compresses all it says, however short. `agreed` counts the sockets that were taken up on it.
class Packing extends WebSocket {
  static agreed = 0;

  constructor(url, protocols) {
    super(url, protocols, { perMessageDeflate: { threshold: 0 } });
    this.once('open', () => {
      assert.equal(this.extensions, 'permessage-deflate');
      Packing.agreed++;
    });
  }
}

await withServer({ options }, async (hall) => {
  await hall.room('club', ['ann']);

  await check('ws with perMessageDeflate subscribes, sends and hears, in fewer bytes than the text has', async () => {
    const text = 'the same words again and again, '.repeat(100);
    const socket = new Packing(`ws://${hall.address}/graphql`, 'graphql-transport-ws');
    const texts = []; // heard
    const done = []; // ids of operations, and the acknowledgement

    socket.on('message', (said) => {
      const { id, type, payload } = JSON.parse(said);
      if (payload?.data?.onMessage) texts.push(payload.data.onMessage.text === text ? 'the text' : 'another');
      else if (type !== 'next') done.push(id ?? type);
    });
    const say = (message) => socket.send(JSON.stringify(message));
    const operation = (id, query) => say({ id, type: 'subscribe', payload: { query, variables: { text } } });

    await once(socket, 'open');
    say({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
    await until(() => done.length === 1);
    // From the beginning: it does not matter when the subscription stands.
    operation('follow', 'subscription { onMessage(roomId: "club", since: "1970-01-01T00:00:00Z") { text } }');
    for (let i = 0; i < 10; i++)
      operation(`send ${i}`, 'mutation ($text: String!) { sendMessage(roomId: "club", text: $text) { seq } }');
    await until(() => texts.length >= 10 && done.length >= 11);
    assert.deepEqual(texts, Array(10).fill('the text'));
    assert.deepEqual(done.sort(), ['connection_ack', ...Array.from({ length: 10 }, (_, i) => `send ${i}`)]);
    for (const bytes of [socket._socket.bytesRead, socket._socket.bytesWritten])
      assert.ok(bytes < 3 * text.length, `${bytes} bytes for ten times ${text.length}`);
    socket.close(1000);
    const [code] = await once(socket, 'close');
    assert.equal(code, 1000);
  });
});

process.on('exit', () => assert.ok(Packing.agreed > 5, `${Packing.agreed} sockets agreed on compression`));

const connect = connectWith(createClient, { webSocketImpl: Packing });
await play('graphql-ws over compressed messages', connect, 4403, options);
