// graphql-sse in its single connection mode: one stream for all operations of a client.

import { play } from './scenario.mjs';
import { connectWith } from './sse.mjs';

await play(
  'graphql-sse, single connection',
  connectWith({ path: '/graphql/stream', singleConnection: true }),
  401,
);
