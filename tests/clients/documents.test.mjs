// Documents by name: Apollo's automatic persisted queries, and trusted documents of a manifest, over
// HTTP and over a WebSocket.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

import { Hall, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const persisted = (text) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

const ME = 'query Me { viewer { userId } }';
const SEND = 'mutation Send($text: String!) { sendMessage(roomId: "club", text: $text) { text } }';
const FOLLOW = 'subscription Follow { onMessage(roomId: "club") { text } }';
const OTHER = '{ __typename }';

async function post(hall, request) {
  const { text } = await hall.exchange({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${hall.token('ann')}` },
    body: JSON.stringify(request),
  });
  return JSON.parse(text);
}

const codeOf = ({ errors }) => errors[0].extensions.code;

// An Apollo Client that tells what it sent.
function apollo(hall) {
  const sent = [];
  const http = new HttpLink({
    uri: `http://${hall.address}/graphql`,
    headers: { authorization: `Bearer ${hall.token('ann')}` },
    fetch: (url, options) => {
      sent.push(JSON.parse(options.body));
      return fetch(url, options);
    },
  });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256: async (text) => sha256(text) }), http]);
  return { sent, client: new ApolloClient({ link, cache: new InMemoryCache() }) };
}

await withServer({ threads: 2 }, async (hall) => {
  await hall.room('club', ['ann']);

  await check('Apollo sends a document once, and its hash from then on', async () => {
    const { client, sent } = apollo(hall);
    for (let i = 0; i < 3; i++) {
      const { data } = await client.query({ query: gql(ME), fetchPolicy: 'network-only' });
      assert.equal(data.viewer.userId, 'ann');
    }
    assert.deepEqual(sent.map(({ query }) => query !== undefined), [false, true, false, false]);
  });

  await check('what was registered on one connection is known on every thread', async () => {
    const query = `${ME} # on every thread`;
    await post(hall, { query, extensions: persisted(query) });
    // Each request is a connection, and the kernel spreads them; the word goes round by itself.
    for (let known = 0; known < 32; ) {
      const { data } = await post(hall, { extensions: persisted(query) });
      known = data ? known + 1 : 0;
    }
  });

  await check('a hash that nobody registered is asked for, and a wrong one refused', async () => {
    assert.equal(codeOf(await post(hall, { extensions: persisted('{ nobody }') })), 'PERSISTED_QUERY_NOT_FOUND');
    const { errors } = await post(hall, { query: ME, extensions: persisted(OTHER) });
    assert.equal(errors[0].message, 'provided sha does not match query');
    for (const persistedQuery of [null, 7, {}, { version: 2, sha256Hash: sha256(ME) }, { version: 1, sha256Hash: 'AB' }])
      assert.equal(codeOf(await post(hall, { extensions: { persistedQuery } })), 'BAD_REQUEST');
  });

  await check('a document that is not valid is not registered', async () => {
    const query = '{ nothing }';
    assert.equal(codeOf(await post(hall, { query, extensions: persisted(query) })), 'GRAPHQL_VALIDATION_FAILED');
    assert.equal(codeOf(await post(hall, { extensions: persisted(query) })), 'PERSISTED_QUERY_NOT_FOUND');
  });

  await check('by GET a hash is enough, and a mutation is refused there all the same', async () => {
    const get = async (text) =>
      hall.exchange({
        method: 'GET',
        path: `/graphql?extensions=${encodeURIComponent(JSON.stringify(persisted(text)))}&variables=${encodeURIComponent('{"text":"x"}')}`,
        headers: { authorization: `Bearer ${hall.token('ann')}` },
      });
    await post(hall, { query: ME, extensions: persisted(ME) });
    await post(hall, { query: SEND, variables: { text: 'by hash' }, extensions: persisted(SEND) });
    while (!JSON.parse((await get(ME)).text).data);
    let answer;
    do answer = await get(SEND);
    while (answer.status === 200);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'POST');
  });

  await check('without a manifest no documentId is known', async () => {
    assert.equal(codeOf(await post(hall, { documentId: 'me' })), 'PERSISTED_QUERY_NOT_FOUND');
    assert.equal(codeOf(await post(hall, { documentId: 7 })), 'BAD_REQUEST');
    assert.equal(codeOf(await post(hall, {})), 'BAD_REQUEST');
  });
});

await withServer({ options: ['--persisted-queries', 'off'] }, async (hall) => {
  await check('where automatic persisted queries are off Apollo goes on without', async () => {
    const { client } = apollo(hall);
    const { data } = await client.query({ query: gql(ME) });
    assert.equal(data.viewer.userId, 'ann');
  });
});

