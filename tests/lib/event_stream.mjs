// A stream of results over HTTP, told as it comes: events (graphql-sse) or parts (Apollo's multipart
// subscriptions).

import { sendTo } from './http.mjs';

// Nothing is asserted about time: this only ends a test that would wait for ever.
const PATIENCE_MS = 30_000;

const ACCEPT = {
  events: 'text/event-stream',
  parts: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
};

// Cuts whole events off text: [[{ type, text }], the rest]. Comments are beats.
function takeEvents(text) {
  const blocks = text.split('\n\n');
  const rest = blocks.pop();
  return [
    blocks.map((block) => {
      const lines = block.split('\n');
      const of = (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
      return lines.every((line) => line.startsWith(':')) ? { type: 'beat' } : { type: of('event'), text: of('data') };
    }),
    rest,
  ];
}

// The same of parts: each is whole once the boundary behind it is there.
function takeParts(text) {
  const parts = text.split('\r\n--graphql');
  const rest = parts.pop();
  const told = parts
    .filter((part) => part !== '')
    .map((part) => {
      const { payload } = JSON.parse(part.slice(part.indexOf('\r\n\r\n')));
      return payload === undefined ? { type: 'beat' } : { type: 'next', text: JSON.stringify(payload) };
    });
  return rest === '--\r\n' ? [[...told, { type: 'complete' }], ''] : [told, rest];
}

export class EventStream {
  #arrived = [];
  #waiting = null;
  #text = '';
  #response;
  beats = 0;

  // Resolves with the response's head; a stream that is refused is told by status and text. send: how
  // requests are made, when not by sendTo(address).
  static async open(address, form, { method = 'POST', path = '/graphql', headers = {}, body, send } = {}) {
    const stream = new EventStream();
    const how = { method, path, headers: { accept: ACCEPT[form], ...headers }, body };
    stream.#response = await (send ?? sendTo(address))(how);
    stream.#read(form === 'events' ? takeEvents : takeParts);
    return stream;
  }

  get status() {
    return this.#response.statusCode;
  }

  get headers() {
    return this.#response.headers;
  }

  #read(take) {
    this.#response.setEncoding('utf8');
    this.#response.on('data', (piece) => {
      let told;
      [told, this.#text] = take(this.#text + piece);
      for (const one of told)
        if (one.type === 'beat') this.beats++;
        else this.#arrive(one);
    });
    this.#response.on('error', () => {});
    this.#response.on('close', () => this.#arrive({ type: this.#response.complete ? 'whole' : 'broken' }));
  }

  #arrive(one) {
    this.#arrived.push(one);
    this.#waiting?.();
  }

  // What comes next: { type, text } of an event; at the end of the response { type: 'whole' } or, when
  // it was broken off, { type: 'broken' }.
  async next() {
    if (!this.#arrived.length)
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('nothing came')), PATIENCE_MS);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#waiting = null;
    return this.#arrived.shift();
  }

  pause() {
    this.#response.pause();
  }

  resume() {
    this.#response.resume();
  }

  cut() {
    this.#response.destroy();
  }
}
