// What the races share: sockets that carry many operations at once, and chance that can be repeated.
//
// GUILDHALL_TEST_TURNS (1) multiplies the rounds, GUILDHALL_TEST_SEED repeats a run's choices; how
// the server's threads take turns nobody can repeat.

import { randomInt } from 'node:crypto';

import { makeToken } from '../lib/harness.mjs';

export const SEED = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(1, 2 ** 31));
export const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);
export const EPOCH = '1970-01-01T00:00:00.000Z';

// So that a socket may carry as much as a race wants.
export const MANY = ['--max-subscriptions-per-connection', '0'];

export const RENEW = 'mutation ($token: String!) { renewSession(token: $token) { expiresAt } }';
const SEND = `mutation ($roomId: ID!, $text: String!) {
  sendMessage(roomId: $roomId, text: $text) { seq ts }
}`;
const follow = (fields) => `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { ${fields} }
}`;
const FOLLOW = follow('seq ts cursor');
export const FOLLOW_WHOLE = follow('seq ts cursor text'); // fills a socket, where the texts are long

// Pseudo-random numbers below n (xorshift32).
export function newDice(seed) {
  let x = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

export const numbers = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

export const codeOf = (error) => error?.extensions?.code;

// One that ends so many milliseconds from now: a token's times have fractions.
export const tokenFor = (user, ms, claims = {}) => makeToken({ sub: user, exp: (Date.now() + ms) / 1000, ...claims });

// The connection ended: { close: { code, reason } } or { cut: true }.
export class Gone extends Error {
  constructor(event) {
    super(`the connection ended: ${JSON.stringify(event)}`);
    this.event = event;
  }
}

// What one subscription hears, until it ends.
export class Stream {
  heard = []; // { seq, ts, cursor, replayed }
  error = null; // the GraphQL error that ended it, or the Gone
  ended = false;
  #waiting = [];

  constructor(id) {
    this.id = id;
  }

  get seqs() {
    return this.heard.map(({ seq }) => seq);
  }

  // It was live, and read the log then.
  get hasLagged() {
    return this.heard.some(({ replayed }, i) => replayed && this.heard[i - 1]?.replayed === false);
  }

  get last() {
    return this.heard.at(-1)?.seq ?? 0;
  }

  take({ type, payload }) {
    if (type === 'next' && payload.data?.onMessage) {
      const { seq, ts, cursor } = payload.data.onMessage;
      this.heard.push({ seq, ts, cursor, replayed: payload.extensions.guildhall.replayed });
      this.#tell();
    } else {
      this.end(type === 'next' ? payload.errors[0] : (payload?.[0] ?? null));
    }
  }

  end(error) {
    this.error = error;
    this.ended = true;
    this.#tell();
  }

  #tell() {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => !condition() || resolve());
  }

  // Until it has heard something for which the condition holds, or has ended.
  until(condition) {
    const settled = () => this.ended || condition(this);
    if (settled()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ condition: settled, resolve }));
  }

  untilEnd() {
    return this.until(() => false);
  }
}

// The one answer to a query or mutation.
class Answer {
  constructor(onData) {
    this.onData = onData;
    this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  }

  take({ type, payload }) {
    if (type === 'complete') return;
    const [error] = type === 'error' ? payload : (payload.errors ?? []);
    if (error) return this.end(Object.assign(new Error(error.message), error));
    this.onData?.(payload.data);
    return this.resolve(payload.data);
  }

  end(error) {
    this.reject(error);
  }
}

// A socket with many operations at once. It reads while something is under way on it.
export class Line {
  gone = null; // the Gone
  #socket;
  #under = new Map(); // what is under way, by id
  #ids = 0;
  #reading = false;
  #untold = []; // who waits for the end of this reading

  constructor(socket) {
    this.#socket = socket;
  }

  static async open(hall, user, token = hall.token(user)) {
    const socket = await hall.socket();
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    const line = new Line(socket);
    const event = await socket.next();
    if (event.text === undefined) line.#end(new Gone(event));
    else line.ack = JSON.parse(event.text).payload;
    return line;
  }

  // How the connection ended, once it has.
  async untilGone() {
    while (!this.gone) {
      if (this.#reading) await new Promise((resolve) => this.#untold.push(resolve));
      else this.#end(new Gone(await this.#socket.next()));
    }
    return this.gone.event;
  }

  #start(taker, query, variables) {
    const id = `${++this.#ids}`;
    if (this.gone) {
      taker.end(this.gone);
      return id;
    }
    this.#under.set(id, taker);
    this.#socket.sendJson({ id, type: 'subscribe', payload: { query, variables } });
    if (!this.#reading) this.#read().catch((error) => this.#end(error));
    return id;
  }

  async #read() {
    this.#reading = true;
    while (this.#under.size > 0 && !this.gone) {
      const event = await this.#socket.next();
      if (event.text === undefined) this.#end(new Gone(event));
      else this.#take(JSON.parse(event.text));
    }
    this.#reading = false;
    for (const tell of this.#untold.splice(0)) tell();
  }

  #take(message) {
    const taker = this.#under.get(message.id);
    if (message.type === 'ping') return;
    if (!taker) throw new Error(`nobody asked for ${JSON.stringify(message)}`);
    if (message.type !== 'next') this.#under.delete(message.id);
    taker.take(message);
  }

  #end(gone) {
    this.gone = gone;
    this.goneAt = Date.now();
    this.#reading = false;
    for (const taker of this.#under.values()) taker.end(gone);
    this.#under.clear();
  }

  // The data, or the first error is thrown. onData(data) comes before anything else is taken.
  ask(query, variables, onData) {
    const answer = new Answer(onData);
    this.#start(answer, query, variables);
    return answer.promise;
  }

  async send(roomId, text = 'a message') {
    return (await this.ask(SEND, { roomId, text })).sendMessage;
  }

  follow(roomId, since = EPOCH, query = FOLLOW) {
    const stream = new Stream();
    stream.id = this.#start(stream, query, { roomId, since });
    return stream;
  }

  // Nothing is heard of it any more.
  complete(stream) {
    if (this.#under.get(stream.id) !== stream) return;
    this.#socket.sendJson({ id: stream.id, type: 'complete' });
    this.#under.set(stream.id, { take: () => {}, end: () => {} });
  }

  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  cut() {
    this.#socket.cut();
  }
}

// Somebody writes to each room without a pause, until stop().
export class Writers {
  sent = new Map(); // the last seq that was acknowledged, by room
  #stopped = false;
  #lines;
  #written;

  constructor(hall, rooms, text = 'a message') {
    this.hall = hall;
    this.rooms = rooms;
    this.text = text;
    for (const room of rooms) this.sent.set(room, 0);
  }

  async start() {
    const write = async (room, line) => {
      while (!this.#stopped) this.sent.set(room, (await line.send(room, this.text)).seq);
    };
    this.#lines = await Promise.all(numbers(1, 2).map(() => Line.open(this.hall, 'writer')));
    this.#written = Promise.all(this.rooms.map((room, i) => write(room, this.#lines[i % 2])));
    this.#written.catch(() => {}); // stop() tells
  }

  async stop() {
    this.#stopped = true;
    await this.#written;
    for (const line of this.#lines) line.cut();
  }
}
