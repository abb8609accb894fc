// HTTP/2, frame by frame: floods of what costs the server more than the client, and what never ends.

import assert from 'node:assert/strict';

import { Certificate } from '../lib/certificate.mjs';
import { finish } from '../lib/tap.mjs';
import { repeat, withTarget } from './attack.mjs';

const ATTACKERS = 20;
const AT_ONCE = 500; // frames of a flood in one write
const MOST_FRAMES = 100_000; // of an attacker whom nothing ends

const TYPE = { data: 0, headers: 1, priority: 2, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 };
const FLAG = { none: 0, endStream: 1, endHeaders: 4 };
const ENHANCE_YOUR_CALM = 11;
const CANCEL = Buffer.from([0, 0, 0, 8]);
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

// HPACK (RFC 7541): an index of the static table, and a literal that enters the dynamic one.
const length = (n) => {
  if (n < 127) return [n];
  const rest = [127];
  for (n -= 127; n >= 128; n = Math.floor(n / 128)) rest.push((n % 128) | 128);
  return [...rest, n];
};
const text = (s) => Buffer.concat([Buffer.from(length(s.length)), Buffer.from(s)]);
const named = (index, value) => Buffer.concat([Buffer.from([0x40 | index]), text(value)]);
const literal = (name, value) => Buffer.concat([Buffer.from([0x40]), text(name), text(value)]);
const request = (method, path, ...fields) =>
  Buffer.concat([named(2, method), named(4, path), Buffer.from([0x87]), named(1, 'h'), ...fields]);
const GET = request('GET', '/healthz');
const POST = request('POST', '/graphql', literal('content-type', 'application/json'));
// A field of 4,000 bytes, for which the byte 0xbe stands from then on.
const bomb = (times) => Buffer.concat([GET, literal('x', 'y'.repeat(4000)), Buffer.alloc(times, 0xbe)]);

// How nghttp2 begins a response.
const STATUS = { 200: Buffer.from([0x88]), 408: named(8, '408'), 431: named(8, '431') };

class Connection {
  static async open(target, settings = Buffer.alloc(0)) {
    const c = new Connection();
    c.line = await target.line({ ALPNProtocols: ['h2'] });
    c.line.say(PREFACE);
    c.send(TYPE.settings, 0, 0, settings);
    return c;
  }

  send(...words) {
    this.line.say(frame(...words));
  }

