// @apollo/client 3 with no more than its HttpLink.

import apollo from 'apollo-client-3/core/core.cjs';

import { connectWith } from './multipart.mjs';
import { play } from './scenario.mjs';

const errorsOf = (error) => (error.graphQLErrors?.length ? error.graphQLErrors : undefined);

await play('Apollo Client 3 over HTTP', connectWith({ ...apollo, errorsOf }), 401);
