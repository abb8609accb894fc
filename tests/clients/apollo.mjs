// @apollo/client over GraphQLWsLink; pages through relayStylePagination in its normalised cache.

import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { connectionParams, FOLLOW, PAGE, play } from './scenario.mjs';

// A browser has it, and Node from 22 on; GraphQLWsLink looks at it when a socket ends.
globalThis.WebSocket ??= WebSocket;

async function connect(hall, user) {
  let socket;
  const wire = createClient({
    url: `ws://${hall.address}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: connectionParams(hall, user),
    retryAttempts: 0,
    on: { opened: (opened) => (socket = opened) },
  });
  const newCache = () =>
    new InMemoryCache({ typePolicies: { Query: { fields: { messages: relayStylePagination(['roomId']) } } } });
  const client = new ApolloClient({ link: new GraphQLWsLink(wire), cache: newCache() });
  let following = true;

  return {
    async ask(document, variables) {
      const operation = { variables, fetchPolicy: 'no-cache' };
      const { data } = await (document.startsWith('mutation')
        ? client.mutate({ mutation: gql(document), ...operation })
        : client.query({ query: gql(document), ...operation })
      ).catch((error) => {
        throw error.errors?.[0] ?? error;
      });
      return data;
    },

    // A subscription that ends with its socket is begun again where it was.
    follow(variables, heard) {
      const again = () =>
        following && setTimeout(() => this.follow({ ...variables, since: heard.last?.cursor ?? variables.since }, heard), 20);
      client.subscribe({ query: gql(FOLLOW), variables, fetchPolicy: 'no-cache' }).subscribe({
        next: ({ data, error }) => (data ? heard.take(data.onMessage) : error && again()),
        error: again,
      });
    },

    async pages(roomId, size, backward) {
      await client.clearStore();
      const first = backward ? { last: size } : { first: size };
      const query = client.watchQuery({ query: gql(PAGE), variables: { roomId, ...first } });
      const shown = query.subscribe(() => {});
      let { data } = await client.query({ query: gql(PAGE), variables: { roomId, ...first } });
      for (;;) {
        const { pageInfo, edges } = data.messages;
        if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) {
          shown.unsubscribe();
          return edges.map(({ node }) => node.seq);
        }
        await query.fetchMore({
          variables: backward
            ? { first: undefined, last: size, before: pageInfo.startCursor }
            : { first: size, after: pageInfo.endCursor },
        });
        data = client.readQuery({ query: gql(PAGE), variables: { roomId, ...first } });
      }
    },

    cut: () => socket.terminate(),
    async done() {
      following = false;
      client.stop();
      await wire.dispose();
    },
  };
}

await play('apollo', connect);