  // The same again and again, until it is not listened to any more.
  async flood(make) {
    for (let i = 0; i < MOST_FRAMES && !this.line.isOver; i += AT_ONCE) {
      this.line.say(Buffer.concat(Array.from({ length: AT_ONCE }, (_, k) => make(i + k))));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.end();
  }

  get frames() {
    const bytes = Buffer.from(this.line.heard, 'latin1');
    const frames = [];
    for (let at = 0; at + 9 <= bytes.length; ) {
      const n = bytes.readUIntBE(at, 3);
      const [type, stream] = [bytes[at + 3], bytes.readUInt32BE(at + 5)];
      frames.push({ type, stream, payload: bytes.subarray(at + 9, at + 9 + n) });
      at += 9 + n;
    }
    return frames;
  }

  // The frames, once the connection has ended.
  async end() {
    await this.line.end();
    return this.frames;
  }
}

function assertGoaway(frames, error) {
  const goaway = frames.find(({ type }) => type === TYPE.goaway);
  assert.ok(goaway, 'there is no GOAWAY');
  if (error !== undefined) assert.equal(goaway.payload.readUInt32BE(4), error);
}

const has = ({ payload }, status) => payload.subarray(0, STATUS[status].length).equals(STATUS[status]);

function assertStatus(frames, stream, status) {
  const head = frames.find((f) => f.type === TYPE.headers && f.stream === stream);
  assert.ok(head && has(head, status), `not ${status}: ${head?.payload.toString('hex')}`);
}

// How many responses there are, or how many with that status.
const answered = (frames, status) =>
  frames.filter((f) => f.type === TYPE.headers && (status === undefined || has(f, status))).length;

const certificate = new Certificate();
const { ca, options: tls } = certificate;
const impatient = ['body', 'keep-alive', 'send'].flatMap((what) => [`--${what}-timeout`, '2s']);

await withTarget({ ca, options: [...tls, '--head-timeout', '6s', ...impatient] }, async (target) => {
  const floods = {
    'requests that are taken back at once': (i) =>
      Buffer.concat([
        frame(TYPE.headers, FLAG.endStream | FLAG.endHeaders, 2 * i + 1, GET),
        frame(TYPE.reset, FLAG.none, 2 * i + 1, CANCEL),
      ]),
    pings: () => frame(TYPE.ping, FLAG.none, 0, Buffer.alloc(8)),
    settings: () => frame(TYPE.settings, FLAG.none, 0, Buffer.from([0, 4, 0, 0, 255, 255])),
    priorities: (i) => frame(TYPE.priority, FLAG.none, 2 * i + 1, Buffer.from([0, 0, 0, 0, 16])),
  };

  for (const [what, make] of Object.entries(floods))
    await target.attack(`a flood of ${what} ends with ENHANCE_YOUR_CALM`, { most: 32 }, () =>
      repeat(ATTACKERS, async () => {
        const c = await Connection.open(target);
        assertGoaway(await c.flood(make), ENHANCE_YOUR_CALM);
      }),
    );

  await target.attack('a head in pieces without end ends the connection', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target);
      c.send(TYPE.headers, FLAG.endStream, 1, GET);
      assertGoaway(await c.flood((i) => frame(TYPE.continuation, FLAG.none, 1, literal(`x${i}`, 'y'))));
    }),
  );

  await target.attack('a head that is large only when it is unpacked is 431', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target);
      for (let i = 0; i < 50; i++) c.send(TYPE.headers, FLAG.endStream | FLAG.endHeaders, 2 * i + 1, bomb(10));
      const frames = await c.end();
      assertStatus(frames, 1, 431); // the others refer to this one's fields
      assert.equal(answered(frames), 50);
      assert.equal(answered(frames, 200), 0);
    }),
  );

  await target.attack('one that unpacks to fifty megabytes is not served', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target);
      c.send(TYPE.headers, FLAG.endStream | FLAG.endHeaders, 1, bomb(12_000));
      const frames = await c.end();
      assert.equal(answered(frames, 200), 0);
    }),
  );

  await target.attack('heads that are begun and not ended end the connection', { most: 32 }, () =>
    repeat(ATTACKERS, async (i) => {
      const c = await Connection.open(target);
      const whole = frame(TYPE.headers, FLAG.endStream, 1, GET);
      c.line.say(i % 2 ? whole.subarray(0, 12) : whole);
      await c.end();
    }),
  );

  await target.attack('so they do beside a stream that goes on', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target);
      const accept = literal('accept', 'text/event-stream');
      const token = literal('authorization', `Bearer ${target.hall.token('witness')}`);
      const body = JSON.stringify({ query: 'subscription { onMessage(roomId: "square") { text } }' });
      c.send(TYPE.headers, FLAG.endHeaders, 1, Buffer.concat([POST, accept, token]));
      c.send(TYPE.data, FLAG.endStream, 1, Buffer.from(body));
      c.send(TYPE.headers, FLAG.endStream, 3, GET);
      const frames = await c.end();
      assertStatus(frames, 1, 200);
      assertGoaway(frames);
    }),
  );

  await target.attack('bodies that come byte by byte are 408', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target);
      c.send(TYPE.headers, FLAG.endHeaders, 1, POST);
      c.line.drip(frame(TYPE.data, FLAG.none, 1, Buffer.from(' ')), 200);
      assertStatus(await c.end(), 1, 408);
    }),
  );

  // A page of 15 KiB waits on each of their streams.
  await target.attack('answers whose window stays shut are taken back', { most: 48 }, () =>
    repeat(ATTACKERS, async () => {
      const c = await Connection.open(target, Buffer.from([0, 4, 0, 0, 0, 0])); // a window of no bytes
      const page = request('GET', '/schema.graphql');
      for (let i = 0; i < 100; i++) c.send(TYPE.headers, FLAG.endStream | FLAG.endHeaders, 2 * i + 1, page);
      const frames = await c.end();
      assert.equal(frames.filter((f) => f.type === TYPE.reset && f.payload.equals(CANCEL)).length, 100);
    }),
  );
});

finish();
