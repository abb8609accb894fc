// Apollo Client over its HttpLink alone: queries and mutations as JSON, subscriptions in parts.

import { Cable } from '../lib/cable.mjs';
import { askOf } from './apollo-ask.mjs';
import { FOLLOW, pageByPage } from './scenario.mjs';

// lib: { ApolloClient, gql, HttpLink, InMemoryCache } of a version, and errorsOf(error), its GraphQL
// errors, if it has any.
export function connectWith({ ApolloClient, gql, HttpLink, InMemoryCache, errorsOf }) {
  return (hall, token) => {
    const cable = new Cable(hall);
    const client = new ApolloClient({
      link: new HttpLink({
        uri: `http://${hall.address}/graphql`,
        fetch: cable.fetch,
        headers: { authorization: `Bearer ${token}` },
      }),
      cache: new InMemoryCache(),
    });
    let following = true;

    const ask = askOf(client, { gql, errorsOf });

    return {
      ask,

      follow(variables, heard) {
        let ended = false;
        const failed = async (error) => {
          ended = true; // version 4 completes behind an error
          const errors = errorsOf(error);
          if (errors) return heard.fail(errors[0]);
          await cable.mayReturn();
          if (following) this.follow({ ...variables, since: heard.since ?? variables.since }, heard);
        };
        client.subscribe({ query: gql(FOLLOW), variables, fetchPolicy: 'no-cache' }).subscribe({
          next: (result) => (result.error ? failed(result.error) : heard.take(result)),
          error: failed,
          complete: () => ended || heard.fail(new Error('the subscription was completed')),
        });
      },

      pages: (...how) => pageByPage(ask, ...how),
      cut: () => cable.cut(),
      back: () => cable.back(),
      refusals: cable.refusals,
      done() {
        following = false;
        client.stop();
        cable.dispose();
      },
    };
  };
}
