// What tools make of the served schema.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const contract = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const sorted = (schema) => printSchema(lexicographicSortSchema(schema));

await withServer({}, async (hall) => {
  const query = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });

  await check('buildClientSchema accepts the introspection, and it is schema.graphql', async () => {
    const { body } = await hall.graphql(query);
    assert.equal(body.errors, undefined);
    assert.equal(sorted(buildClientSchema(body.data)), sorted(buildSchema(contract)));
  });

  await check('introspection over a socket is the same as over HTTP', async () => {
    const socket = await hall.login('ann');
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query } });
    const { payload } = await socket.nextJson();
    assert.deepEqual(payload, (await hall.graphql(query)).body);
    socket.cut();
  });
});
finish();
