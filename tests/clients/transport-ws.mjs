// graphql-ws, unmodified, in any of its versions. It comes back by itself and sends the subscription as
// its variables stand then.

import { FOLLOW, pageByPage, Wire } from './scenario.mjs';

// extra: options of the client, beyond those of all.
export function connectWith(createClient, extra = {}) {
  return (hall, token) => {
    const options = {
      retryAttempts: Infinity,
      shouldRetry: ({ code }) => code !== 4403,
      retryWait: () => wire.mayReturn(),
      ...extra,
    };
    const wire = new Wire(hall, token, options, createClient);
    const { client } = wire;

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
        client.subscribe({ query: FOLLOW, variables: current }, heard.observer(current));
      },

      pages: (...how) => pageByPage(ask, ...how),

      cut: () => wire.cut(),
      back: () => wire.back(),
      refusals: wire.refusals,
      done: () => wire.dispose(),
    };
  };
}
