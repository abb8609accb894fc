// A collector of traces on 127.0.0.1, as OpenTelemetry's: it takes what comes by OTLP over HTTP, keeps
// the spans, and may be told to answer otherwise.
//
//     const collector = await Collector.start();
//     const [span] = await collector.find((span) => span.name === 'mutation');

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { Dependency } from '../lib/dependency.mjs';
import { until } from '../lib/until.mjs';

const KINDS = { 1: 'internal', 2: 'server', 3: 'client', 4: 'producer' };

// The attributes as an object. The server's are all strings.
function flat(attributes) {
  const entries = attributes.map(({ key, value }) => [key, value.stringValue]);
  assert.equal(new Set(entries.map(([key]) => key)).size, entries.length, 'a key stands there twice');
  entries.forEach(([key, value]) => assert.equal(typeof value, 'string', key));
  return Object.fromEntries(entries);
}

// By the rules of OTLP's JSON: ids are hex, 64-bit numbers are strings, enums are numbers.
function checked(span) {
  assert.match(span.traceId, /^(?!0{32})[0-9a-f]{32}$/);
  assert.match(span.spanId, /^(?!0{16})[0-9a-f]{16}$/);
  if ('parentSpanId' in span) assert.match(span.parentSpanId, /^(?!0{16})[0-9a-f]{16}$/);
  for (const time of [span.startTimeUnixNano, span.endTimeUnixNano]) {
    assert.equal(typeof time, 'string');
    assert.match(time, /^[0-9]{19}$/);
  }
  assert.ok(BigInt(span.startTimeUnixNano) <= BigInt(span.endTimeUnixNano));
  assert.ok(span.kind in KINDS, `kind ${span.kind}`);
  assert.ok([undefined, 0, 1, 2].includes(span.status.code));
  return { ...span, kind: KINDS[span.kind], failed: span.status.code === 2, attributes: flat(span.attributes) };
}

export class Collector extends Dependency {
  requests = [];
  spans = [];
  resource = null;
  wrong = []; // what broke a rule
  #answer = (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

  static async start() {
    const collector = new Collector();
    collector.serve(createServer((request, response) => collector.#take(request, response)));
    await collector.return();
    return collector;
  }

  get url() {
    return this.origin;
  }

  async #take(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString();
    this.requests.push({ method: request.method, path: request.url, headers: request.headers, body });
    this.#answer(request, response);
    if (response.statusCode === 200) this.#keep(body);
  }

  #keep(body) {
    try {
      const { resourceSpans } = JSON.parse(body);
      assert.equal(resourceSpans.length, 1);
      this.resource = flat(resourceSpans[0].resource.attributes);
      for (const { scope, spans } of resourceSpans[0].scopeSpans) {
        assert.equal(scope.name, 'guildhall');
        this.spans.push(...spans.map(checked));
      }
    } catch (error) {
      this.wrong.push(error);
    }
  }

  // How it answers from now on; it keeps what it answers with 200.
  answer(how) {
    this.#answer = how;
  }

  refuse(status, headers = {}) {
    this.answer((request, response) => response.writeHead(status, headers).end());
  }

  accept() {
    this.answer((request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }

  // The spans that are so, once there are any.
  async find(isWanted) {
    await until(() => this.wrong.length || this.spans.some(isWanted));
    if (this.wrong.length) throw this.wrong[0];
    return this.spans.filter(isWanted);
  }

  // All spans of a trace, once its operation has ended and its parts are there.
  async trace(traceId, n) {
    await until(() => this.wrong.length || this.spans.filter((span) => span.traceId === traceId).length >= n);
    if (this.wrong.length) throw this.wrong[0];
    return this.spans.filter((span) => span.traceId === traceId);
  }
}
