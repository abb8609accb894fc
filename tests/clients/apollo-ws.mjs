// Apollo Client over GraphQLWsLink; pages through relayStylePagination in its normalised cache.

import WebSocket from 'ws';

import { askOf } from './apollo-ask.mjs';
import { FOLLOW, PAGE, Wire } from './scenario.mjs';

// A browser has it, and Node from 22 on; GraphQLWsLink looks at it when a socket ends.
globalThis.WebSocket ??= WebSocket;

// lib: { ApolloClient, gql, GraphQLWsLink, InMemoryCache, relayStylePagination } of a version, and
// errorsOf(error), its GraphQL errors, if it has any.
export function connectWith({ ApolloClient, gql, GraphQLWsLink, InMemoryCache, relayStylePagination, errorsOf }) {
  return (hall, token) => {
    const wire = new Wire(hall, token);
    const messages = relayStylePagination(['roomId']);
    const client = new ApolloClient({
      link: new GraphQLWsLink(wire.client),
      cache: new InMemoryCache({ typePolicies: { Query: { fields: { messages } } } }),
    });
    let following = true;

    return {
      ask: askOf(client, { gql, errorsOf }),

      follow(variables, heard) {
        const failed = async (error) => {
          const errors = errorsOf(error);
          if (errors) return heard.fail(errors[0]);
          await wire.mayReturn();
          if (following) this.follow({ ...variables, since: heard.since ?? variables.since }, heard);
        };
        client.subscribe({ query: gql(FOLLOW), variables, fetchPolicy: 'no-cache' }).subscribe({
          next: (result) => (result.error ? failed(result.error) : heard.take(result)),
          error: failed,
        });
      },

      async pages(roomId, size, backward, between) {
        await client.clearStore();
        const operation = { query: gql(PAGE), variables: { roomId, ...(backward ? { last: size } : { first: size }) } };
        const list = client.watchQuery(operation);
        const shown = list.subscribe(() => {});
        await client.query(operation);
        for (;;) {
          const { edges, pageInfo } = client.readQuery(operation).messages;
          if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) {
            shown.unsubscribe();
            return edges.map(({ node }) => node.seq);
          }
          await between();
          await list.fetchMore({
            variables: backward ? { before: pageInfo.startCursor } : { after: pageInfo.endCursor },
          });
        }
      },

      cut: () => wire.cut(),
      back: () => wire.back(),
      refusals: wire.refusals,
      async done() {
        following = false;
        client.stop();
        await wire.dispose();
      },
    };
  };
}
