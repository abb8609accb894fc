// graphql-sse over HTTP/2, whose connection all of a client's operations share, in both of its modes.

import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';

import { createClient } from 'graphql-sse';

import { Certificate } from '../lib/certificate.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const FOLLOW = 'subscription ($since: String) { onMessage(roomId: "club", since: $since) { seq text } }';
// The client tries again what it has begun when its stream is cut: only the key makes that one message.
const SEND = `mutation ($text: String!, $key: ID!) {
  sendMessage(roomId: "club", text: $text, idempotencyKey: $key) { seq }
}`;
const START = '2020-01-01T00:00:00Z';
const FOLLOWERS = 20;

const certificate = new Certificate();

// fetch() over one connection of HTTP/2, made anew when it has ended.
class Connection {
  #session = null;
  made = 0;

  constructor(hall) {
    this.hall = hall;
  }

  get session() {
    if (!this.#session || this.#session.destroyed || this.#session.closed) {
      this.made++;
      this.#session = connect(`https://127.0.0.1:${this.hall.port}`, { ca: certificate.ca });
      this.#session.on('error', () => {});
    }
    return this.#session;
  }

  fetch = (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const stream = this.session.request({ ':method': method, ':path': pathname + search, ...headers });
      signal?.addEventListener('abort', () => stream.close());
      stream.on('error', reject);
      stream.on('close', () => reject(new Error('the stream was closed')));
      stream.on('response', ({ ':status': status }) =>
        resolve({
          ok: status < 300,
          status,
          statusText: '',
          body: stream,
          text: async () => Buffer.concat(await stream.toArray()).toString(),
        }),
      );
      stream.end(body);
    });

  cut() {
    this.#session.destroy();
  }
}

function newClient(hall, connection, singleConnection) {
  return createClient({
    url: `https://${hall.address}/graphql/stream`,
    singleConnection,
    headers: () => ({ authorization: `Bearer ${hall.token('ann')}` }),
    fetchFn: connection.fetch,
    retryAttempts: Infinity,
    retry: () => delay(20),
  });
}

const send = (client, text) =>
  new Promise((resolve, reject) =>
    client.subscribe(
      { query: SEND, variables: { text, key: text } },
      { next: ({ data, errors }) => (errors ? reject(errors[0]) : resolve(data.sendMessage.seq)), error: reject, complete() {} },
    ),
  );

function follow(client) {
  const heard = [];
  const variables = { since: START };
  client.subscribe(
    { query: FOLLOW, variables },
    {
      next({ data, extensions }) {
        heard.push(data.onMessage.seq);
        variables.since = extensions.guildhall.cursor;
      },
      error: (error) => heard.push(error),
      complete: () => heard.push('complete'),
    },
  );
  return heard;
}

async function all(heard, n) {
  while (heard.length < n) await delay(5);
  assert.deepEqual(heard, Array.from({ length: n }, (_, i) => i + 1));
}

async function serve(hall, singleConnection, began) {
  const connection = new Connection(hall);
  const client = newClient(hall, connection, singleConnection);
  const followers = Array.from({ length: FOLLOWERS }, () => follow(client));
  for (let n = 1; n <= 20; n++) assert.equal(await send(client, `message ${began + n}`), began + n);
  for (const heard of followers) await all(heard, began + 20);
  assert.equal(connection.made, 1);
  connection.cut();
  for (let n = 21; n <= 40; n++) assert.equal(await send(client, `message ${began + n}`), began + n);
  for (const heard of followers) await all(heard, began + 40);
  await hall.end('SIGTERM');
  await hall.start();
  assert.equal(await send(client, `message ${began + 41}`), began + 41);
  for (const heard of followers) await all(heard, began + 41);
  client.dispose();
  connection.cut();
}

// One stream is not read from, on the same connection as one that is.
async function holdUpNobody(hall, began) {
  const connection = new Connection(hall);
  const client = newClient(hall, connection, false);
  const { body: slow } = await connection.fetch(`https://${hall.address}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${hall.token('ann')}`,
    },
    body: JSON.stringify({ query: FOLLOW, variables: { since: START } }),
  });
  const quick = follow(client);
  await hall.sql(`SELECT count(guildhall.send('default', 'club', 'ann', repeat('x', 1000)))
                  FROM generate_series(1, 3000)`);
  await all(quick, began + 3000);
  let text = '';
  slow.setEncoding('utf8');
  slow.on('data', (piece) => (text += piece));
  while (!text.includes(`"seq":${began + 3000},`)) await delay(50);
  assert.equal(text.match(/^event: next$/gm).length, began + 3000);
  client.dispose();
  connection.cut();
}

await withServer({ options: certificate.options }, async (hall) => {
  await hall.room('club', ['ann']);
  await check(`distinct connections: ${FOLLOWERS} subscriptions share one, which is cut, and the server stops`, () =>
    serve(hall, false, 0));
  await check(`single connection: ${FOLLOWERS} subscriptions share a stream, which is cut, and the server stops`, () =>
    serve(hall, true, 41));
  await check('a stream that is not read holds up no other on its connection, and loses nothing', () =>
    holdUpNobody(hall, 82));
});
finish();
