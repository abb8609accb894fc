// What tools make of the served schema: graphql-js, GraphiQL, code generators.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  introspectionFromSchema,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const contract = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const sorted = (schema) => printSchema(lexicographicSortSchema(schema));

const OPTIONS = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

const none = Object.fromEntries(Object.keys(OPTIONS).map((option) => [option, false]));

// GraphiQL and others ask with what their version knows: nothing more, one of them more, everything.
const asked = [
  ['with all options', OPTIONS],
  ['with none', none],
  ...Object.keys(OPTIONS).map((option) => [`with ${option} alone`, { ...none, [option]: true }]),
];

// Types and directives by name: their order is the server's own.
function inOrder({ __schema }) {
  const named = (list) => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { __schema: { ...__schema, types: named(__schema.types), directives: named(__schema.directives) } };
}

await withServer({}, async (hall) => {
  await check('buildClientSchema accepts the introspection, and it is schema.graphql', async () => {
    const { body } = await hall.graphql(getIntrospectionQuery(OPTIONS));
    assert.equal(body.errors, undefined);
    assert.equal(sorted(buildClientSchema(body.data)), sorted(contract));
  });

  for (const [how, options] of asked)
    await check(`the introspection query ${how} is answered as graphql-js answers it`, async () => {
      const { body } = await hall.graphql(getIntrospectionQuery(options));
      assert.equal(body.errors, undefined);
      const { __schema } = JSON.parse(JSON.stringify(introspectionFromSchema(contract, options)));
      assert.deepEqual(inOrder(body.data), inOrder({ __schema }));
    });

  await check('the introspection over a socket is the same as over HTTP', async () => {
    const query = getIntrospectionQuery(OPTIONS);
    const socket = await hall.login('ann');
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query } });
    const { type, payload } = await socket.nextJson();
    assert.equal(type, 'next');
    assert.deepEqual(payload, (await hall.graphql(query)).body);
    assert.deepEqual(await socket.nextJson(), { id: '1', type: 'complete' });
    socket.cut();
  });
});
finish();
