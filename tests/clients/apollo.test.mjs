// @apollo/client 4 over GraphQLWsLink.

import { ApolloClient, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';

import { connectWith } from './apollo-ws.mjs';
import { play } from './scenario.mjs';

const errorsOf = (error) => (CombinedGraphQLErrors.is(error) ? error.errors : undefined);
const lib = { ApolloClient, gql, GraphQLWsLink, InMemoryCache, relayStylePagination, errorsOf };

await play('Apollo Client', connectWith(lib));
