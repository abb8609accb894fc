// graphql-js's half of `bench engine`: what engine_peer.h says, on stdin and stdout. The package is
// the one that the engine's tests are compared with:
//
//     npm ci --prefix tests/engine

import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { createInterface } from 'node:readline';

const { buildSchema, execute, introspectionTypes, parse, specifiedDirectives, specifiedScalarTypes, validate } =
  createRequire(new URL('../../tests/engine/package.json', import.meta.url))('graphql');

const BATCH_US = 1000;
const WARM_UP_MS = 100;
const WARM_UP_ROUNDS = 6;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextLine = async () => (await lines.next()).value;

function valid(schema, document) {
  const [error] = validate(schema, document);

  if (error) throw error;
  return document;
}

// What is done once, by phase: as the documentation of graphql-js has it.
function phasesOf(schema, rootValue, { text, variables }) {
  const document = valid(schema, parse(text));
  const run = (plan) => execute({ schema, document: plan, rootValue, variableValues: variables });

  return {
    parse: () => parse(text),
    validate: () => valid(schema, parse(text)),
    execute: () => run(document),
    full: () => JSON.stringify(run(valid(schema, parse(text)))),
  };
}

// Two engines describe the language's own types and directives in words of their own, and list
// what they have in an order of their own.
const ownNames = new Set([...introspectionTypes, ...specifiedDirectives, ...specifiedScalarTypes].map(({ name }) => name));

function comparable(value) {
  if (Array.isArray(value)) {
    const all = value.filter((each) => !ownNames.has(each?.name)).map(comparable);
    return all.every((each) => each?.name) ? all.sort((a, b) => (a.name < b.name ? -1 : 1)) : all;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, comparable(each)]));
}

function check({ name, response }, { full }) {
  const [ours, theirs] = [response, full()].map((text) => comparable(JSON.parse(text)));

  if (!isDeepStrictEqual(ours, theirs)) throw new Error(`${name}: the responses differ`);
}

// Of this process, with the threads that compile and collect for it.
function processorTime() {
  const { user, system } = process.cpuUsage();

  return user + system;
}

// In batches of about a millisecond, so that looking at the clock costs nothing.
function run(once, milliseconds) {
  const began = processorTime();
  const end = began + milliseconds * 1000;
  let batch = 1;
  let times = 0;
  let now = began;

  do {
    const before = now;
    for (let i = 0; i < batch; i++) once();
    times += batch;
    now = processorTime();
    if (now - before < BATCH_US) batch *= 2;
  } while (now < end);
  return `${times} ${(now - began) * 1000}`;
}

// What has waited while the other engine had its turn is slow at first.
function measure(once, milliseconds) {
  run(once, milliseconds / 2);
  return run(once, milliseconds);
}

const { schema: sdl, data: { data }, documents } = JSON.parse(await nextLine());
const schema = buildSchema(sdl);
const root = { ...data, sendMessage: data.message, onMessage: data.message };
const phases = documents.map((document) => phasesOf(schema, root, document));

documents.forEach((document, i) => check(document, phases[i]));
for (let i = 0; i < WARM_UP_ROUNDS; i++) {
  for (const all of phases) for (const once of Object.values(all)) run(once, WARM_UP_MS);
}
console.log('ready');
for (let line = await nextLine(); line; line = await nextLine()) {
  const [document, phase, milliseconds] = line.split(' ');
  console.log(measure(phases[document][phase], Number(milliseconds)));
}
