// How operations reach the server: queries and mutations by HTTP, subscriptions over a WebSocket. What
// the headers editor holds is sent as headers there, and as the payload of connection_init here.

import { getOperationAST, Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

// What is asked for, and by which operation. GraphiQL reads a text a moment after it is there: who runs a
// tab at once after choosing it would send the name of the operation before. Where the text has one
// operation, that one is meant.
function meant(params) {
  let document;
  try {
    document = parse(params.query);
  } catch {
    return { params, isSubscription: false }; // the server says where the text is wrong
  }
  const [only, another] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const operationName = only && !another ? (only.name?.value ?? null) : params.operationName;
  const isSubscription = getOperationAST(document, operationName)?.operation === 'subscription';
  return { params: { ...params, operationName }, isSubscription };
}

async function post(params, headers) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The answer is no JSON but HTTP ${response.status}: ${text.slice(0, 500)}`);
  }
}

function withoutStack(message) {
  const error = new Error(message);
  delete error.stack; // GraphiQL would show it
  return error;
}

function explain(error) {
  if (Array.isArray(error)) return error; // of GraphQL
  if ('code' in error && 'reason' in error)
    return withoutStack(`The socket was closed: ${error.code} ${error.reason}`.trim());
  return withoutStack(error.message || 'The socket could not be opened.');
}

// A socket for each set of headers. It is opened for the first subscription and closed behind the last,
// and opened by nobody a second time: without a cursor what was sent meanwhile would be missing unseen.
function socketsOf(url) {
  let last = { key: null };

  return (headers) => {
    const key = JSON.stringify(headers);
    if (last.key !== key)
      last = { key, client: createClient({ url, connectionParams: headers, retryAttempts: 0 }) };
    return last.client;
  };
}

// defaultHeaders: asked for at each operation, what the headers editor says counts more.
export function createFetcher(defaultHeaders) {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socketFor = socketsOf(url.href);

  return async (given, { headers: written = {} } = {}) => {
    const headers = withDefaults(written, await defaultHeaders());
    const { params, isSubscription } = meant(given);
    if (!isSubscription) return post(params, headers);
    return {
      subscribe: ({ next, error, complete }) => ({
        unsubscribe: socketFor(headers).subscribe(params, {
          next,
          complete,
          error: (e) => error(explain(e)),
        }),
      }),
    };
  };
}

function withDefaults(given, defaults) {
  const names = Object.keys(given).map((name) => name.toLowerCase());
  const missing = Object.entries(defaults).filter(([name]) => !names.includes(name));
  return { ...Object.fromEntries(missing), ...given };
}
