// TLS of the server's own: HTTP and WebSockets over it, a certificate that is renewed, clients that
// do not speak it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { Certificate } from '../lib/certificate.mjs';
import { withServer } from '../lib/harness.mjs';
import { exchange } from '../lib/http.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const certificate = new Certificate();
const TLS = certificate.options;

function ask(hall, ca, body, user = 'ann') {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${hall.token(user)}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: hall.port, path: '/graphql', method: 'POST', headers, ca, agent: false },
      async (response) => {
        const pieces = [];
        for await (const piece of response) pieces.push(piece);
        resolve(JSON.parse(Buffer.concat(pieces).toString()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

async function secureSocket(hall, ca, options = {}) {
  const socket = connectTls({ host: '127.0.0.1', port: hall.port, ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function login(hall, ca) {
  const socket = await WebSocketClient.open(hall.address, { over: () => secureSocket(hall, ca) });
  socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
  assert.equal((await socket.nextJson()).type, 'connection_ack');
  return socket;
}

const SEND = `mutation ($text: String!) { sendMessage(roomId: "club", text: $text) { seq text } }`;
const FOLLOW = 'subscription { onMessage(roomId: "club") { seq text } }';

let { ca } = certificate;

await withServer({ options: TLS }, async (hall) => {
  await hall.room('club', ['ann']);

  await check('a request over HTTPS is answered', async () => {
    const { data } = await ask(hall, ca, { query: SEND, variables: { text: 'first' } });
    assert.deepEqual(data.sendMessage, { seq: 1, text: 'first' });
  });

  await check('a body and an answer of many records arrive whole', async () => {
    const text = 'ü'.repeat(4000);
    for (let i = 0; i < 30; i++) await ask(hall, ca, { query: SEND, variables: { text } });
    const { data } = await ask(hall, ca, { query: '{ messages(roomId: "club", first: 30) { items { text } } }' });
    assert.equal(data.messages.items.length, 30);
    assert.ok(data.messages.items.every((item) => item.text === text));
  });

  await check('a subscription over wss hears what is sent', async () => {
    const socket = await login(hall, ca);
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW } });
    // Subscriptions begin in order: behind this one, which is refused, the other stands.
    socket.sendJson({ id: 'q', type: 'subscribe', payload: { query: FOLLOW.replace('club', 'nowhere') } });
    assert.equal((await socket.nextJson()).id, 'q');
    socket.sendJson({ id: 's', type: 'subscribe', payload: { query: SEND, variables: { text: 'live' } } });
    for (;;) {
      const { id, payload } = await socket.nextJson();
      if (id === 'f') {
        assert.equal(payload.data.onMessage.text, 'live');
        break;
      }
    }
    socket.cut();
  });

  // Until the stream is closed, both ways.
  function postHttp2(session, body, type = 'application/json') {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/graphql',
      'content-type': type,
      authorization: `Bearer ${hall.token('ann')}`,
    });
    let [status, text] = [0, ''];
    stream.setEncoding('utf8');
    stream.on('response', (fields) => (status = fields[':status']));
    stream.on('data', (piece) => (text += piece));
    stream.end(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      stream.on('close', () => resolve({ status, body: JSON.parse(text) }));
      stream.on('error', reject);
    });
  }

  await check('a client that speaks HTTP/2 is answered in it, many requests at a time on one connection', async () => {
    const session = connectHttp2(`https://127.0.0.1:${hall.port}`, { ca });
    const texts = Array.from({ length: 50 }, (_, n) => `over HTTP/2 ${n}`);
    const answers = await Promise.all(texts.map((text) => postHttp2(session, { query: SEND, variables: { text } })));
    assert.deepEqual(answers.map(({ body }) => body.data.sendMessage.text), texts);
    assert.equal(session.alpnProtocol, 'h2');
    session.close();
  });

  await check('a client that speaks HTTP/2 and is refused while it is still sending hears why', async () => {
    const session = connectHttp2(`https://127.0.0.1:${hall.port}`, { ca });
    assert.equal((await postHttp2(session, { query: '{ __typename }' })).status, 200);
    for (const length of [100_000, 200_000, 400_000]) {
      const { status, body } = await postHttp2(session, { query: '{ __typename }'.padEnd(length) }, 'text/plain');
      assert.deepEqual([status, body.errors[0].message], [415, 'Content-Type must be application/json.']);
    }
    assert.equal((await postHttp2(session, { query: '{ __typename }' })).status, 200);
    session.close();
  });

  await check('a client that speaks HTTP in the clear is told so', async () => {
    const { status, text } = await exchange(hall.address, { body: '{}' });
    assert.equal(status, 400);
    assert.match(text, /https/);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'])
    await check(`${version} is spoken`, async () => {
      const socket = await secureSocket(hall, ca, { minVersion: version, maxVersion: version });
      assert.equal(socket.getProtocol(), version);
      socket.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
      const [answer] = await once(socket, 'data');
      assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
      socket.destroy();
    });

  await check('garbage, a handshake that is cut and a version of old leave the server as it was', async () => {
    for (const bytes of ['SSH-2.0-x\r\n', '\x16\x03\x01\x02\x00\x01', '\x16\x03\x01\xff\xff'.padEnd(70000, 'x')]) {
      const socket = connect(hall.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(Buffer.from(bytes, 'latin1'));
      await once(socket, 'close');
    }
    await assert.rejects(secureSocket(hall, ca, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }));
    const { data } = await ask(hall, ca, { query: '{ viewer { userId } }' });
    assert.equal(data.viewer.userId, 'ann');
  });

  await check('clients that say goodbye by TLS and are gone leave the server as it was', async () => {
    for (let n = 0; n < 100; n++) {
      const socket = await secureSocket(hall, ca);
      socket.write(`GET /version HTTP/1.1\r\nHost: h\r\n\r\n`);
      socket.end(() => socket.destroy());
      await once(socket, 'close');
    }
    const { data } = await ask(hall, ca, { query: '{ viewer { userId } }' });
    assert.equal(data.viewer.userId, 'ann');
  });

  await check('the server says goodbye by TLS before it closes', async () => {
    const socket = await secureSocket(hall, ca);
    socket.write('GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const pieces = [];
    for await (const piece of socket) pieces.push(piece);
    // An end that was not announced would be an error of the stream.
    assert.match(Buffer.concat(pieces).toString(), /^HTTP\/1\.1 200 [^]*\r\n\r\nok\n$/);
  });

  await check('after SIGHUP new connections meet the new certificate, and open ones stay', async () => {
    const before = await login(hall, ca);
    const old = ca;
    certificate.renew();
    ca = certificate.ca;
    process.kill(hall.pid, 'SIGHUP');
    for (;;) {
      const met = await secureSocket(hall, [old, ca]);
      const renewed = met.getPeerCertificate().raw.equals(Buffer.from(ca.toString().replace(/-----[^-]+-----|\s/g, ''), 'base64'));
      met.destroy();
      if (renewed) break;
    }
    before.sendJson({ type: 'ping' });
    assert.equal((await before.nextJson()).type, 'pong');
    before.cut();
  });

  await check('a broken certificate at SIGHUP is logged, and the one before stays', async () => {
    execFileSync('cp', [certificate.file('key.pem'), certificate.file('cert.pem')]);
    process.kill(hall.pid, 'SIGHUP');
    await hall.logged('certificate_not_reloaded');
    const { data } = await ask(hall, ca, { query: '{ viewer { userId } }' });
    assert.equal(data.viewer.userId, 'ann');
  });

  await check('a pipe in the place of a file is logged as well, and not waited for', async () => {
    for (const name of ['cert.pem', 'key.pem']) {
      certificate.renew();
      rmSync(certificate.file(name));
      execFileSync('mkfifo', [certificate.file(name)]);
      process.kill(hall.pid, 'SIGHUP');
      await until(() => hall.log.some(({ why }) => why?.includes(`${name}: it is no regular file`)));
      const { data } = await ask(hall, ca, { query: '{ viewer { userId } }' });
      assert.equal(data.viewer.userId, 'ann');
      rmSync(certificate.file(name));
    }
  });
});

finish();
