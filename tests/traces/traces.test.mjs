// What a collector hears of a running server: spans with their parents, as many as were asked for, and
// nothing that a client wrote; and that no collector, however it behaves, is felt by clients.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { bareEnvironment, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { Collector } from './collector.mjs';

const TEXT = 'a text that nobody but the room may read';
const SEND = 'mutation Say($text: String!) { sendMessage(roomId: "club", text: $text) { id } }';
const FOLLOW = 'subscription Follow { onMessage(roomId: "club") { text } }';

const newTrace = (flags = '01') => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
};

const environment = (collector, more = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_BSP_SCHEDULE_DELAY: '20',
  no_proxy: '*',
  ...more,
});

// Over HTTP, under a traceparent.
async function post(hall, query, { variables, traceparent, token = hall.token('ann') }) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  if (traceparent) headers.traceparent = traceparent;
  const { text } = await hall.exchange({ headers, body: JSON.stringify({ query, variables }) });
  return JSON.parse(text);
}

const send = (hall, traceparent) => post(hall, SEND, { variables: { text: TEXT }, traceparent });

// A server, which has the room, beside a collector that it reports to.
async function withCollector(more, body, options = {}) {
  const collector = await Collector.start();
  try {
    await withServer({ ...options, env: environment(collector, more) }, async (hall) => {
      await hall.room('club', ['ann']);
      await body(hall, collector);
    });
  } finally {
    await collector.leave();
  }
  return collector;
}

const named = (spans, name) => spans.filter((span) => span.name === name);

