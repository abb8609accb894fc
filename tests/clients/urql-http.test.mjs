// @urql/core with no more than its fetchExchange: subscriptions come as server-sent events.

import { Client, fetchExchange } from '@urql/core';

import { Cable } from '../lib/cable.mjs';
import { FOLLOW, pageByPage, play } from './scenario.mjs';

// Who unsubscribes while urql hands a result on aborts its fetch, and nobody in urql awaits the error that
// its own abort then throws. It says nothing of the server; any other error ends the test.
process.on('unhandledRejection', (error) => {
  if (error.name !== 'AbortError') throw error;
});

function connect(hall, token) {
  const cable = new Cable(hall);
  const client = new Client({
    url: `http://${hall.address}/graphql`,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    requestPolicy: 'network-only',
    fetch: cable.fetch,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  let following = true;

  async function ask(document, variables) {
    const send = document.startsWith('mutation') ? client.mutation : client.query;
    const { data, error } = await send.call(client, document, variables).toPromise();
    if (error) throw error.graphQLErrors[0] ?? error;
    return data;
  }

  return {
    ask,

    follow(variables, heard) {
      const failed = async (error) => {
        if (error.graphQLErrors.length) return heard.fail(error.graphQLErrors[0]);
        await cable.mayReturn();
        if (following) this.follow({ ...variables, since: heard.since ?? variables.since }, heard);
      };
      const { unsubscribe } = client.subscription(FOLLOW, variables).subscribe((result) => {
        if (!result.error) return heard.take(result);
        unsubscribe();
        failed(result.error);
      });
    },

    pages: (...how) => pageByPage(ask, ...how),
    cut: () => cable.cut(),
    back: () => cable.back(),
    refusals: cable.refusals,
    done() {
      following = false;
      cable.dispose();
    },
  };
}

await play('urql over HTTP', connect, 401);
