// Apollo Client's BatchHttpLink: operations of one moment in one request, documents by their hashes too.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const sha256 = async (text) => createHash('sha256').update(text).digest('hex');

// A client that tells how many operations each of its requests had.
function apollo(hall, ...links) {
  const sizes = [];
  const http = new BatchHttpLink({
    uri: `http://${hall.address}/graphql`,
    headers: { authorization: `Bearer ${hall.token('ann')}` },
    batchMax: 5,
    fetch: (url, options) => {
      sizes.push(JSON.parse(options.body).length);
      return fetch(url, options);
    },
  });
  const client = new ApolloClient({ link: ApolloLink.from([...links, http]), cache: new InMemoryCache() });
  return { sizes, client };
}

const SEND = gql`
  mutation Send($text: String!) {
    sendMessage(roomId: "club", text: $text) {
      text
    }
  }
`;
const ME = gql`
  query Me {
    viewer {
      userId
    }
  }
`;

await withServer({ options: ['--batching', '5'] }, async (hall) => {
  await hall.room('club', ['ann']);

  await check('queries and mutations of one moment are one request, and each has its own result', async () => {
    const { client, sizes } = apollo(hall);
    const results = await Promise.all([
      client.query({ query: ME }),
      ...['one', 'two', 'three'].map((text) => client.mutate({ mutation: SEND, variables: { text } })),
    ]);
    assert.deepEqual(
      results.map(({ data }) => data.viewer?.userId ?? data.sendMessage.text),
      ['ann', 'one', 'two', 'three'],
    );
    assert.deepEqual(sizes, [4]);
    assert.equal(await hall.sql("SELECT count(*) FROM gg_core WHERE room_id = 'club'"), '3');
  });

  await check('documents of a batch may be named by their hashes', async () => {
    const { client, sizes } = apollo(hall, new PersistedQueryLink({ sha256 }));
    const ask = (text) =>
      Promise.all([
        client.query({ query: ME, fetchPolicy: 'network-only' }),
        client.mutate({ mutation: SEND, variables: { text } }),
      ]);
    for (const text of ['four', 'five']) {
      const [me, sent] = await ask(text);
      assert.equal(me.data.viewer.userId, 'ann');
      assert.equal(sent.data.sendMessage.text, text);
    }
    assert.deepEqual(sizes, [2, 2, 2]); // by hash, with the text behind it, by hash again
    assert.equal(await hall.sql("SELECT count(*) FROM gg_core WHERE room_id = 'club'"), '5');
  });

  await check('a batch whose token is refused is one line of the log, not one for each operation', async () => {
    const post = async (authorization, body) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`http://${hall.address}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 401);
      await answer.text();
    };
    const query = '{ __typename }';
    const seen = hall.log.length;
    await post('Bearer none', [{ query }, { query }, { query }, { query }]);
    await post(`Bearer ${hall.token('ann', { exp: '-60' })}`, { query });
    const refused = () => hall.log.slice(seen).filter(({ event }) => event === 'refused');
    const isLast = ({ reason }) => reason.includes('ended');
    while (!refused().some(isLast)) await delay(10);
    assert.deepEqual(refused().map(isLast), [false, true]);
  });
});

finish();
