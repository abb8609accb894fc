// A guildhall of a test's own: a fresh database, a server on a free port, tokens, rooms.
//
//     await withServer({ options: ['--open-rooms', 'lobby'] }, async (hall) => {
//       await hall.room('club', ['ann', 'bob']);
//       const { status, body } = await hall.graphql('{ viewer { userId } }', { user: 'ann' });
//     });
//
// GUILDHALL_TEST_SERVER names the program, GUILDHALL_TEST_DATABASE_URL the cluster in which it may
// make databases; tests/lib/with_postgres.sh sets that.

import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { exchange } from './http.mjs';
import { WebSocketClient } from './websocket.mjs';

export const SECRET = 'a secret that only the tests of guildhall know';

// Ends what would wait for ever; no test asserts it. A server under sanitizers is slow to start.
const PATIENCE_MS = 60_000;
const LARGEST_RESULT = 256 * 1024 * 1024; // of a statement: a whole log

// Where a server runs: words in front of the program that put it into a network of its own, its
// address there, and HOST:PORT of the cluster, if it cannot use the cluster's socket.
const HERE = { within: [], address: '127.0.0.1', cluster: null };

const run = promisify(execFile);
let databases = 0;

// No server outlives its test: not when the test throws where nobody catches, nor when it is ended.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const [signal, number] of [['SIGHUP', 1], ['SIGINT', 2], ['SIGTERM', 15]])
  process.on(signal, () => process.exit(128 + number));

const base64url = (value) => Buffer.from(value).toString('base64url');

const DIGESTS = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

// A JWT. exp and nbf may be given as "+60" or "-60": seconds from now. alg "none" has no signature.
export function makeToken(claims, { secret = SECRET, alg = 'HS256', header = {} } = {}) {
  const at = (time) => (typeof time === 'string' ? Math.floor(Date.now() / 1000) + Number(time) : time);
  const payload = { ...claims };
  for (const claim of ['exp', 'nbf', 'iat']) if (claim in payload) payload[claim] = at(payload[claim]);
  const signed = [{ alg, typ: 'JWT', ...header }, payload].map((part) => base64url(JSON.stringify(part))).join('.');
  const digest = DIGESTS[alg];
  return `${signed}.${digest ? createHmac(digest, secret).update(signed).digest('base64url') : ''}`;
}

// What the person who runs the tests has configured is not meant for the servers that are tested.
export function bareEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GUILDHALL_') && name !== 'DATABASE_URL'),
  );
}

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

export class Hall {
  #process = null;
  #exited = null;
  #cluster;
  #database;
  #ownsDatabase;
  #via;
  #port = 0;
  log = []; // of this run of the server, its lines parsed

  // database: of another hall, whose node this is one more of. network: where it runs. via: the address
  // of a proxy through which the server, and nobody else, reaches PostgreSQL. listen: what --listen is
  // given, when it is not a port of its own. wrap: words in front of the program's; fds: further
  // descriptors for it. command: what the program is told to do with the database.
  constructor({ options = [], env = {}, threads = 2, database, network = HERE, via, ...unusual } = {}) {
    this.#cluster = process.env.GUILDHALL_TEST_DATABASE_URL;
    if (!this.#cluster) throw new Error('GUILDHALL_TEST_DATABASE_URL is not set: run tests/lib/with_postgres.sh');
    this.program = process.env.GUILDHALL_TEST_SERVER ?? 'build/guildhall';
    // A test sends as fast as it can, on as many sockets as it likes, unless it is about that.
    const unlimited = ['--rate-requests', '0', '--rate-sends', '0', '--max-connections-per-user', '0'];
    this.options = ['--threads', String(threads), ...unlimited, ...options];
    this.env = env;
    this.listen = unusual.listen;
    this.wrap = unusual.wrap ?? [];
    this.fds = unusual.fds ?? [];
    this.command = unusual.command ?? ['serve', '--migrate'];
    this.#via = via;
    this.network = network;
    this.#database = database ?? `wire_${process.pid}_${++databases}`;
    this.#ownsDatabase = !database;
  }

  get database() {
    return this.#database;
  }

  get databaseUrl() {
    const url = new URL(this.#cluster.replace('@/', '@placeholder/'));
    url.pathname = `/${this.#database}`;
    return url.href.replace('@placeholder/', '@/');
  }

  get #serverUrl() {
    if (this.network.cluster) return `postgresql://postgres@${this.network.cluster}/${this.#database}`;
    if (!this.#via) return this.databaseUrl;
    return `postgresql://postgres@${this.#via}/${this.#database}?sslmode=disable&gssencmode=disable`;
  }

  async #psql(url, statement) {
    const words = [url, '-XAtqv', 'ON_ERROR_STOP=1', '-c', statement];
    const { stdout } = await run('psql', words, { maxBuffer: LARGEST_RESULT });
    return stdout.replace(/\n$/, '');
  }

  // The result's rows, one a line, columns between bars.
  sql(statement) {
    return this.#psql(this.databaseUrl, statement);
  }

  async createDatabase() {
    await this.#psql(this.#cluster, `CREATE DATABASE ${this.#database}`);
  }

  async dropDatabase() {
    if (!this.#ownsDatabase) return;
    await this.#psql(this.#cluster, `DROP DATABASE IF EXISTS ${this.#database} WITH (FORCE)`);
  }

  // After the first time on the same port, so that clients find the way back.
  async start() {
    const { within, address } = this.network;
    const [program, ...words] = [
      ...[...within, ...this.wrap, this.program, ...this.command, '--database', this.#serverUrl],
      ...['--listen', this.listen ?? `${address}:${this.#port}`, ...this.options],
    ];
    const child = spawn(program, words, {
      stdio: ['ignore', 'ignore', 'pipe', ...this.fds],
      env: { ...bareEnvironment(), GUILDHALL_JWT_SECRET: SECRET, ...this.env },
    });
    this.#process = child;
    running.add(child);
    child.on('close', () => running.delete(child));
    this.log = [];
    this.#exited = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    this.address = await this.#listening(child);
    this.#port = Number(/:(\d+)$/.exec(this.address)?.[1] ?? 0);
  }

  #listening(child) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('did not start'), PATIENCE_MS);
      const fail = (why) => {
        clearTimeout(timer);
        reject(new Error(`${this.program} ${why}\n${this.log.map((l) => JSON.stringify(l)).join('\n')}`));
      };
      child.on('error', reject);
      child.on('close', (code) => fail(`ended with ${code}`));
      createInterface({ input: child.stderr }).on('line', (line) => {
        const entry = this.#note(line);
        if (entry.event !== 'listening') return;
        clearTimeout(timer);
        resolve(entry.address);
      });
    });
  }

