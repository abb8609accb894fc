// node cases_oracle.cjs FILE...: the same cases against npm's graphql, which must be installed where the
// command is run. What a case expects must be what graphql-js gives; a case that says
// `--- differs` and why is not compared.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const graphql = createRequire(path.join(process.cwd(), 'package.json'))('graphql');

const SECTIONS = ['schema', 'document', 'operation', 'variables', 'scopes', 'root', 'events', 'expect', 'differs'];

function readCases(text) {
  const cases = [];
  let section = null;
  text.split('\n').forEach((line, i) => {
    const current = cases[cases.length - 1];
    if (line.startsWith('===')) {
      cases.push({ name: line.slice(3).trim(), line: i + 1, schema: current && current.schema });
      section = null;
    } else if (current && line.startsWith('---')) {
      section = line.slice(3).trim();
      if (!SECTIONS.includes(section)) throw new Error(`line ${i + 1}: unknown section ${section}`);
      current[section] = null;
    } else if (section) {
      current[section] = current[section] === null ? line : `${current[section]}\n${line}`;
    }
  });
  return cases;
}

const json = (text) => (text === undefined ? undefined : JSON.parse(text));

// Late answers are given in the order of `at`, when nothing else is left to do.
class Late {
  constructor() {
    this.waiting = [];
  }
  add(at, settle) {
    this.waiting.push({ at, settle });
    this.waiting.sort((a, b) => a.at - b.at);
  }
  async answerAll(promise) {
    let done = false;
    const result = Promise.resolve(promise).finally(() => { done = true; });
    while (!done) {
      await new Promise((resolve) => { setImmediate(resolve); });
      const next = this.waiting.shift();
      if (next) next.settle();
      else await new Promise((resolve) => { setImmediate(resolve); });
    }
    return result;
  }
}

function fail(message) {
  throw new graphql.GraphQLError(message);
}

function resolverOf(c, world) {
  const scopes = json(c.scopes);
  return (parent, args, context, info) => {
    const field = info.parentType.getFields()[info.fieldName];
    const needed = field.astNode.directives.find((d) => d.name.value === 'requires');
    if (scopes && needed && !scopes.includes(needed.arguments[0].value.value)) fail('Not allowed.');
    const value = (parent || {})[info.fieldName];
    if (value === null || typeof value !== 'object') return value;
    if (value.$error) fail(value.$error);
    if (value.$args) return JSON.stringify(args);
    if (value.$count) return world.count++;
    if (!value.$later) return value;
    return new Promise((resolve, reject) => {
      world.late.add(value.$later, () => {
        const inner = value.value;
        if (inner && inner.$error) reject(new graphql.GraphQLError(inner.$error));
        else resolve(inner);
      });
    });
  };
}

async function* stream(events, name) {
  for (const event of events) yield { [name]: event };
}

async function runSubscription(c, args, world) {
  const root = args.schema.getSubscriptionType();
  for (const field of Object.values(root.getFields())) {
    field.subscribe = (parent, fieldArgs) => {
      const value = (parent || {})[field.name];
      if (value && value.$error) fail(value.$error);
      return stream(json(c.events), field.name);
    };
  }
  const result = await graphql.subscribe(args);
  if (!result[Symbol.asyncIterator]) return result;
  const all = [];
  for (;;) {
    const { done, value } = await world.late.answerAll(result.next());
    if (done) return all;
    all.push(value);
  }
}

async function run(c) {
  const schema = graphql.buildSchema(c.schema, { assumeValidSDL: false });
  let document;
  try {
    document = graphql.parse(c.document);
  } catch (error) {
    return { errors: [error] };
  }
  const errors = graphql.validate(schema, document);
  if (errors.length > 0) return { errors };
  const world = { late: new Late(), count: 0 };
  const args = {
    schema,
    document,
    rootValue: json(c.root),
    variableValues: json(c.variables),
    operationName: c.operation,
    fieldResolver: resolverOf(c, world),
    typeResolver: (value) => value.__typename,
  };
  const operation = graphql.getOperationAST(document, c.operation);
  if (operation && operation.operation === 'subscription') return runSubscription(c, args, world);
  return world.late.answerAll(graphql.execute(args));
}

// Errors come in the order of the document here; graphql-js gives them in the order of time.
function normalise(result) {
  if (Array.isArray(result)) return result.map(normalise);
  const plain = JSON.parse(JSON.stringify(result));
  for (const error of plain.errors || []) delete error.extensions;
  if (plain.errors) plain.errors.sort((a, b) => JSON.stringify(a.path || 0).localeCompare(JSON.stringify(b.path || 0)));
  return plain;
}

async function main(files) {
  let failed = 0;
  let n = 0;
  for (const file of files) {
    for (const c of readCases(fs.readFileSync(file, 'utf8'))) {
      if (c.differs !== undefined) continue;
      let got;
      try {
        got = JSON.stringify(normalise(await run(c)));
      } catch (error) {
        got = `threw ${error.message}`;
      }
      const expected = JSON.stringify(normalise(json(c.expect)));
      const passed = got === expected;
      n += 1;
      failed += passed ? 0 : 1;
      console.log(`${passed ? 'ok' : 'not ok'} ${n} - ${c.name}`);
      if (!passed) console.log(`# ${file}:${c.line}:\n# graphql-js: ${got}\n# expected:   ${expected}`);
    }
  }
  console.log(`1..${n}`);
  process.exit(failed ? 1 : 0);
}

main(process.argv.slice(2));
