// aws-amplify 6 with the server as its endpoint: queries and mutations over HTTP, subscriptions over
// AppSync's realtime protocol.
//
// Amplify knows wss:// only, also where its endpoint is http://: the cable to the server ends TLS, as
// a proxy would, and takes both on one port.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';

import { Amplify } from 'aws-amplify';
import { CONNECTION_STATE_CHANGE, ConnectionState, generateClient } from 'aws-amplify/api';
import { Hub } from 'aws-amplify/utils';
import WebSocket from 'ws';

import { Cable } from '../lib/cable.mjs';
import { withServer } from '../lib/harness.mjs';
import { check } from '../lib/tap.mjs';
import { FOLLOW, Heard, pageByPage, play } from './scenario.mjs';

// A key that both sides know spares the test a certificate.
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' };
const KEY = Buffer.from('a key that this test alone knows');
const TLS_HANDSHAKE = 0x16;

const secureContext = createSecureContext(PSK);

function openTls(socket) {
  return new Promise((resolve) => {
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      const isTls = first[0] === TLS_HANDSHAKE;
      resolve(isTls ? new TLSSocket(socket, { isServer: true, secureContext, pskCallback: () => KEY }) : socket);
    });
  });
}

// By address, the newest one.
const sockets = new Map();

// A browser has it, and Node from 22 on.
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, {
      ...PSK,
      pskCallback: () => ({ psk: KEY, identity: 'amplify' }),
      checkServerIdentity: () => undefined,
    });
    sockets.set(new URL(url).host, this);
  }
};

let sessionToken = ''; // of whoever has logged in, for the one client that asks Amplify's session

Amplify.configure(
  { API: { GraphQL: { endpoint: 'http://127.0.0.1:9/each/names/its/own', region: 'local', defaultAuthMode: 'oidc' } } },
  { Auth: { tokenProvider: { getTokens: async () => ({ accessToken: { toString: () => sessionToken, payload: {} } }) } } },
);

// The errors of a subscription come as text within the message of another error.
function errorOf({ errors: [{ message }] }) {
  const text = /^Connection failed: (\{.*\})$/s.exec(message)?.[1];
  return text ? JSON.parse(text).errors[0] : new Error(message);
}

function listen(client, variables, heard) {
  return client.graphql({ query: FOLLOW, variables }).subscribe({
    next: (result) => heard.take(result),
    error: (failure) => heard.fail(errorOf(failure)),
  });
}

async function connect(hall, token) {
  const cable = new Cable(hall, openTls);
  const address = await cable.address();
  const client = generateClient({
    endpoint: `http://${address}/graphql`,
    authMode: 'lambda', // the token as it is, in Authorization
    authToken: token,
  });
  const ends = [];
  const refusals = [];

  const ask = async (query, variables) => {
    const { data } = await client.graphql({ query, variables }).catch((failure) => {
      const error = failure.errors?.[0] ?? failure;
      if (error.message === 'Unauthorized') refusals.push(401); // as Amplify says it
      throw error;
    });
    return data;
  };

  return {
    ask,
    pages: (...how) => pageByPage(ask, ...how),

    // Amplify subscribes anew by itself, with the variables of the first time: an application that
    // wants to miss nothing begins again where it was when it is told that the connection is gone.
    follow(variables, heard) {
      let subscription = listen(client, variables, heard);
      let returning = false;
      const beginAgain = async () => {
        if (returning) return;
        returning = true;
        subscription.unsubscribe();
        do await delay(20);
        while (cable.isCut);
        returning = false;
        const since = heard.since ?? variables.since;
        if (subscription) subscription = listen(client, { ...variables, since }, heard);
      };
      const stop = Hub.listen('api', ({ payload: { event, data } }) => {
        if (event !== CONNECTION_STATE_CHANGE || data.connectionState !== ConnectionState.ConnectionDisrupted) return;
        if (sockets.get(address)?.readyState === WebSocket.OPEN) return; // another client's
        beginAgain();
      });
      ends.push(() => {
        stop();
        subscription.unsubscribe();
        subscription = null;
      });
    },

    cut: () => cable.cut(),
    back: () => cable.back(),
    refusals,
    async done() {
      ends.forEach((end) => end());
      cable.dispose();
    },
  };
}

// Amplify has one socket for an endpoint, whoever is logged in: each subscription shows its own token.
async function share() {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-amplify-'));
  const keys = join(folder, 'keys');
  const sha256 = createHash('sha256').update('da2-of-the-robot').digest('hex');
  writeFileSync(keys, JSON.stringify({ sha256, user: 'robot' }), { mode: 0o600 });
  await withServer({ options: ['--api-keys-file', keys] }, async (hall) => {
    const cable = new Cable(hall, openTls);
    const address = await cable.address();
    const endpoint = `http://${address}/graphql`;
    const follow = (client, roomId) => {
      const heard = new Heard();
      const end = listen(client, { roomId }, heard);
      return { heard, end: () => end.unsubscribe() };
    };
    const as = (user) => generateClient({ endpoint, authMode: 'lambda', authToken: hall.token(user) });
    // A message may be sent before the subscription stands; then another has to be.
    const hears = async ({ heard }, user, roomId) => {
      while (!heard.length && !heard.failure) {
        await hall.send(user, roomId, `for ${roomId}`);
        await delay(50);
      }
      assert.equal(heard.failure, null);
      assert.equal(heard.messages[0].text, `for ${roomId}`);
    };
    await hall.room('club', ['ann', 'bob', 'robot']);
    await hall.room('attic', ['bob']);
    let ann, bob;

    await check('aws-amplify is told why it may not connect', async () => {
      const client = generateClient({ endpoint, authMode: 'lambda', authToken: hall.token('ann', { exp: '-60' }) });
      const { heard } = follow(client, 'club');
      while (!heard.failure) await delay(5);
      assert.equal(heard.failure.message, 'Connection failed: UnauthorizedException');
    });
    await check('aws-amplify follows with the token of its own session', async () => {
      sessionToken = hall.token('ann');
      ann = follow(generateClient({ endpoint, authMode: 'oidc' }), 'club');
      await hears(ann, 'ann', 'club');
    });
    await check('aws-amplify follows for another user over the same socket', async () => {
      const socket = sockets.get(address);
      bob = follow(as('bob'), 'attic');
      await hears(bob, 'bob', 'attic');
      assert.equal(sockets.get(address), socket);
    });
    await check('aws-amplify follows with an API key, and asks with it', async () => {
      const client = generateClient({ endpoint, authMode: 'apiKey', apiKey: 'da2-of-the-robot' });
      const robot = follow(client, 'club');
      await hears(robot, 'ann', 'club');
      robot.end();
      assert.equal((await client.graphql({ query: '{ viewer { userId } }' })).data.viewer.userId, 'robot');
    });
    await check('aws-amplify is refused what its user may not follow, and the socket stays', async () => {
      const { heard } = follow(as('ann'), 'attic');
      while (!heard.failure) await delay(5);
      assert.equal(heard.failure.errorType, 'AccessDeniedException');
      const before = ann.heard.length;
      await hall.send('bob', 'club', 'still here');
      await ann.heard.until(before + 1);
    });
    ann.end();
    bob.end();
    cable.dispose();
  });
  rmSync(folder, { recursive: true });
}

await share();
await play('aws-amplify', connect, 401);
process.exit(); // Amplify's timers of 15 s would keep it
