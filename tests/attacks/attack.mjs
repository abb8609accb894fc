// An attack on a server that others use meanwhile:
//
//     await withTarget({ options: ['--head-timeout', '1s'] }, async (target) => {
//       await target.attack('heads that never end are answered 408', { most: 16 }, async () => {
//         … throws when an attacker is not answered as is written in docs/limits.md …
//       });
//     });
//
// While it goes on, and once more behind it, an honest client sends a message and another hears it; each
// time it is another user, of whom nobody has heard before. Meanwhile the server's resident memory
// (VmRSS) grows by no more than `most` MiB. No time is asserted: an answer that does not come is waited
// for until the patience of the tools below has an end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

import { withServer } from '../lib/harness.mjs';
import { check } from '../lib/tap.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const PATIENCE_MS = 60_000;
const LOOK_MS = 20; // between two looks at the server's memory, and between two honest messages
const MIB = 1024; // in KiB, which /proc tells

// Of a sanitizer: memory that was freed is kept for a while, and what is in use has red zones around.
const SANITIZED = { quarantine: 'quarantine_size_mb=8:malloc_context_size=3', scale: 2, reserve: 1 << 30 };

const SEND = 'mutation ($text: String!) { sendMessage(roomId: "square", text: $text) { text } }';
// From a time before all messages: none can be missed while the subscription is being set up.
const FOLLOW = 'subscription { onMessage(roomId: "square", since: "2000-01-01T00:00:00Z") { text } }';

export const repeat = (n, body) => Promise.all(Array.from({ length: n }, (_, i) => body(i)));

// What ends a wait that would have no end.
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A connection on which anything can be said; what is heard is kept.
export class Line {
  heard = '';
  isOver = false;

  // ca: it speaks TLS.
  static async open(target, { ca, ALPNProtocols } = {}) {
    const line = new Line();
    const where = { host: '127.0.0.1', port: target.port, noDelay: true };
    line.socket = ca ? connectTls({ ...where, ca, ALPNProtocols }) : connect(where);
    line.over = new Promise((resolve) => line.socket.once('close', resolve)).then(() => (line.isOver = true));
    line.socket.on('error', () => {});
    line.socket.on('data', (bytes) => (line.heard += bytes.toString('latin1')));
    await inTime(Promise.race([once(line.socket, ca ? 'secureConnect' : 'connect'), line.over]), 'a connection');
    return line;
  }

  say(bytes) {
    if (!this.isOver) this.socket.write(bytes);
  }

  // Says the piece again and again, for as long as it is listened to.
  async drip(piece, ms) {
    while (!this.isOver) {
      this.say(piece);
      await delay(ms);
    }
  }

  // Something more is heard.
  more() {
    return inTime(Promise.race([once(this.socket, 'data'), this.over]), 'anything');
  }

  // All that was heard, once the server has ended the connection.
  async end() {
    await inTime(this.over, 'the end of a connection');
    return this.heard;
  }

  // Behind a pause nothing is heard any more, not even the end.
  pause() {
    this.socket.pause();
  }

  drop() {
    this.socket.destroy();
    return this.over;
  }
}

class Target {
  #hall;
  #ca;
  #witness;
  #sent = 0;

  constructor(hall, ca) {
    this.#hall = hall;
    this.#ca = ca;
  }

  get hall() {
    return this.#hall;
  }

  get port() {
    return this.#hall.port;
  }

