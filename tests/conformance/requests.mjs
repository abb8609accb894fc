// GraphQL over HTTP: a response for each operation, in one piece, as events or in parts; and one stream
// of events for many.

import assert from 'node:assert/strict';

import { EventStream } from '../lib/event_stream.mjs';
import { bodyOf } from '../lib/http.mjs';
import { HISTORY } from './documents.mjs';
import { Session, Shared } from './session.mjs';
import { undress } from './sockets.mjs';

const EMPTY_PAGE_MS = 20;

function inUrl(request) {
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const written = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  return new URLSearchParams(given.map(([name, value]) => [name, written(value)]));
}

// { method, path, headers, body } of a request by POST or GET.
function requestOf(method, path, headers, request) {
  if (method === 'POST')
    return { method, path, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(request) };
  return { method, path: `${path}${path.includes('?') ? '&' : '?'}${inUrl(request)}`, headers };
}

// What has not been executed has the status of its first error, where the media type has it so.
const statusOf = ({ data, errors }) => (data === undefined ? errors[0].extensions.http.status : 200);

class Plain extends Session {
  constructor(place, token, { method, type, headers }) {
    super();
    Object.assign(this, { place, method, type });
    this.headers = { accept: type, authorization: `Bearer ${token}`, ...headers };
  }

  async begin(request) {
    const response = await this.place.send(requestOf(this.method, '/graphql', this.headers, request));
    assert.equal(response.headers['content-type'], `${this.type}; charset=utf-8`);
    const result = JSON.parse(await bodyOf(response));
    assert.equal(response.statusCode, this.type === 'application/json' ? 200 : statusOf(result));
    const results = [this.headers['x-amz-user-agent'] ? undress(result) : result, null];
    return { next: async () => results.shift() };
  }

  // Page by page: what is not there yet is asked for again.
  async follow(roomId, since) {
    let page = [];
    let after = since;
    const next = async () => {
      while (!page.length) {
        const [result] = await this.run({ query: HISTORY, variables: { roomId, after } });
        assert.ok(result.data?.messages, JSON.stringify(result));
        page = result.data.messages.items;
        if (!page.length) await new Promise((resolve) => setTimeout(resolve, EMPTY_PAGE_MS));
      }
      after = page[0].cursor;
      return page.shift();
    };
    return { next, stop: async () => {} };
  }

  cut() {}
}

export const openPlain = (how) => async (place, token) => new Plain(place, token, how);

// ---- a stream for each operation -----------------------------------------------------------------

// Streams are wanted for queries as well, and more than JSON.
const WANTED = {
  events: 'text/event-stream',
  parts: 'multipart/mixed;subscriptionSpec=1.0, application/json;q=0.5',
};

class Streaming {
  constructor(stream) {
    this.stream = stream;
  }

  async next() {
    const { type, text } = await this.stream.next();
    if (type === 'next') return JSON.parse(text);
    assert.equal(type, 'complete');
    assert.equal((await this.stream.next()).type, 'whole');
    return null;
  }

  async stop() {
    this.stream.cut();
  }
}

class Distinct extends Session {
  #streams = new Set();

  constructor(place, token, { method, form }) {
    super();
    Object.assign(this, { place, method, form });
    this.headers = { accept: WANTED[form], authorization: `Bearer ${token}` };
  }

  async begin(request) {
    const { send, hall } = this.place;
    const how = requestOf(this.method, '/graphql', this.headers, request);
    const stream = await EventStream.open(hall.address, this.form, { ...how, send });
    assert.equal(stream.status, 200);
    this.#streams.add(stream);
    return new Streaming(stream);
  }

  cut() {
    for (const stream of this.#streams) stream.cut();
  }
}

export const openDistinct = (how) => async (place, token) => new Distinct(place, token, how);

// ---- one stream for all --------------------------------------------------------------------------

class Single extends Shared {
  constructor(place, token, method) {
    super();
    Object.assign(this, { place, method });
    this.headers = { authorization: `Bearer ${token}` };
  }

  async #ask(how) {
    const response = await this.place.send({ headers: this.headers, ...how });
    return { status: response.statusCode, text: await bodyOf(response) };
  }

  async open() {
    const { status, text } = await this.#ask({ method: 'PUT', path: '/graphql/stream' });
    assert.equal(status, 201, text);
    this.path = `/graphql/stream?token=${text}`;
    const { send, hall } = this.place;
    this.stream = await EventStream.open(hall.address, 'events', { method: 'GET', path: this.path, send });
    assert.equal(this.stream.status, 200);
    return this;
  }

  async read() {
    const { type, text } = await this.stream.next();
    assert.ok(type === 'next' || type === 'complete', type);
    const { id, payload } = JSON.parse(text);
    return { id, result: payload, ends: type === 'complete' };
  }

  async begin(request) {
    const operationId = this.newId();
    const named = { ...request, extensions: { ...request.extensions, operationId } };
    const { status, text } = await this.#ask(requestOf(this.method, this.path, this.headers, named));
    if (status !== 202) return this.#refused(status, JSON.parse(text));
    return {
      next: () => this.next(operationId),
      stop: async () => {
        this.forget(operationId);
        const path = `${this.path}&operationId=${encodeURIComponent(operationId)}`;
        assert.equal((await this.#ask({ method: 'DELETE', path })).status, 200);
      },
    };
  }

  // What is refused before it runs is the answer to its request.
  #refused(status, result) {
    assert.equal(status, statusOf(result));
    const results = [result, null];
    return { next: async () => results.shift() };
  }

  cut() {
    this.stream.cut();
  }
}

export const openSingle = (method) => (place, token) => new Single(place, token, method).open();
