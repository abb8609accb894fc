// graphql-sse, unmodified, in either of its modes. It comes back by itself and sends the subscription
// as its variables stand then.

import { createClient } from 'graphql-sse';

import { Cable } from '../lib/cable.mjs';
import { FOLLOW, pageByPage } from './scenario.mjs';

export function connectWith(options) {
  return (hall, token) => {
    const cable = new Cable(hall);
    const newClient = (more) =>
      createClient({
        url: `http://${hall.address}${options.path}`,
        singleConnection: options.singleConnection,
        headers: () => ({ authorization: `Bearer ${token}` }),
        fetchFn: cable.fetch,
        ...more,
      });
    const asker = newClient({ retryAttempts: 0, lazyCloseTimeout: 1000 });
    const follower = newClient({ retryAttempts: Infinity, retry: () => cable.mayReturn() });

    const ask = (query, variables) =>
      new Promise((resolve, reject) => {
        let result;
        asker.subscribe(
          { query, variables },
          {
            next: (value) => (result = value),
            error: reject,
            complete: () => (result?.errors ? reject(result.errors[0]) : resolve(result?.data)),
          },
        );
      });

    return {
      ask,

      follow(variables, heard) {
        const current = { ...variables };
        follower.subscribe({ query: FOLLOW, variables: current }, heard.observer(current));
      },

      pages: (...how) => pageByPage(ask, ...how),
      cut: () => cable.cut(),
      back: () => cable.back(),
      refusals: cable.refusals,
      done() {
        asker.dispose();
        follower.dispose();
        cable.dispose();
      },
    };
  };
}
