// npm's graphql-ws on ws, over graphql-js.

import { createServer } from 'node:http';

import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

import { addMessage, announce, readPage, typeDefs } from './common.mjs';

const rooms = createPubSub();
const schema = createSchema({
  typeDefs,
  resolvers: {
    Query: { messages: (_, args) => readPage(args) },
    Mutation: {
      sendMessage: async (_, args) => {
        const message = await addMessage(args);
        rooms.publish(args.roomId, message);
        return message;
      },
    },
    Subscription: {
      onMessage: { subscribe: (_, { roomId }) => rooms.subscribe(roomId), resolve: (message) => message },
    },
  },
});

const server = createServer((_, response) => response.end());
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(0, '127.0.0.1', () => announce(server.address().port));