await withCollector(
  {
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key,x-other=2',
    OTEL_SERVICE_NAME: 'chat',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=overruled',
  },
  async (hall, collector) => {
    await check("a send's spans are its client's trace: operation, validation, database, publishing", async () => {
      const { traceId, spanId, traceparent } = newTrace();
      assert.ok((await send(hall, traceparent)).data);
      const spans = await collector.trace(traceId, 4);
      const [operation] = named(spans, 'mutation');
      const [database] = named(spans, 'message_send');
      assert.deepEqual(spans.map((span) => span.name).sort(), ['message_send', 'mutation', 'parse and validate', 'publish']);
      assert.deepEqual([operation.kind, operation.parentSpanId, operation.failed], ['server', spanId, false]);
      assert.equal(operation.attributes['graphql.operation.type'], 'mutation');
      assert.equal(operation.attributes['graphql.operation.name'], 'Say');
      assert.deepEqual([database.kind, database.parentSpanId], ['client', operation.spanId]);
      assert.equal(database.attributes['db.system'], 'postgresql');
      assert.equal(named(spans, 'parse and validate')[0].parentSpanId, operation.spanId);
      assert.deepEqual([named(spans, 'publish')[0].kind, named(spans, 'publish')[0].parentSpanId], ['producer', database.spanId]);
      assert.ok(BigInt(operation.startTimeUnixNano) <= BigInt(database.startTimeUnixNano));
      assert.ok(BigInt(database.endTimeUnixNano) <= BigInt(operation.endTimeUnixNano));
    });

    await check('the answer over HTTP says which span it was', async () => {
      const { traceId, traceparent } = newTrace();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${hall.token('ann')}`, traceparent };
      const answer = await hall.exchange({ headers, body: JSON.stringify({ query: '{ viewer { userId } }' }) });
      const [operation] = named(await collector.trace(traceId, 2), 'query');
      assert.equal(answer.headers.traceresponse, `00-${traceId}-${operation.spanId}-01`);
      const unsampled = newTrace('00');
      const other = await hall.exchange({ headers: { ...headers, traceparent: unsampled.traceparent }, body: '{"query":"{ __typename }"}' });
      assert.equal(other.headers.traceresponse, undefined);
    });

    await check('it is sent as OTLP over HTTP with JSON, with the headers that were asked for', () => {
      const [{ method, path, headers }] = collector.requests;
      assert.deepEqual([method, path, headers['content-type']], ['POST', '/v1/traces', 'application/json']);
      assert.deepEqual([headers['x-key'], headers['x-other']], ['a key', '2']);
    });

    await check('the resource says which service it is', () => {
      assert.equal(collector.resource['service.name'], 'chat');
      assert.equal(collector.resource['deployment.environment.name'], 'test');
      assert.match(collector.resource['service.version'], /^\d+\./);
    });

    await check('an operation on a WebSocket names its parent in its extensions; the span of a stream ends with its beginning', async () => {
      const { traceId, spanId, traceparent } = newTrace();
      const socket = await hall.login('ann');
      socket.sendJson({ id: '1', type: 'subscribe', payload: { query: FOLLOW, extensions: { traceparent } } });
      const spans = await collector.trace(traceId, 3);
      const [operation] = named(spans, 'subscription');
      assert.equal(operation.parentSpanId, spanId);
      assert.equal(operation.attributes['guildhall.transport'], 'graphql-transport-ws');
      const [database] = named(spans, 'message_start');
      assert.equal(database.parentSpanId, operation.spanId);
      socket.cut();
    });

    await check('what fails says so, with its code', async () => {
      const { traceId, traceparent } = newTrace();
      await post(hall, '{ messages(roomId: "nowhere") { items { id } } }', { traceparent });
      const spans = await collector.trace(traceId, 3);
      const [operation] = named(spans, 'query');
      assert.equal(operation.failed, true);
      assert.equal(operation.attributes['guildhall.code'], 'NOT_FOUND');
      const invalid = newTrace();
      await post(hall, '{ nonsense }', { traceparent: invalid.traceparent });
      for (const span of await collector.trace(invalid.traceId, 2)) {
        assert.equal(span.failed, true);
        assert.equal(span.attributes['guildhall.code'], 'GRAPHQL_VALIDATION_FAILED');
      }
    });

    await check('a malformed traceparent is none: the trace is a new one', async () => {
      for (const wrong of [`00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`, 'x'.repeat(5000)]) {
        const before = named(collector.spans, 'mutation').length;
        await send(hall, wrong);
        await until(() => named(collector.spans, 'mutation').length > before);
        assert.equal('parentSpanId' in named(collector.spans, 'mutation').at(-1), false);
      }
    });

    await check('who comes with a trace that is not sampled is not sampled', async () => {
      const { traceId, traceparent } = newTrace('00');
      await send(hall, traceparent);
      const later = newTrace();
      await send(hall, later.traceparent);
      await collector.trace(later.traceId, 4);
      assert.deepEqual(collector.spans.filter((span) => span.traceId === traceId), []);
    });

    await check('no text, token or variable is in what the collector was sent', () => {
      const everything = collector.requests.map((request) => request.body).join('\n');
      for (const secret of [TEXT, hall.token('ann').split('.')[2], 'Bearer', '"club"']) assert.ok(!everything.includes(secret), secret);
    });
  },
);

await withCollector(
  {},
  async (hall, collector) => {
    await check("the log's line of an operation names its trace where it is sampled, and never its text", async () => {
      const { traceId, traceparent } = newTrace();
      await send(hall, traceparent);
      const isIt = (entry) => entry.event === 'operation' && entry.traceId === traceId;
      await until(() => hall.log.some(isIt));
      const line = hall.log.find(isIt);
      const [operation] = named(await collector.trace(traceId, 4), 'mutation');
      assert.equal(line.spanId, operation.spanId);
      assert.deepEqual(
        [line.level, line.userId, line.tenantId, line.operationType, line.operationName, line.code],
        ['debug', 'ann', 'default', 'mutation', 'Say', 'OK'],
      );
      for (const key of ['requestId', 'connId', 'durMs']) assert.ok(key in line, key);
      await send(hall, newTrace('00').traceparent);
      await until(() => hall.log.filter((entry) => entry.event === 'operation').length === 2);
      assert.equal(hall.log.findLast((entry) => entry.event === 'operation').traceId, null);
      assert.ok(!JSON.stringify(hall.log).includes(TEXT));
    });
  },
  { options: ['--log', 'debug'] },
);

await withCollector({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, async (hall, collector) => {
  await check('with a ratio of 0 only who comes with a sampled trace is traced', async () => {
    for (let i = 0; i < 50; i++) await send(hall);
    const { traceId, traceparent } = newTrace();
    await send(hall, traceparent);
    await collector.trace(traceId, 4);
    assert.deepEqual(new Set(collector.spans.map((span) => span.traceId)), new Set([traceId]));
  });
});

await withCollector({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }, async (hall, collector) => {
  await check('with a ratio of 1 everyone is traced, whatever they came with', async () => {
    const { traceId, traceparent } = newTrace('00');
    await send(hall, traceparent);
    await collector.trace(traceId, 4);
    for (let i = 0; i < 20; i++) await send(hall);
    await until(() => named(collector.spans, 'mutation').length === 21);
    assert.equal(new Set(collector.spans.map((span) => span.traceId)).size, 21);
  });
});

// Room for few spans, so that it is full soon.
const SMALL = { OTEL_BSP_MAX_QUEUE_SIZE: '64', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '16', OTEL_EXPORTER_OTLP_TIMEOUT: '500' };

const troubles = {
  'is away': (collector) => collector.leave(),
  'takes no end': (collector) => collector.answer(() => {}),
  'answers 500': (collector) => collector.refuse(500),
  'answers 503': (collector) => collector.refuse(503),
  'answers 429 and names a time': (collector) => collector.refuse(429, { 'retry-after': '1' }),
};

for (const [what, trouble] of Object.entries(troubles))
  await withCollector(SMALL, async (hall, collector) => {
    await check(`a collector that ${what} is not felt: all is served, and the log tells of it once`, async () => {
      await send(hall);
      await collector.find((span) => span.name === 'mutation');
      await trouble(collector);
      await send(hall);
      const told = await hall.logged('traces_not_exported');
      assert.equal(told.level, 'warn');
      for (let i = 0; i < 400; i++) assert.ok((await send(hall)).data);
      assert.ok(hall.log.filter((entry) => entry.event === 'traces_not_exported').length <= 2 * 2);
    });

    if (what !== 'is away') return;
    await check('when it is back, what had room is sent, and what had none was counted', async () => {
      const seen = hall.log.length; // it may have been slow before, and come back
      await collector.return();
      const told = await hall.logged('traces_exported', seen);
      assert.ok(told.spansLost > 500, JSON.stringify(told));
    });
  });

await check('what waits when the server stops is sent first', async () => {
  const { traceId, traceparent } = newTrace();
  const collector = await withCollector({ OTEL_BSP_SCHEDULE_DELAY: '3600000' }, async (hall, collector) => {
    await send(hall, traceparent);
    assert.equal(collector.requests.length, 0);
  });
  assert.equal(collector.spans.filter((span) => span.traceId === traceId).length, 4);
});

const run = promisify(execFile);
const program = process.env.GUILDHALL_TEST_SERVER ?? 'build/guildhall';

const wrongs = {
  OTEL_EXPORTER_OTLP_PROTOCOL: ['grpc', /OTEL_EXPORTER_OTLP_PROTOCOL: "grpc".*http\/json/],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4317', /OTEL_EXPORTER_OTLP_ENDPOINT must be a URL/],
  OTEL_TRACES_EXPORTER: ['zipkin', /OTEL_TRACES_EXPORTER: "zipkin"/],
  OTEL_TRACES_SAMPLER: ['sometimes', /OTEL_TRACES_SAMPLER: "sometimes"/],
  OTEL_EXPORTER_OTLP_TIMEOUT: ['10s', /OTEL_EXPORTER_OTLP_TIMEOUT: "10s"/],
  OTEL_EXPORTER_OTLP_HEADERS: ['secret', /OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE/],
};

for (const [variable, [value, words]] of Object.entries(wrongs))
  await check(`${variable}=${value} ends the start with words about it`, async () => {
    const args = ['serve', '--database', 'postgresql:///nowhere', '--jwt-secret', 'a secret that is long enough for HS256'];
    const env = { ...bareEnvironment(), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', [variable]: value };
    const error = await run(program, args, { env }).then(
      () => assert.fail('it started'),
      (error) => error,
    );
    assert.equal(error.code, 1);
    assert.match(error.stderr, words);
  });

for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])
  await withCollector(off, async (hall, collector) => {
    await check(`with ${JSON.stringify(off)} nothing is sent`, async () => {
      await send(hall, newTrace().traceparent);
      await hall.end();
      assert.equal(collector.requests.length, 0);
    });
  });

finish();
