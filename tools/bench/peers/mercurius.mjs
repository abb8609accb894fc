// mercurius on fastify, with its compiler of queries.

import Fastify from 'fastify';
import mercurius from 'mercurius';

import { addMessage, announce, readPage, typeDefs } from './common.mjs';

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  subscription: { fullWsTransport: true },
  resolvers: {
    Query: { messages: (_, args) => readPage(args) },
    Mutation: {
      sendMessage: async (_, args, { pubsub }) => {
        const message = await addMessage(args);
        await pubsub.publish({ topic: args.roomId, payload: { onMessage: message } });
        return message;
      },
    },
    Subscription: {
      onMessage: { subscribe: (_, { roomId }, { pubsub }) => pubsub.subscribe(roomId) },
    },
  },
});
app.get('/readyz', (_, reply) => reply.send(''));
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server.address().port);
