// Behind a proxy: who the client is, by the PROXY protocol or by X-Forwarded-For.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const V1 = Buffer.from('PROXY TCP4 198.51.100.7 192.0.2.1 35000 443\r\n');
const V2 = Buffer.concat([
  Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 'latin1'),
  Buffer.from([198, 51, 100, 8, 192, 0, 2, 1, 0x88, 0xb8, 0x01, 0xbb]),
]);

async function connected(hall, ...first) {
  const [, host, port] = /^(.*):(\d+)$/.exec(hall.address);
  const socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  for (const bytes of first) {
    socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return socket;
}

async function answer(socket) {
  const pieces = [];
  socket.on('error', () => {});
  for await (const piece of socket) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

// Likewise over HTTP: of requests with these fields, one after another on one connection.
async function eachRefusedFrom(hall, ...fields) {
  const line = await connected(hall);
  const addresses = [];
  for (const more of fields) {
    const seen = hall.log.length;
    line.write(`GET /graphql?query={__typename} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer none\r\n${more}\r\n`);
    await once(line, 'data');
    addresses.push((await hall.logged('refused', seen)).address);
  }
  line.destroy();
  return addresses;
}

const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

// Where the server's log says a client came from whose token it refused.
async function refusedFrom(hall, options) {
  const seen = hall.log.length;
  const socket = await WebSocketClient.open(hall.address, options);
  socket.sendJson({ type: 'connection_init', payload: { authorization: 'Bearer none' } });
  while (!(await socket.next()).close);
  return (await hall.logged('refused', seen)).address;
}

await withServer({ options: ['--proxy-protocol', 'on'] }, async (hall) => {
  await check('a connection that begins with the PROXY protocol is served', async () => {
    for (const header of [V1, V2])
      assert.match(await answer(await connected(hall, Buffer.concat([header, Buffer.from(REQUEST)]))), /^HTTP\/1\.1 200 /);
  });

  await check('a header that comes byte by byte is read as well', async () => {
    for (const header of [V1, V2]) {
      const pieces = [...header].map((byte) => Buffer.from([byte]));
      assert.match(await answer(await connected(hall, ...pieces, Buffer.from(REQUEST))), /^HTTP\/1\.1 200 /);
    }
  });

  await check('the client is who the proxy says it is', async () => {
    assert.equal(await refusedFrom(hall, { over: () => connected(hall, V1) }), '198.51.100.7');
    assert.equal(await refusedFrom(hall, { over: () => connected(hall, V2) }), '198.51.100.8');
  });

  await check('a connection without the header is closed unanswered', async () => {
    assert.equal(await answer(await connected(hall, Buffer.from(REQUEST))), '');
  });
});

const trusting = ['--trusted-proxies', '127.0.0.1, 10.0.0.0/8'];

await withServer({ options: trusting }, async (hall) => {
  await check('a trusted proxy is believed about its client', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.1, 198.51.100.9, 10.0.0.2' };
    assert.equal(await refusedFrom(hall, { headers }), '198.51.100.9');
  });

  await check('so it is over HTTP, where one connection may be used for many clients', async () => {
    const fields = ['X-Forwarded-For: 198.51.100.1\r\n', '', 'X-Forwarded-For: 198.51.100.2, 10.0.0.2\r\n'];
    assert.deepEqual(await eachRefusedFrom(hall, ...fields), ['198.51.100.1', '127.0.0.1', '198.51.100.2']);
  });
});

await withServer({}, async (hall) => {
  await check('nobody is believed who is not trusted', async () => {
    assert.deepEqual(await eachRefusedFrom(hall, 'X-Forwarded-For: 198.51.100.9\r\n'), ['127.0.0.1']);
    assert.equal(await refusedFrom(hall, { headers: { 'X-Forwarded-For': '198.51.100.9' } }), '127.0.0.1');
  });
});

finish();
