// relay-runtime with a network layer as Relay's documentation has it: fetch() for queries and mutations,
// graphql-ws 6 for subscriptions; documents compiled by relay-compiler against the schema that the server
// serves; pages through a connection of Relay's store.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from 'graphql-ws-6';
import relay from 'relay-runtime';

import { Cable } from '../lib/cable.mjs';
import { FOLLOW, PAGE, play, RESUME, SEND, Wire } from './scenario.mjs';

const { commitMutation, createOperationDescriptor, Environment, fetchQuery, getRequest, Network } = relay;
const { Observable, RecordSource, requestSubscription, Store } = relay;

const require = createRequire(import.meta.url);

// Relay wants operations named for the module that they stand in, which is club.js, and what they are.
const NAMED = { clubFollowSubscription: FOLLOW, clubPageQuery: PAGE, clubSendMutation: SEND, clubResumeQuery: RESUME };

const tagged = ([name, document]) => {
  const text = document
    .replace(/^(\w+) \(/, `$1 ${name}(`)
    .replace('before: $before) {', 'before: $before) @connection(key: "club_messages", filters: ["roomId"]) {');
  return `graphql\`${text}\`;`;
};

// What the compiler makes of the documents, by document.
async function compile(hall) {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-relay-'));
  try {
    const config = { src: '.', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'artifacts' };
    const { text } = await hall.exchange({ method: 'GET', path: '/schema.graphql' });
    const files = { 'schema.graphql': text, 'relay.config.json': JSON.stringify(config) };
    files['club.js'] = `import { graphql } from 'relay-runtime';\n${Object.entries(NAMED).map(tagged).join('\n')}`;
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    mkdirSync(join(folder, 'artifacts'));
    execFileSync(process.execPath, [require.resolve('relay-compiler/cli.js')], { cwd: folder });
    const artifact = (name) => require(join(folder, 'artifacts', `${name}.graphql.js`));
    return new Map(Object.entries(NAMED).map(([name, document]) => [document, artifact(name)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// The store's own connection holds what all pages brought.
async function pageThrough(environment, request, roomId, size, backward, between) {
  const first = { roomId, ...(backward ? { last: size } : { first: size }) };
  const whole = createOperationDescriptor(getRequest(request), first);
  const kept = environment.retain(whole);
  let variables = first;
  for (;;) {
    await fetchQuery(environment, request, variables).toPromise();
    const { edges, pageInfo } = environment.lookup(whole.fragment).data.messages;
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) {
      kept.dispose();
      return edges.map(({ node }) => node.seq);
    }
    await between();
    variables = { ...first, ...(backward ? { before: pageInfo.startCursor } : { after: pageInfo.endCursor }) };
  }
}

let compiled = null;

async function connect(hall, token) {
  compiled ??= await compile(hall);
  const cable = new Cable(hall);
  const wire = new Wire(hall, token, { retryAttempts: 0 }, createClient);
  let following = true;

  const fetchOperation = async ({ name, text }, variables) => {
    const response = await cable.fetch(`http://${hall.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ operationName: name, query: text, variables }),
    });
    const result = await response.json();
    if (result.errors) throw result.errors[0];
    return result;
  };

  // Relay hands on an answer's data alone: positions are kept here.
  const subscribe = ({ name, text }, variables, { metadata: heard }) =>
    Observable.create((sink) =>
      wire.client.subscribe(
        { operationName: name, query: text, variables },
        {
          next: (result) => {
            heard.latest = result;
            sink.next(result);
          },
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        },
      ),
    );

  const environment = new Environment({
    network: Network.create(fetchOperation, subscribe),
    store: new Store(new RecordSource()),
  });
  return {
    ask(document, variables) {
      const request = compiled.get(document);
      if (!document.startsWith('mutation')) return fetchQuery(environment, request, variables).toPromise();
      return new Promise((onCompleted, onError) =>
        commitMutation(environment, { mutation: request, variables, onCompleted, onError }),
      );
    },

    follow(variables, heard) {
      const place = {};
      const onError = async (error) => {
        if (Array.isArray(error)) return heard.fail(error[0]);
        await wire.mayReturn();
        if (following) this.follow({ ...variables, since: heard.since ?? variables.since }, heard);
      };
      requestSubscription(environment, {
        subscription: compiled.get(FOLLOW),
        variables,
        cacheConfig: { metadata: place },
        onNext: (data) => heard.take({ data, extensions: place.latest.extensions }),
        onError,
        onCompleted: () => heard.fail(new Error('the subscription was completed')),
      });
    },

    pages: (...how) => pageThrough(environment, compiled.get(PAGE), ...how),

    cut: () => wire.cut(),
    back: () => wire.back(),
    refusals: cable.refusals,
    async done() {
      following = false;
      cable.dispose();
      await wire.dispose();
    },
  };
}

await play('Relay', connect, 401);
