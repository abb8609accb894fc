// @apollo/client 4 with no more than its HttpLink.

import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';

import { connectWith } from './multipart.mjs';
import { play } from './scenario.mjs';

const errorsOf = (error) => (CombinedGraphQLErrors.is(error) ? error.errors : undefined);

await play(
  'Apollo Client 4 over HTTP',
  connectWith({ ApolloClient, gql, HttpLink, InMemoryCache, errorsOf }),
  401,
);
