// The audits of npm's graphql-http: what "GraphQL over HTTP" asks of a server, what it advises and what
// it allows. All hold, the last too.

import { serverAudits } from 'graphql-http';

import { withServer } from '../lib/harness.mjs';
import { check, Failure, finish } from '../lib/tap.mjs';

await withServer({}, async (hall) => {
  for (const { id, name, fn } of serverAudits({ url: `http://${hall.address}/graphql` }))
    await check(`${id}: ${name}`, async () => {
      const result = await fn();
      if (result.status !== 'ok') throw new Failure(`${result.status}: ${result.reason}`);
    });
});
finish();
