// Streams over HTTP where clients are unkind, and where their requests come in on any of the threads.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { EventStream } from '../lib/event_stream.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);
const FOLLOW = 'subscription ($since: String) { onMessage(roomId: "club", since: $since) { seq text } }';
const START = '2020-01-01T00:00:00Z';

const json = { 'content-type': 'application/json' };

class Guest {
  constructor(hall, user) {
    this.hall = hall;
    this.authorization = { authorization: `Bearer ${hall.token(user)}` };
  }

  // A stream of its own.
  follow(form, variables = { since: START }) {
    return EventStream.open(this.hall.address, form, {
      headers: { ...json, ...this.authorization },
      body: JSON.stringify({ query: FOLLOW, variables }),
    });
  }

  async reserve() {
    const { status, text } = await this.hall.exchange({
      method: 'PUT',
      path: '/graphql/stream',
      headers: this.authorization,
    });
    assert.equal(status, 201, text);
    this.token = text;
  }

  async open() {
    this.stream = await EventStream.open(this.hall.address, 'events', {
      method: 'GET',
      path: `/graphql/stream?token=${this.token}`,
    });
    assert.equal(this.stream.status, 200);
  }

  // Each on a connection of its own, which the kernel gives to a thread as it likes.
  begin(operationId, query, variables) {
    return this.hall.exchange({
      path: `/graphql/stream?token=${this.token}`,
      headers: { ...json, ...this.authorization },
      body: JSON.stringify({ query, variables, extensions: { operationId } }),
    });
  }

  stop(operationId) {
    return this.hall.exchange({
      method: 'DELETE',
      path: `/graphql/stream?operationId=${operationId}&token=${this.token}`,
      headers: this.authorization,
    });
  }

  async hears(type, data) {
    const event = await this.stream.next();
    assert.equal(event.type, type, JSON.stringify(event));
    assert.deepEqual(JSON.parse(event.text), data);
  }
}

async function seqs(stream, from, to) {
  for (let seq = from; seq <= to; seq++) {
    const { type, text } = await stream.next();
    assert.equal(type, 'next', text);
    assert.equal(JSON.parse(text).data?.onMessage.seq, seq, text);
  }
}

async function useStreamsOfAllThreads(hall) {
  const guests = Array.from({ length: 24 * TURNS }, () => new Guest(hall, 'ann'));
  for (const guest of guests) await guest.reserve();
  const homes = new Set(guests.map(({ token }) => token.slice(0, 2)));
  assert.ok(homes.size > 1, 'all were reserved on one thread');
  await Promise.all(
    guests.map(async (guest, i) => {
      await guest.open();
      const id = `operation ${i}`;
      assert.equal((await guest.begin(id, '{ viewer { userId } }')).status, 202);
      await guest.hears('next', { id, payload: { data: { viewer: { userId: 'ann' } } } });
      await guest.hears('complete', { id });
      assert.equal((await guest.begin('follow', FOLLOW)).status, 202);
      assert.equal((await guest.begin('follow', FOLLOW)).status, 409);
      assert.equal((await guest.stop('follow')).status, 200);
      assert.equal((await guest.begin('follow', FOLLOW, { since: START })).status, 202);
      const { text } = await guest.stream.next();
      assert.equal(JSON.parse(text).payload.data.onMessage.seq, 1, text);
      guest.stream.cut();
      while ((await guest.begin(id, '{ viewer { userId } }')).status !== 404) await delay(5);
    }),
  );
}

// Clients that go in the middle of it, at every place there is.
async function goAtAnyTime(hall) {
  const address = { host: '127.0.0.1', port: hall.port };
  const guest = new Guest(hall, 'ann');
  const say = (lines, after) =>
    new Promise((resolve) => {
      const socket = connect(address, () => {
        socket.write(lines);
        setTimeout(() => socket.resetAndDestroy(), after);
      });
      socket.on('error', () => {});
      socket.on('close', resolve);
    });
  const request = (line, fields, body = '') =>
    `${line} HTTP/1.1\r\nHost: h\r\nAuthorization: ${guest.authorization.authorization}\r\n${fields}` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  for (let i = 0; i < 60 * TURNS; i++) {
    await guest.reserve();
    const body = JSON.stringify({ query: FOLLOW, variables: { since: START }, extensions: { operationId: '1' } });
    const after = i % 5;
    await Promise.all([
      say(request(`GET /graphql/stream?token=${guest.token}`, 'Accept: text/event-stream\r\n'), after),
      say(request(`POST /graphql/stream?token=${guest.token}`, '', body), after),
      say(request(`DELETE /graphql/stream?operationId=1&token=${guest.token}`, ''), after),
      say(request('POST /graphql', 'Accept: text/event-stream\r\n', body), after),
    ]);
  }
  assert.equal((await hall.exchange({ method: 'GET', path: '/healthz' })).status, 200);
}

// More than any buffer on the way holds, so that the server has to wait for its reader.
async function readSlowly(hall, form) {
  const newest = Number(await hall.sql(`SELECT last_seq FROM room WHERE room_id = 'club'`));
  const slow = await new Guest(hall, 'ann').follow(form);
  const quick = await new Guest(hall, 'ann').follow(form);
  await seqs(slow, 1, newest);
  slow.pause();
  await hall.sql(`SELECT count(guildhall.send('default', 'club', 'ann', repeat('x', 1000) || n))
                  FROM generate_series(1, 10000) AS n`);
  await seqs(quick, 1, newest + 10000);
  slow.resume();
  await seqs(slow, newest + 1, newest + 10000);
  slow.cut();
  quick.cut();
}

async function hearBeats(hall, form) {
  const stream = await new Guest(hall, 'ann').follow(form, {});
  while (stream.beats < 4) await delay(5);
  stream.cut();
}

// Beats often; but whoever does not read for a while is not taken for dead.
const options = ['--ping-interval', '50ms', '--pong-timeout', '120s'];

await withServer({ threads: 4, options }, async (hall) => {
  await hall.room('club', ['ann']);
  await hall.send('ann', 'club', 'hello');
  await check('a stream is used from any thread, and is gone everywhere once its client is', () =>
    useStreamsOfAllThreads(hall));
  await check('clients that go at any time leave nothing broken behind', () => goAtAnyTime(hall));
  for (const form of ['events', 'parts']) {
    await check(`a slow reader of ${form} is told all, in order, and holds up nobody`, () => readSlowly(hall, form));
    await check(`a silent stream of ${form} beats`, () => hearBeats(hall, form));
  }
});
finish();
