// Runs transcripts against a guildhall of their own:
//
//     tests/lib/with_postgres.sh node tests/wire/run.mjs [NNN-what.t …]
//
// A transcript is read line by line; an indented line goes on with the one above. <name> stands for
// a value by that name: a token (<ann>), or what a pattern caught (tests/wire/pattern.mjs).
//
//     # a comment
//     options --init-timeout 1s       for the server, before it is first needed
//     room club ann bob               a room and its members
//     guild red ann                   a guild, its room GUILD#red and its members
//     token old {"sub":"ann","exp":"-60"} [{"alg":"HS512","secret":"…"}]
//     key bots_key bot                an API key, which stands for that user
//     base64url name TEXT             what the text is in base64url
//     == a case: what must be so      from here to the next one
//
//     ann: connect [PROTOCOL …|none] [/PATH] [HEADER:VALUE …]
//                                     a socket; several clients may act for one user
//     ann: login [USER]               connect, connection_init with that user's token, the ack;
//                                     anew as long as the server is full
//     ann> {"type":"ping"}            a text message, as it stands
//     ann< {"type":"pong"}            the next message is this
//     ann! 4400 Unauthorized          the next thing is this close
//     ann: quiet                      a ping of WebSocket is answered, and nothing comes before that
//     ann: ponged TEXT                the next thing is a pong of WebSocket with this
//     ann: gathers | sends            what is sent between these comes in one piece
//     ann: settled                    the database has answered what was asked before, subscriptions too
//     ann: cut | close CODE REASON    the client goes, without or with a close frame
//     ann: frame OPCODE FINAL TEXT    a frame as it stands; FINAL is yes or no
//     ann[1]> query { … }             subscribe under the id 1;  ann[1]> complete
//     ann[1]< {"data":…}              next;  ann[1]< complete;  ann[1]< error [{…}]
//
//     tail: events ann subscription { … }    a stream over HTTP with the user's token;  tail: parts …
//     tail< {"data":…}                its next result
//     tail: open PATH                 a stream of events by GET
//     tail: completes | breaks        it ends as a whole, or is broken off before its end
//
//     post ann { viewer { userId } }  a document over HTTP, with the user's token; nobody: without
//     http GET /graphql?query=…       a request, with lines `name: value`, and a body
//     -> 200 {"data":…}               its answer; further lines `name: value` are of its head; -> 200 <name>
//
//     logs EVENT {"level":"error",…}  the first line with that event in the server's log
//     sql> select …                   with lines `= a|b`, one a row, when the result matters
//     server stop | kill | start

