// graphql-ws, which comes back by itself and sends the subscription as its variables stand then.

import { connect } from './graphql-ws.mjs';
import { play } from './scenario.mjs';

await play('graphql-ws', connect);