  #note(line) {
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      entry = { event: 'not JSON', line };
    }
    this.log.push(entry);
    return entry;
  }

  // The first entry of the log with this event, not counting those in front of `from`.
  async logged(event, from = 0) {
    for (;;) {
      const found = this.log.slice(from).find((entry) => entry.event === event);
      if (found) return found;
      await delay(10);
    }
  }

  // One more node on this hall's database, not started yet.
  peer(options = {}) {
    return new Hall({ ...options, database: this.#database });
  }

  get port() {
    return this.#port;
  }

  get pid() {
    return this.#process.pid;
  }

  // How it ended: { code, signal }.
  async end(signal = 'SIGTERM') {
    if (!this.#process) return null;
    this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    const how = await this.#exited;
    clearTimeout(timer);
    this.#process = null;
    return how;
  }

  async done() {
    const how = await this.end();
    await this.dropDatabase();
    if (how && how.code !== 0)
      throw new Error(`the server ended with ${JSON.stringify(how)}\n${this.log.map((l) => JSON.stringify(l)).join('\n')}`);
  }

  token(user, claims = {}) {
    return makeToken({ sub: user, exp: '+3600', ...claims });
  }

  async room(id, members = [], { tenant = 'default' } = {}) {
    await this.sql(
      `INSERT INTO room (tenant_id, room_id, created_at) VALUES (${quoted(tenant)}, ${quoted(id)}, 0);` +
        members.map((user) => `INSERT INTO member VALUES (${[tenant, id, user].map(quoted)}, 'MEMBER', 0);`).join(''),
    );
  }

  // With its room GUILD#id.
  async guild(id, members = [], { tenant = 'default' } = {}) {
    await this.sql(
      `INSERT INTO guild VALUES (${[tenant, id, id].map(quoted)}, 0);` +
        `INSERT INTO room (tenant_id, room_id, guild_id, created_at) ` +
        `VALUES (${[tenant, `GUILD#${id}`, id].map(quoted)}, 0);` +
        members.map((user) => `INSERT INTO guild_member VALUES (${[tenant, id, user].map(quoted)}, 'MEMBER', 0);`).join(''),
    );
  }

  exchange(options) {
    return exchange(this.address, options);
  }

  // Over HTTP: { status, headers, body }.
  async graphql(query, { user, variables, token = user && this.token(user) } = {}) {
    const { status, headers, text } = await this.exchange({
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return { status, headers, body: JSON.parse(text) };
  }

  // The data of an operation that must succeed.
  async ask(user, query, variables) {
    const { body } = await this.graphql(query, { user, variables });
    if (body.errors) throw new Error(`${query}\n${JSON.stringify(body.errors)}`);
    return body.data;
  }

  async send(user, roomId, text, idempotencyKey) {
    const data = await this.ask(
      user,
      `mutation ($roomId: ID!, $text: String!, $key: ID) {
         sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { id seq cursor text ts }
       }`,
      { roomId, text, key: idempotencyKey },
    );
    return data.sendMessage;
  }

  socket(options) {
    return WebSocketClient.open(this.address, options);
  }

  // A socket that has been acknowledged.
  async login(user, options) {
    const socket = await this.socket(options);
    socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${this.token(user)}` } });
    const ack = await socket.nextJson();
    if (ack.type !== 'connection_ack') throw new Error(`no connection_ack but ${JSON.stringify(ack)}`);
    return socket;
  }
}

// Several nodes on one database for as long as body runs: each with the options of its place.
export async function withNodes(nodes, body) {
  return withServer(nodes[0], async (first) => {
    const others = nodes.slice(1).map((options) => first.peer(options));
    try {
      await Promise.all(others.map((node) => node.start()));
      return await body([first, ...others]);
    } finally {
      await Promise.all(others.map((node) => node.done()));
    }
  });
}

// A hall for as long as body runs.
export async function withServer(options, body) {
  const hall = new Hall(options);
  await hall.createDatabase();
  let failed = true;
  try {
    await hall.start();
    const value = await body(hall);
    failed = false;
    return value;
  } finally {
    // What body threw is the better explanation.
    await hall.done().catch((error) => {
      if (!failed) throw error;
    });
  }
}
