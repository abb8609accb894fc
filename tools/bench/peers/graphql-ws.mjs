// npm's graphql-ws on ws, over graphql-js.

import { createServer } from 'node:http';

import { useServer } from 'graphql-ws/use/ws';
import { createSchema } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

import { addMessage, announce, readPage, typeDefs } from './common.mjs';
import { follow, publish } from './rooms.mjs';

const schema = createSchema({
  typeDefs,
  resolvers: {
    Query: { messages: (_, args) => readPage(args) },
    Mutation: {
      sendMessage: async (_, args) => {
        const message = await addMessage(args);
        publish(args.roomId, message);
        return message;
      },
    },
    Subscription: {
      onMessage: { subscribe: (_, { roomId }) => follow(roomId), resolve: (message) => message },
    },
  },
});

const server = createServer((_, response) => response.end());
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(0, '127.0.0.1', () => announce(server.address().port));