import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EventStream } from '../lib/event_stream.mjs';
import { Hall, makeToken } from '../lib/harness.mjs';
import { check, Failure, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { OPCODE } from '../lib/websocket.mjs';
import { fill, match, parsePattern } from './pattern.mjs';

const TRY_AGAIN_LATER = 1013; // RFC 6455's registry of close codes

// [{ sentence, steps: [{ line, text }] }]; what stands before the first case belongs to it.
function readTranscript(path) {
  const cases = [];
  let steps = [];
  for (const [i, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (text.trim() === '' || text.startsWith('#')) continue;
    if (text.startsWith('== ')) {
      if (cases.length) steps = [];
      cases.push({ sentence: text.slice(3).trim(), steps });
    } else if (/^\s/.test(text)) {
      steps.at(-1).text += `\n${text.trim()}`;
    } else {
      steps.push({ line: i + 1, text });
    }
  }
  if (!cases.length) throw new Error(`${path}: there is no case`);
  return cases;
}

class Play {
  #hall = null;
  #options = [];
  #clients = new Map();
  #names = new Map();
  #response = null;
  #folder = null; // of API keys

  // Tokens of users are made as they are named.
  #fill(text) {
    for (const [, name] of text.matchAll(/<([a-z]\w*)>/g))
      if (!this.#names.has(name)) this.#names.set(name, makeToken({ sub: name, exp: '+3600' }));
    return fill(text, this.#names);
  }

  async #server() {
    if (!this.#hall) {
      this.#hall = new Hall({ options: this.#options });
      await this.#hall.createDatabase();
      await this.#hall.start();
    }
    return this.#hall;
  }

  async done() {
    for (const client of this.#clients.values()) client.cut();
    await this.#hall?.done();
    if (this.#folder) rmSync(this.#folder, { recursive: true });
  }

  #client(name) {
    const client = this.#clients.get(name);
    if (!client) throw new Error(`${name} has not connected`);
    return client;
  }

  async #connect(name, words) {
    const hall = await this.#server();
    const path = words.find((word) => word.startsWith('/'));
    const isHeader = (word) => /^[\w-]+:/.test(word);
    const headers = Object.fromEntries(words.filter(isHeader).map((word) => word.split(/:(.*)/)));
    const protocols = words.filter((word) => word !== path && word !== 'none' && !isHeader(word));
    this.#clients.get(name)?.cut();
    this.#clients.set(name, await hall.socket({ protocols, path, headers }));
  }

  // The server finds out by itself, and in its own time, that a connection has gone.
  async #login(name, user) {
    const token = this.#fill(`<${user}>`);
    let event;
    await until(async () => {
      await this.#connect(name, ['graphql-transport-ws']);
      this.#client(name).sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      event = await this.#client(name).next();
      return event.close?.code !== TRY_AGAIN_LATER;
    });
    this.#isMessage(event, '{"type":"connection_ack",...}');
  }

  async #expect(name, pattern) {
    this.#isMessage(await this.#client(name).next(), pattern);
  }

  #isMessage(event, pattern) {
    if (event.text === undefined) throw new Error(`instead of a message: ${JSON.stringify(event)}`);
    const wrong = match(parsePattern(pattern), JSON.parse(event.text), this.#names);
    if (wrong) throw new Error(`${wrong}\nin ${event.text}`);
  }

  async #expectPong(name, payload) {
    const event = await this.#client(name).next();
    if (event.pong !== payload) throw new Error(`instead of a pong: ${JSON.stringify(event)}`);
  }

  async #expectClose(name, expected) {
    const event = await this.#client(name).next();
    const [, code, reason] = /^(\d+) ?([^]*)$/.exec(expected);
    const { close } = event;
    if (close?.code !== Number(code) || close.reason !== reason)
      throw new Error(`instead of this close: ${JSON.stringify(event)}`);
  }

  // Reads are answered in the order in which they were asked, but for subscriptions, of which many may
  // have to wait for each other; among them one to nowhere has its turn, too.
  async #settle(name) {
    this.#say(name, 'settled', '{ viewer { rooms(first: 1) { items { id } } } }');
    await this.#hear(name, 'settled', '{"data":*}');
    await this.#hear(name, 'settled', 'complete');
    this.#say(name, 'settled', 'subscription { onMessage(roomId: "settled") { id } }');
    await this.#hear(name, 'settled', 'error *');
  }

  async #stream(name, form, user, query) {
    const { address } = await this.#server();
    const headers = { 'content-type': 'application/json', ...this.#authorization(user) };
    const body = JSON.stringify({ query: this.#fill(query) });
    this.#clients.set(name, await EventStream.open(address, form, { headers, body }));
  }

  async #openStream(name, path) {
    const { address } = await this.#server();
    this.#clients.set(name, await EventStream.open(address, 'events', { method: 'GET', path: this.#fill(path) }));
  }

  async #expectEnd(name, ...expected) {
    for (const type of expected) {
      const event = await this.#client(name).next();
      if (event.type !== type) throw new Error(`instead of the end: ${JSON.stringify(event)}`);
    }
  }

  #act(name, [what, ...words]) {
    const client = () => this.#client(name);
    switch (what) {
      case 'connect':
        return this.#connect(name, words.length ? words.map((word) => this.#fill(word)) : ['graphql-transport-ws']);
      case 'login':
        return this.#login(name, words[0] ?? name);
      case 'quiet':
        client().frame(OPCODE.ping, `is ${name} quiet?`);
        return this.#expectPong(name, `is ${name} quiet?`);
      case 'ponged':
        return this.#expectPong(name, words.join(' '));
      case 'gathers':
        return client().cork();
      case 'sends':
        return client().uncork();
      case 'settled':
        return this.#settle(name);
      case 'events':
      case 'parts':
        return this.#stream(name, what, words[0], words.slice(1).join(' '));
      case 'open':
        return this.#openStream(name, words[0]);
      case 'completes':
        return this.#expectEnd(name, 'complete', 'whole');
      case 'breaks':
        return this.#expectEnd(name, 'broken');
      case 'cut':
        return client().cut();
      case 'close':
        return client().close(Number(words[0]), words.slice(1).join(' '));
      case 'frame':
        return client().frame(OPCODE[words[0]], words.slice(2).join(' '), { final: words[1] === 'yes' });
      default:
        throw new Error(`nobody knows how to ${what}`);
    }
  }

  #say(name, id, text) {
    const client = this.#client(name);
    if (id === undefined) client.send(this.#fill(text));
    else if (text === 'complete') client.sendJson({ id, type: 'complete' });
    else client.sendJson({ id, type: 'subscribe', payload: { query: this.#fill(text) } });
  }

  #hear(name, id, text) {
    if (id === undefined) return this.#expect(name, text);
    const head = `"id":${JSON.stringify(id)},"type"`;
    if (text === 'complete') return this.#expect(name, `{${head}:"complete"}`);
    if (text.startsWith('error ')) return this.#expect(name, `{${head}:"error","payload":${text.slice(6)}}`);
    return this.#expect(name, `{${head}:"next","payload":${text}}`);
  }

  #authorization(user) {
    return user === 'nobody' ? {} : { authorization: `Bearer ${this.#fill(`<${user}>`)}` };
  }

  async #post(user, query) {
    this.#response = await (await this.#server()).exchange({
      headers: { 'content-type': 'application/json', ...this.#authorization(user) },
      body: JSON.stringify({ query: this.#fill(query) }),
    });
  }

  async #http(text) {
    const [first, ...rest] = this.#fill(text).split('\n');
    const [method, path] = first.split(' ');
    const headers = {};
    while (/^[\w-]+: /.test(rest[0] ?? '')) {
      const [name, ...value] = rest.shift().split(': ');
      headers[name] = value.join(': ');
    }
    const body = rest.length ? rest.join('\n') : undefined;
    this.#response = await (await this.#server()).exchange({ method, path, headers, body });
  }

  #answer(text) {
    const { status, headers, text: body } = this.#response;
    const [first, ...rest] = text.split('\n');
    const [, expected, pattern] = /^(\d+) ?(.*)$/.exec(first);
    const lines = [pattern, ...rest.filter((line) => !/^[\w-]+: /.test(line))].join('\n').trim();
    if (status !== Number(expected)) throw new Error(`the status is ${status}\n${body}`);
    for (const [name, value] of rest.filter((line) => /^[\w-]+: /.test(line)).map((line) => line.split(/: (.*)/)))
      if (headers[name] !== value) throw new Error(`${name} is ${headers[name]}`);
    if (!lines) return;
    const name = /^<([a-z]\w*)>$/.exec(lines)?.[1];
    if (name) return void this.#names.set(name, body); // the body is no JSON, but a value by itself
    const wrong = match(parsePattern(lines), JSON.parse(body), this.#names);
    if (wrong) throw new Error(`${wrong}\nin ${body}`);
  }

  async #logs(event, pattern) {
    const { ts, event: _, ...entry } = await (await this.#server()).logged(event);
    const wrong = match(parsePattern(pattern), entry, this.#names);
    if (wrong) throw new Error(`${wrong}\nin ${JSON.stringify(entry)}`);
  }

  async #sql(text) {
    const lines = text.split('\n');
    const expected = lines.filter((line) => line.startsWith('=')).map((line) => line.slice(1).trim());
    const statement = lines.filter((line) => !line.startsWith('=')).join('\n');
    const rows = await (await this.#server()).sql(this.#fill(statement));
    if (expected.length && rows !== this.#fill(expected.join('\n'))) throw new Error(`the rows are\n${rows}`);
  }

  async #control(what) {
    const hall = await this.#server();
    if (what === 'start') return hall.start();
    const how = await hall.end(what === 'kill' ? 'SIGKILL' : 'SIGTERM');
    if (what === 'stop' && how.code !== 0) throw new Error(`the server ended with ${JSON.stringify(how)}`);
    return undefined;
  }

  #makeToken(text) {
    const [, name, claims, how] = /^(\w+) (\{.*?\})(?: (\{.*\}))?$/.exec(text);
    this.#names.set(name, makeToken(JSON.parse(claims), how ? JSON.parse(how) : {}));
  }

  // Before the server is first needed.
  #makeKey(name, user) {
    const key = `the API key called ${name}`.replaceAll(' ', '-');
    if (!this.#folder) {
      this.#folder = mkdtempSync(join(tmpdir(), 'guildhall-keys-'));
      this.#options.push('--api-keys-file', join(this.#folder, 'keys'));
    }
    const sha256 = createHash('sha256').update(key).digest('hex');
    appendFileSync(join(this.#folder, 'keys'), `${JSON.stringify({ sha256, user })}\n`, { mode: 0o600 });
    this.#names.set(name, key);
  }

  #encode(text) {
    const [, name, rest] = /^(\w+) ([^]*)$/.exec(text);
    this.#names.set(name, Buffer.from(this.#fill(rest)).toString('base64url'));
  }

  #words(text) {
    return text.trim().split(/\s+/);
  }

  async step(text) {
    const client = /^(\w+)(?:\[([^\]]*)\])?([:<>!]) ?([^]*)$/.exec(text);
    const [, word, rest] = /^(\S+) ?([^]*)$/.exec(text);
    if (word === 'sql>') return this.#sql(rest);
    if (client?.[3] === ':') return this.#act(client[1], this.#words(client[4]));
    if (client?.[3] === '>') return this.#say(client[1], client[2], client[4]);
    if (client?.[3] === '<') return this.#hear(client[1], client[2], client[4]);
    if (client?.[3] === '!') return this.#expectClose(client[1], client[4]);
    switch (word) {
      case 'options':
        this.#options.push(...this.#words(rest));
        return undefined;
      case 'room':
      case 'guild': {
        const [id, ...members] = this.#words(rest);
        return (await this.#server())[word](id, members);
      }
      case 'token':
        return this.#makeToken(rest);
      case 'key':
        return this.#makeKey(...this.#words(rest));
      case 'base64url':
        return this.#encode(rest);
      case 'post':
        return this.#post(...rest.split(/\s([^]*)/).slice(0, 2));
      case 'http':
        return this.#http(rest);
      case '->':
        return this.#answer(rest);
      case 'logs':
        return this.#logs(...rest.split(/\s([^]*)/).slice(0, 2));
      case 'server':
        return this.#control(rest.trim());
      default:
        throw new Error('this line is not understood');
    }
  }
}

async function runTranscript(path) {
  const name = basename(path, '.t');
  const play = new Play();
  let broken = false;
  for (const { sentence, steps } of readTranscript(path)) {
    const held = await check(`${name}: ${sentence}`, async () => {
      // What follows a failure could only fail, or hold by accident.
      if (broken) throw new Failure('an earlier case of this transcript failed');
      for (const { line, text } of steps)
        await play.step(text).catch((error) => {
          throw new Failure(`${basename(path)}:${line}: ${text}\n${error.message}`);
        });
    });
    broken ||= !held;
  }
  await check(`${name}: the server ends as it should`, () => play.done());
}

const here = dirname(fileURLToPath(import.meta.url));
const transcripts =
  process.argv.length > 2
    ? process.argv.slice(2)
    : readdirSync(here)
        .filter((name) => name.endsWith('.t'))
        .sort()
        .map((name) => join(here, name));
for (const path of transcripts) await runTranscript(path);
finish();
