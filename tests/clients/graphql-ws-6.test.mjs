// graphql-ws 6.

import { createClient } from 'graphql-ws-6';

import { play } from './scenario.mjs';
import { connectWith } from './transport-ws.mjs';

await play('graphql-ws 6', connectWith(createClient));
