// node execution_oracle.mjs PROGRAM [--seed N] [--count N]: requests at random, executed here and by
// graphql-js. Whole responses must be equal: data, messages, places, paths, order of keys.
//
// PROGRAM is execute_lines of the build; the schema is oracle/execution.graphql.

import { readFileSync } from 'node:fs';

import { check, Failure, finish } from '../lib/tap.mjs';
import { graphql } from './oracle/graphql.mjs';
import { Program } from './oracle/program.mjs';
import { randomFrom, readOptions } from './oracle/random.mjs';
import { requestsFrom } from './oracle/requests.mjs';
import { buildSchema, plainResponse, run } from './oracle/world.mjs';

const differences = [
  'what goes wrong in a resolver’s own value is told in the log; graphql-js tells its clients',
  'whole numbers between 2^53 and 2^63 keep their digits, as ID and in custom scalars; graphql-js rounds them (none are made here)',
  'of several errors that make the same place null, the first in the document is told; graphql-js tells the first in time',
];

// Arguments that were given back compare as values: their text writes numbers in its own way.
function withArguments(response) {
  return JSON.parse(JSON.stringify(response), (key, value) =>
    typeof value === 'string' && value.startsWith('{"') ? JSON.parse(value) : value);
}

// Where data is null for an error: its path, or a place above it.
function nulledPlace(data, path = []) {
  let at = data;
  const place = [];
  for (const key of path) {
    if (at === null || at === undefined) break;
    place.push(key);
    at = at[key];
  }
  return place;
}

// Errors that travelled upwards are known by the place they made null.
function withoutTime({ errors = [], data }) {
  const known = (error) => {
    const place = nulledPlace(data, error.path);
    return place.length < (error.path ?? []).length ? { place } : error;
  };
  if (data === undefined) return { errors };
  const texts = new Set(errors.map((error) => JSON.stringify(known(error))));
  return { errors: [...texts].sort(), data };
}

function firstDifference(a, b) {
  let at = 0;
  while (a[at] === b[at]) at++;
  const part = (text) => text.slice(Math.max(0, at - 200), at + 300);
  return `ours:   …${part(a)}\ntheirs: …${part(b)}`;
}

const all = (answer, change) => (Array.isArray(answer) ? answer.map(change) : change(answer));

async function differenceOf(program, schema, request) {
  const { late, ...sections } = request;
  const given = Object.fromEntries(['variables', 'root', 'events'].map((key) => [key, request[key] && JSON.parse(request[key])]));
  const result = await run(schema, { ...request, ...given });
  let theirs = all(result, (one) => withArguments(plainResponse(one, request.document)));
  let ours = all(await program.ask(sections), withArguments);
  if (ours.mistake) throw new Failure(`${ours.mistake}\n${JSON.stringify(sections)}`);
  if (late) [ours, theirs] = [all(ours, withoutTime), all(theirs, withoutTime)];
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return { theirs, text: a === b ? undefined : firstDifference(a, b) };
}

const { program: path, seed, count } = readOptions(process.argv.slice(2), 3000);
const sdl = readFileSync(new URL('oracle/execution.graphql', import.meta.url), 'utf8');
const program = new Program(path);
const tally = { whole: 0, partial: 0, refused: 0, invalid: 0 }; // so that it shows when one kind dies out

function kindOf(response) {
  const { errors = [], data } = [response].flat()[0] ?? { data: {} };
  if (data !== undefined) return errors.length ? 'partial' : 'whole';
  return /^Variable "\$\w+" (got|of required|of non-null)/.test(errors[0].message) ? 'refused' : 'invalid';
}

await check(`${count} requests made from seed ${seed} have equal responses`, async () => {
  const schema = buildSchema(sdl);
  const next = requestsFrom(schema, randomFrom(seed));
  const found = [];
  for (let i = 0; i < count; i++) {
    const request = { ...(i === 0 ? { schema: sdl } : {}), ...next() };
    const { theirs, text } = await differenceOf(program, schema, request);
    tally[kindOf(theirs)]++;
    if (text) found.push(`request ${i}\n${request.document}\nvariables: ${request.variables}\nroot: ${request.root}\n${text}\n`);
  }
  if (found.length) throw new Failure(`${found.length} are not equal:\n${found.slice(0, 5).join('\n')}`);
});
program.end();
console.log(`# ${JSON.stringify(tally)}`);
for (const reason of differences) console.log(`# differs on purpose: ${reason}`);
finish();
