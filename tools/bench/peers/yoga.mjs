// graphql-yoga, with graphql-ws on ws beside it as its documentation shows.

import { createServer } from 'node:http';

import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

import { addMessage, announce, readPage, typeDefs } from './common.mjs';

const rooms = createPubSub();
const yoga = createYoga({
  logging: false,
  healthCheckEndpoint: '/readyz',
  schema: createSchema({
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
  }),
});

const server = createServer(yoga);
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, payload) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params: payload,
      });
      const args = {
        schema,
        operationName: payload.operationName,
        document: parse(payload.query),
        variableValues: payload.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  new WebSocketServer({ server, path: '/graphql' }),
);
server.listen(0, '127.0.0.1', () => announce(server.address().port));