  async open() {
    this.#witness = await this.login('witness');
    this.#witness.sendJson({
      type: 'subscribe',
      id: '1',
      payload: { query: FOLLOW },
    });
  }

  line(options) {
    return Line.open(this, { ca: this.#ca, ...options });
  }

  async socket(options = {}) {
    return WebSocketClient.open(this.#hall.address, { over: async () => (await this.line()).socket, ...options });
  }

  async login(user, options) {
    const socket = await this.socket(options);
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${this.#hall.token(user)}` } });
    assert.equal((await socket.nextJson()).type, 'connection_ack');
    return socket;
  }

  // The lines of a request with a JSON body, for a Line.
  request(user, body, { accept = 'application/json', claims } = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return (
      `POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAccept: ${accept}\r\n` +
      `Authorization: Bearer ${this.#hall.token(user, claims)}\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
    );
  }

  // The response's status and its body, parsed, to one request on a connection of its own.
  async ask(user, body, options) {
    const line = await this.line();
    line.say(this.request(user, body, options));
    const heard = await line.end();
    const at = heard.indexOf('\r\n\r\n');
    assert.ok(at > 0, `no response, but ${JSON.stringify(heard)}`);
    return { status: Number(heard.slice(9, 12)), body: JSON.parse(Buffer.from(heard.slice(at + 4), 'latin1')) };
  }

  // On a connection of its own a message is sent, and on one that stands it is heard.
  async serveTheHonest() {
    const text = `message ${++this.#sent}`;
    const { body } = await this.ask(`honest ${this.#sent}`, { query: SEND, variables: { text } });
    assert.deepEqual(body, { data: { sendMessage: { text } } });
    const { payload } = await this.#witness.nextJson();
    assert.deepEqual(payload.data.onMessage, { text });
  }

  // The same on the one that stands.
  async serveOnItsSocket() {
    const text = `message ${++this.#sent}`;
    this.#witness.sendJson({ type: 'subscribe', id: text, payload: { query: SEND, variables: { text } } });
    const heard = [];
    while (heard.length < 3) heard.push(await this.#witness.nextJson());
    const result = { sendMessage: { text } };
    assert.deepEqual(heard.find(({ id, type }) => id === text && type === 'next').payload.data, result);
    assert.deepEqual(heard.find(({ id }) => id === '1').payload.data, { onMessage: { text } });
  }

  // Until the honest have been served so often more.
  async serves(times) {
    for (const from = this.#sent; this.#sent < from + times; ) await delay(LOOK_MS);
  }

  // How many descriptors the server has open: connections, and a few of its own.
  get descriptors() {
    return readdirSync(`/proc/${this.#hall.pid}/fd`).length;
  }

  #status(name) {
    const text = readFileSync(`/proc/${this.#hall.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)[1]);
  }

  get #isSanitized() {
    return this.#status('VmSize') > SANITIZED.reserve;
  }

  // most: MiB by which the server may grow.
  attack(sentence, { most }, body) {
    return check(`${sentence}; others are served, and no more than ${most} MiB are taken`, async () => {
      await this.serveTheHonest();
      const before = this.#status('VmRSS');
      let goesOn = true;
      let peak = before;
      const whileItGoesOn = async (step) => {
        for (; goesOn; await delay(LOOK_MS)) await step();
      };
      const attacked = body().finally(() => (goesOn = false));
      await Promise.all([
        attacked,
        whileItGoesOn(() => this.serveTheHonest()),
        whileItGoesOn(() => (peak = Math.max(peak, this.#status('VmRSS')))),
      ]);
      await this.serveTheHonest();
      const grown = Math.max(peak, this.#status('VmRSS')) - before;
      console.log(`# grown by ${Math.round(grown / MIB)} MiB`);
      assert.ok(grown <= most * MIB * (this.#isSanitized ? SANITIZED.scale : 1), `grown by ${grown} KiB`);
    });
  }
}

// ca: the server speaks TLS, by the options.
export function withTarget({ ca, options = [], threads }, body) {
  const ASAN_OPTIONS = [process.env.ASAN_OPTIONS, SANITIZED.quarantine].filter(Boolean).join(':');
  const open = ['--open-rooms', 'square,cellar'];
  return withServer({ env: { ASAN_OPTIONS }, options: [...open, ...options], threads }, async (hall) => {
    const target = new Target(hall, ca);
    await target.open();
    return body(target);
  });
}
