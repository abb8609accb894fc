// Requests that are small and well-formed, and would cost much: refused before anything is executed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { finish } from '../lib/tap.mjs';
import { repeat, withTarget } from './attack.mjs';

const ATTACKERS = 20;
const TIMES = 10; // that each sends it
const THREADS = 2;
const KEPT = 32 + THREADS * (16 + 4); // MiB: a thread's plans, and registered documents

const many = (n, text) => Array.from({ length: n }, (_, i) => text(i)).join(' ');
const nested = (n, before, inner, after) => before.repeat(n) + inner + after.repeat(n);
const ROOM = 'roomId: "square"';

// Each fragment spreads the next one twice: 2^n fields in a document of n lines.
const bomb = (n, fields) =>
  `{ viewer { ...F0 } } ${many(n, (i) => `fragment F${i} on Viewer { ...F${i + 1} ...F${i + 1} }`)} ` +
  `fragment F${n} on Viewer { ${fields} }`;

// The query, the error's code, and what else its extensions must say.
const documents = {
  'more tokens than allowed': [`{ ${many(3000, () => '__typename')} }`, 'QUERY_TOO_COMPLEX', { limit: 'tokens' }],
  'more aliases than allowed': [
    `{ viewer { ${many(200, (i) => `a${i}: userId`)} } }`,
    'QUERY_TOO_COMPLEX',
    { limit: 'aliases' },
  ],
  'more fields at the root than allowed': [
    `{ ${many(200, () => '__typename')} }`,
    'QUERY_TOO_COMPLEX',
    { limit: 'rootFields' },
  ],
  'more directives than allowed': [
    `{ __typename ${many(100, () => '@skip(if: false) @include(if: true)')} }`,
    'QUERY_TOO_COMPLEX',
    { limit: 'directives' },
  ],
  'directives on every field': [
    `{ viewer { ${many(60, () => 'userId @include(if: true)')} } }`,
    'QUERY_TOO_COMPLEX',
    { limit: 'directives' },
  ],
  'selections nested without end': [nested(900, '{a', '', '}'), 'QUERY_TOO_COMPLEX', { limit: 'depth' }],
  'lists nested without end': [`{ room(id: ${nested(900, '[', '1', ']')}) { id } }`, 'QUERY_TOO_COMPLEX', {}],
  'objects nested without end': [`{ room(id: ${nested(450, '{a:', '1', '}')}) { id } }`, 'QUERY_TOO_COMPLEX', {}],
  'types nested without end': [`query ($a: ${nested(900, '[', 'Int', ']')}) { a }`, 'QUERY_TOO_COMPLEX', {}],
  'a bomb of fragments': [bomb(40, 'userId'), 'QUERY_TOO_COMPLEX', { limit: 'fields' }],
  'a bomb of fragments with aliases': [bomb(40, 'a: userId b: tenantId'), 'QUERY_TOO_COMPLEX', {}],
  'a bomb of fragments with directives': [bomb(40, 'userId @skip(if: false)'), 'QUERY_TOO_COMPLEX', {}],
  'fragments in a circle': [
    `{ viewer { ...F0 } } ${many(100, (i) => `fragment F${i} on Viewer { ...F${(i + 1) % 100} }`)}`,
    'GRAPHQL_VALIDATION_FAILED',
    {},
  ],
  'the schema in circles': [
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
    {},
  ],
  'hundreds of operations': [many(300, (i) => `query Q${i} { a }`), 'GRAPHQL_VALIDATION_FAILED', {}],
  'hundreds of names to guess at': [
    `{ viewer { ${many(500, (i) => `userld${i}`)} } }`,
    'GRAPHQL_VALIDATION_FAILED',
    {},
  ],
};

const page = (argument) => `{ messages(${ROOM}, ${argument}: 201) { items { text } } }`;
for (const argument of ['first', 'last', 'limit'])
  documents[`a page that is too large by ${argument}`] = [page(argument), 'BAD_USER_INPUT', { argument }];

await withTarget({ options: ['--batching', '10'], threads: THREADS }, async (target) => {
  for (const [what, [query, code, extensions]] of Object.entries(documents))
    await target.attack(`${what}: ${code}`, { most: 32 }, () =>
      repeat(ATTACKERS, async (i) => {
        for (let k = 0; k < TIMES; k++) {
          // Another text each time, so that it is not known already.
          const { body } = await target.ask('mallory', { query: `${query} #${i}.${k}` });
          const [error] = body.errors;
          assert.equal(error.extensions.code, code, JSON.stringify(error));
          assert.deepEqual({ ...error.extensions, ...extensions }, error.extensions);
        }
      }),
    );

  // They are valid, and therefore kept: by both threads, each up to its bound.
  await target.attack('long texts in documents without end: PAYLOAD_TOO_LARGE', { most: KEPT }, () =>
    repeat(ATTACKERS, async (i) => {
      for (let k = 0; k < 3 * TIMES; k++) {
        const text = `${i}.${k}${'x'.repeat(200_000)}`;
        const query = `mutation { sendMessage(${ROOM}, text: "${text}") { id } }`;
        const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
        const { body } = await target.ask('mallory', { query, extensions: { persistedQuery } });
        assert.equal(body.errors[0].extensions.code, 'PAYLOAD_TOO_LARGE');
      }
    }),
  );

  await target.attack('arrays of more operations than allowed are 400', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      for (let k = 0; k < TIMES; k++) {
        const { status, body } = await target.ask('mallory', Array(10_000).fill({ query: '{__typename}' }));
        assert.equal(status, 400);
        assert.equal(body.errors[0].message, 'The batch has 10000 operations; the limit is 10.');
      }
    }),
  );

  const variables = {
    'lists without end in variables': nested(5000, '[', '', ']'),
    'objects without end in variables': nested(5000, '{"a":', '1', '}'),
    'a number of many digits': '1'.repeat(100_000),
  };

  for (const [what, value] of Object.entries(variables))
    await target.attack(`${what} are refused`, { most: 32 }, () =>
      repeat(ATTACKERS, async () => {
        for (let k = 0; k < TIMES; k++) {
          const query = 'query ($id: ID!) { room(id: $id) { id } }';
          const { body } = await target.ask('mallory', `{"query":"${query}","variables":{"id":${value}}}`);
          assert.ok(['BAD_REQUEST', 'BAD_USER_INPUT'].includes(body.errors[0].extensions.code), JSON.stringify(body));
          assert.equal(body.data, undefined);
        }
      }),
    );
});

finish();
