// @urql/core with subscriptionExchange; pages through relayPagination in graphcache.

import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

import { FOLLOW, PAGE, play, Wire } from './scenario.mjs';

const whole = () => null; // connections, edges and page information have no key of their own

function connect(hall, token) {
  const wire = new Wire(hall, token);
  const overSocket = subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: wire.client.subscribe({ query, variables }, sink) }),
    }),
  });
  const newClient = (requestPolicy, ...exchanges) =>
    new Client({ url: `http://${hall.address}/graphql`, exchanges, requestPolicy });
  const client = newClient('network-only', overSocket);
  let following = true;

  return {
    async ask(document, variables) {
      const send = document.startsWith('mutation') ? client.mutation : client.query;
      const { data, error } = await send.call(client, document, variables).toPromise();
      if (error) throw error.graphQLErrors[0] ?? error;
      return data;
    },

    follow(variables, heard) {
      const failed = async (error) => {
        if (error.graphQLErrors.length) return heard.fail(error.graphQLErrors[0]);
        await wire.mayReturn();
        if (following) this.follow({ ...variables, since: heard.since ?? variables.since }, heard);
      };
      const { unsubscribe } = client.subscription(FOLLOW, variables).subscribe((result) => {
        if (!result.error) return heard.take(result);
        unsubscribe();
        failed(result.error);
      });
    },

    // Over HTTP, as most applications do it.
    async pages(roomId, size, backward, between) {
      const cache = cacheExchange({
        keys: { MessageConnection: whole, MessageEdge: whole, PageInfo: whole },
        resolvers: { Query: { messages: relayPagination() } },
      });
      const reader = newClient('cache-first', cache, fetchExchange);
      const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
      let variables = { roomId, ...(backward ? { last: size } : { first: size }) };
      for (;;) {
        const { data, error } = await reader.query(PAGE, variables, { fetchOptions }).toPromise();
        if (error) throw error;
        const { edges, pageInfo } = data.messages;
        if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return edges.map(({ node }) => node.seq);
        await between();
        variables = backward
          ? { ...variables, before: pageInfo.startCursor }
          : { ...variables, after: pageInfo.endCursor };
      }
    },

    cut: () => wire.cut(),
    back: () => wire.back(),
    refusals: wire.refusals,
    async done() {
      following = false;
      await wire.dispose();
    },
  };
}

await play('urql', connect);
