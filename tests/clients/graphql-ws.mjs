// graphql-ws, which reconnects by itself and sends the subscription again as its variables stand then.

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { connectionParams, FOLLOW, PAGE, play } from './scenario.mjs';

async function connect(hall, user) {
  let socket;
  const client = createClient({
    url: `ws://${hall.address}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: connectionParams(hall, user),
    retryAttempts: 100,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    on: { opened: (opened) => (socket = opened) },
  });

  const ask = (query, variables) =>
    new Promise((resolve, reject) => {
      let result;
      client.subscribe(
        { query, variables },
        {
          next: (value) => (result = value),
          error: (error) => reject(Array.isArray(error) ? error[0] : error),
          complete: () => (result.errors ? reject(result.errors[0]) : resolve(result.data)),
        },
      );
    });

  return {
    ask,

    follow(variables, heard) {
      const current = { ...variables };
      client.subscribe(
        { query: FOLLOW, variables: current },
        {
          next: ({ data }) => {
            current.since = data.onMessage.cursor;
            heard.take(data.onMessage);
          },
          error: (error) => heard.fail(error),
          complete: () => {},
        },
      );
    },

    async pages(roomId, size, backward) {
      const seqs = [];
      let variables = backward ? { last: size } : { first: size };
      for (;;) {
        const { edges, pageInfo } = (await ask(PAGE, { roomId, ...variables })).messages;
        const page = edges.map(({ node }) => node.seq);
        if (backward) seqs.unshift(...page);
        else seqs.push(...page);
        if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return seqs;
        variables = backward
          ? { last: size, before: pageInfo.startCursor }
          : { first: size, after: pageInfo.endCursor };
      }
    },

    cut: () => socket.terminate(),
    done: () => client.dispose(),
  };
}

await play('graphql-ws', connect);
