// subscriptions-transport-ws, the client that was before graphql-ws, with everything over its socket.

import { SubscriptionClient } from 'subscriptions-transport-ws';
import WebSocket from 'ws';

import { Cable } from '../lib/cable.mjs';
import { FOLLOW, pageByPage, play } from './scenario.mjs';

async function connect(hall, token) {
  const cable = new Cable(hall);
  const address = await cable.address();
  const refusals = [];
  const pending = new Set(); // of questions, which the library leaves unanswered when it is refused
  let refusal = null;

  class Socket extends WebSocket {
    constructor(...args) {
      super(...args);
      this.on('close', (code) => {
        if (code === 4403) refusals.push(code);
        if (refusal) pending.forEach((reject) => reject(new Error(refusal.message)));
      });
    }
  }

  const client = new SubscriptionClient(
    `ws://${address}/graphql`,
    {
      reconnect: true,
      minTimeout: 30_000, // to connect: the machine may be slow
      connectionParams: { authorization: `Bearer ${token}` },
      connectionCallback: (error) => {
        if (!error) return;
        refusal = error;
        client.close();
      },
    },
    Socket,
  );

  const ask = (query, variables) =>
    new Promise((resolve, reject) => {
      let result;
      pending.add(reject);
      client.request({ query, variables }).subscribe({
        next: (value) => (result = value),
        error: reject,
        complete: () => (result.errors ? reject(result.errors[0]) : resolve(result.data)),
      });
    }).finally(() => pending.clear());

  return {
    ask,

    // The library subscribes anew by itself, with the variables as they stand then.
    follow(variables, heard) {
      const current = { ...variables };
      client.request({ query: FOLLOW, variables: current }).subscribe(heard.observer(current));
    },

    pages: (...how) => pageByPage(ask, ...how),
    cut: () => cable.cut(),
    back: () => cable.back(),
    refusals,
    async done() {
      client.close();
      cable.dispose();
    },
  };
}

await play('subscriptions-transport-ws', connect);
