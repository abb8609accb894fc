// graphql-sse in its distinct connections mode: a response for each operation.

import { play } from './scenario.mjs';
import { connectWith } from './sse.mjs';

await play('graphql-sse, distinct connections', connectWith({ path: '/graphql' }), 401);
