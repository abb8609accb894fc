// What json_schema.c does, for graphql-js: any schema, executed over JSON.

import { graphql } from './graphql.mjs';
import { theirError } from './locate.mjs';

const { GraphQLError } = graphql;

// What a fault of ours tells a client; graphql-js shows its developers the details.
const FAULT = 'Internal server error.';

const SAFE_MOST = 2 ** 53 - 1;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

function parseSafeInt(value) {
  if (!Number.isInteger(value) || Math.abs(value) > SAFE_MOST)
    throw new Error('It must be a whole number of at most 2^53 - 1.');
  return value;
}

function parseDateTime(value) {
  const parts = typeof value === 'string' ? RFC3339.exec(value) : null;
  const time = parts && Date.parse(value.toUpperCase());
  const days = parts && new Date(Date.UTC(parts[1], parts[2], 0)).getUTCDate();
  if (!parts || Number.isNaN(time) || parts[3] > days)
    throw new Error('It must be an RFC 3339 time, for example 2026-11-19T21:52:23.248Z.');
  return time;
}

// Where several fields fail late, graphql-js leaves all rejections but the first to nobody.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof GraphQLError)) throw error;
});

// The custom scalars that guildhall brings; others take and give anything.
const scalars = {
  SafeInt: { parseValue: parseSafeInt, serialize: (value) => value },
  DateTime: { parseValue: parseDateTime, serialize: (value) => new Date(value).toISOString() },
};

export function buildSchema(text) {
  const schema = graphql.buildSchema(text);

  for (const [name, { parseValue, serialize }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (!type) continue;
    type.parseValue = parseValue;
    type.parseLiteral = (node, variables) => parseValue(graphql.valueFromASTUntyped(node, variables));
    type.serialize = serialize;
  }
  return schema;
}

// Late answers are given in the order of `at`, when nothing else is left to do.
class Late {
  waiting = [];

  add(at, settle) {
    this.waiting.push({ at, settle });
    this.waiting.sort((a, b) => a.at - b.at);
  }

  async answerAll(promise) {
    let done = false;
    const result = Promise.resolve(promise).finally(() => { done = true; });
    result.catch(() => {});
    while (!done) {
      await new Promise((resolve) => { setImmediate(resolve); });
      this.waiting.shift()?.settle();
    }
    return result;
  }
}

function fail(message) {
  throw new GraphQLError(message);
}

function resolverOf({ scopes }, world) {
  return (parent, args, context, info) => {
    const field = info.parentType.getFields()[info.fieldName];
    const needed = field.astNode.directives.find((d) => d.name.value === 'requires');
    if (scopes && needed && !scopes.includes(needed.arguments[0].value.value)) fail('Not allowed.');
    const value = parent?.[info.fieldName];
    if (value === null || typeof value !== 'object') return value;
    if (value.$error) fail(value.$error);
    if (value.$args) return JSON.stringify(args);
    if (value.$count) return world.count++;
    if (!value.$later) return value;
    return new Promise((resolve, reject) => {
      world.late.add(value.$later, () => {
        if (value.value?.$error) reject(new GraphQLError(value.value.$error));
        else resolve(value.value);
      });
    });
  };
}

async function* stream(events, name) {
  for (const event of events) yield { [name]: event };
}

async function runSubscription({ events }, args, world) {
  const root = args.schema.getSubscriptionType();
  for (const field of Object.values(root.getFields())) {
    field.subscribe = (parent) => {
      const value = parent?.[field.name];
      if (value?.$error) fail(value.$error);
      return stream(events ?? [], field.name);
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

// A response, or an array of them. The request holds the text of a document, and JSON.
export async function run(schema, request) {
  let document;
  try {
    document = graphql.parse(request.document);
  } catch (error) {
    return { errors: [error] };
  }
  const errors = graphql.validate(schema, document);
  if (errors.length > 0) return { errors };
  const world = { late: new Late(), count: 0 };
  const args = {
    schema,
    document,
    rootValue: request.root,
    variableValues: request.variables,
    operationName: request.operation,
    fieldResolver: resolverOf(request, world),
    typeResolver: (value) => value.__typename,
  };
  const operation = graphql.getOperationAST(document, request.operation);
  if (operation?.operation === 'subscription') return runSubscription(request, args, world);
  return world.late.answerAll(graphql.execute(args));
}

// What went wrong in a resolver's own value, or was never foreseen.
function isFault({ originalError, message, path }) {
  if (!path || message.startsWith('Cannot return null')) return false;
  if (originalError && !(originalError instanceof GraphQLError)) return true;
  return /^(Int|Float) cannot represent |^Enum ".*" cannot represent value|^Abstract type |^Runtime Object type /.test(message);
}

function errorOf(error, text) {
  const plain = theirError(error, text);

  return isFault(error) ? { ...plain, message: FAULT } : plain;
}

// A response of theirs as we write it; the text is the document's.
export function plainResponse({ errors, ...rest }, text) {
  return {
    ...(errors ? { errors: errors.map((error) => errorOf(error, text)) } : {}),
    ...('data' in rest ? { data: rest.data } : {}),
  };
}
