// graphql-ws 5.

import { createClient } from 'graphql-ws';

import { play } from './scenario.mjs';
import { connectWith } from './transport-ws.mjs';

await play('graphql-ws', connectWith(createClient));
