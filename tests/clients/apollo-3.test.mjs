// @apollo/client 3 over GraphQLWsLink.

import apollo from 'apollo-client-3/core/core.cjs';
import subscriptions from 'apollo-client-3/link/subscriptions/subscriptions.cjs';
import utilities from 'apollo-client-3/utilities/utilities.cjs';

import { connectWith } from './apollo-ws.mjs';
import { play } from './scenario.mjs';

const errorsOf = (error) => (error.graphQLErrors?.length ? error.graphQLErrors : undefined);

await play('Apollo Client 3', connectWith({ ...apollo, ...subscriptions, ...utilities, errorsOf }));
