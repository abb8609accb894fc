// @urql/core with subscriptionExchange; pages through graphcache's relayPagination.

import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { connectionParams, FOLLOW, PAGE, play } from './scenario.mjs';

async function connect(hall, user) {
  let socket;
  const wire = createClient({
    url: `ws://${hall.address}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: connectionParams(hall, user),
    retryAttempts: 0,
    on: { opened: (opened) => (socket = opened) },
  });
  const overSocket = subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: (operation) => ({
      subscribe: (sink) => ({ unsubscribe: wire.subscribe({ ...operation, query: operation.query ?? '' }, sink) }),
    }),
  });
  const newClient = (exchanges) =>
    new Client({ url: `http://${hall.address}/graphql`, exchanges, requestPolicy: 'network-only' });
  const client = newClient([overSocket, fetchExchange]);
  const whole = () => null; // connections, edges and page information have no key of their own
  const cache = () =>
    cacheExchange({
      keys: { MessageConnection: whole, MessageEdge: whole, PageInfo: whole },
      resolvers: { Query: { messages: relayPagination() } },
    });
  let following = true;

  return {
    async ask(document, variables) {
      const send = document.startsWith('mutation') ? client.mutation : client.query;
      const { data, error } = await send.call(client, document, variables).toPromise();
      if (error) throw error.graphQLErrors[0] ?? error;
      return data;
    },

    // A subscription that ends with its socket is begun again where it was.
    follow(variables, heard) {
      const again = () =>
        following && setTimeout(() => this.follow({ ...variables, since: heard.last?.cursor ?? variables.since }, heard), 20);
      const { unsubscribe } = client.subscription(FOLLOW, variables).subscribe(({ data, error }) => {
        if (data) heard.take(data.onMessage);
        if (!error) return;
        unsubscribe();
        again();
      });
    },

    async pages(roomId, size, backward) {
      const reader = newClient([cache(), overSocket, fetchExchange]);
      let variables = backward ? { last: size } : { first: size };
      for (;;) {
        const { data, error } = await reader.query(PAGE, { roomId, ...variables }).toPromise();
        if (error) throw error;
        const { pageInfo, edges } = data.messages;
        if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return edges.map(({ node }) => node.seq);
        variables = backward
          ? { last: size, before: pageInfo.startCursor }
          : { first: size, after: pageInfo.endCursor };
      }
    },

    cut: () => socket.terminate(),
    async done() {
      following = false;
      await wire.dispose();
    },
  };
}

await play('urql', connect);
