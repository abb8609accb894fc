// What tools make of the served schema: graphql-js, GraphiQL, code generators.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  graphqlSync,
  lexicographicSortSchema,
  printSchema,
  specifiedDirectives,
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

const BUILT_IN = new Set(specifiedDirectives.map(({ name }) => name));

// What schema.graphql says, by name. The order is the server's own; the meta-schema and the built-in
// directives are those of its edition of the specification, and graphql-js may be ahead of it.
function ownPart({ __schema }) {
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  return {
    ...__schema,
    types: __schema.types.filter(({ name }) => !name.startsWith('__')).sort(byName),
    directives: __schema.directives.filter(({ name }) => !BUILT_IN.has(name)).sort(byName),
  };
}

await withServer({}, async (hall) => {
  await check('buildClientSchema accepts the introspection, and it is schema.graphql', async () => {
    const { body } = await hall.graphql(getIntrospectionQuery(OPTIONS));
    assert.equal(body.errors, undefined);
    assert.equal(sorted(buildClientSchema(body.data)), sorted(contract));
  });

  for (const [how, options] of asked)
    await check(`the introspection query ${how} is answered as graphql-js answers it`, async () => {
      const query = getIntrospectionQuery(options);
      const { body } = await hall.graphql(query);
      const expected = JSON.parse(JSON.stringify(graphqlSync({ schema: contract, source: query })));
      assert.equal(body.errors, undefined);
      assert.deepEqual(ownPart(body.data), ownPart(expected.data));
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