const folder = mkdtempSync(join(tmpdir(), 'guildhall-documents-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const manifest = join(folder, 'manifest.json');
const trusted = { me: ME, send: SEND, [sha256(FOLLOW)]: FOLLOW };
const under = (mode) => ({ options: ['--trusted-documents', mode, '--trusted-manifest', manifest] });
writeFileSync(manifest, JSON.stringify(trusted));

async function withClub(mode, body) {
  await withServer(under(mode), async (hall) => {
    await hall.room('club', ['ann']);
    await body(hall);
  });
}

// On every transport: what runs by its id.
async function byId(hall) {
  assert.equal((await post(hall, { documentId: 'me' })).data.viewer.userId, 'ann');
  const { text } = await hall.exchange({
    method: 'GET',
    path: '/graphql?documentId=me',
    headers: { authorization: `Bearer ${hall.token('ann')}` },
  });
  assert.equal(JSON.parse(text).data.viewer.userId, 'ann');
  const socket = await hall.login('ann');
  socket.sendJson({ id: 'f', type: 'subscribe', payload: { documentId: `sha256:${sha256(FOLLOW)}` } });
  const mutation = { documentId: 'send', variables: { text: 'trusted' } };
  const send = () => socket.sendJson({ id: 's', type: 'subscribe', payload: mutation });
  send();
  for (;;) {
    const { id, type, payload } = await socket.nextJson();
    assert.notEqual(type, 'error', JSON.stringify(payload));
    // What is asked for beside the subscription may be stored before it begins: then another is heard.
    if (id === 's' && type === 'complete') send();
    if (id === 'f') {
      assert.equal(payload.data.onMessage.text, 'trusted');
      break;
    }
  }
  socket.cut();
}

await withClub('prefer', async (hall) => {
  await check('a trusted document runs by its id, on every transport', () => byId(hall));
  await check('any other document runs beside them', async () => {
    assert.deepEqual((await post(hall, { query: OTHER })).data, { __typename: 'Query' });
  });
});

await withClub('only', async (hall) => {
  await check('where only trusted documents run they run by their ids', () => byId(hall));

  await check('no other document runs, on any transport', async () => {
    assert.equal(codeOf(await post(hall, { query: OTHER })), 'FORBIDDEN');
    assert.equal(codeOf(await post(hall, { query: OTHER, extensions: persisted(OTHER) })), 'FORBIDDEN');
    assert.equal(codeOf(await post(hall, { documentId: 'none' })), 'PERSISTED_QUERY_NOT_FOUND');
    const socket = await hall.login('ann');
    socket.sendJson({ id: 'o', type: 'subscribe', payload: { query: OTHER } });
    const { type, payload } = await socket.nextJson();
    assert.deepEqual([type, payload[0].extensions.code], ['error', 'FORBIDDEN']);
    socket.cut();
  });

  await check('the text of a trusted document, to the byte, is the document', async () => {
    assert.equal((await post(hall, { query: ME })).data.viewer.userId, 'ann');
    assert.equal(codeOf(await post(hall, { query: `${ME} ` })), 'FORBIDDEN');
  });

  await check('a room\'s socket works all the same: what it asks is the server\'s own', async () => {
    const headers = { authorization: `Bearer ${hall.token('ann')}` };
    const socket = await hall.socket({ path: '/ws/rooms/club', protocols: [], headers });
    assert.equal((await socket.nextJson()).type, 'hello');
    socket.sendJson({ type: 'send', ref: 'mine', text: 'from a room' });
    const types = [(await socket.nextJson()).type, (await socket.nextJson()).type];
    assert.deepEqual(types.sort(), ['message', 'sent']);
    socket.cut();
  });

  await check('an id that is a hash serves Apollo\'s persisted queries', async () => {
    const { errors } = await post(hall, { extensions: persisted(FOLLOW) });
    assert.match(errors[0].message, /subscription/i); // it was found: it only cannot stream here
  });
});

await check('a manifest with a document that is not valid is refused at the start', async () => {
  writeFileSync(manifest, JSON.stringify({ good: ME, bad: '{ nothing }' }));
  const hall = new Hall(under('only'));
  await hall.createDatabase();
  await assert.rejects(hall.start(), /"bad\\?" is not valid: Cannot query field/);
  await hall.end();
  await hall.dropDatabase();
});

finish();
