// SIGTERM: what was accepted is finished, sockets are closed with 1012, and the process ends by itself,
// in time, with status 0.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

import { withServer } from '../lib/harness.mjs';
import { SEED } from '../lib/dice.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { Load, REFUSED, TURNS } from './load.mjs';

const STOPS = 10; // a turn, under load
const CLEANLY = { code: 0, signal: null };
const MIGRATION_LOCK = '7454421813613125996'; // as in src/store/boot.c

const SEND = `mutation { sendMessage(roomId: "busy", text: "held up") { seq } }`;
const FOLLOW = `subscription { onMessage(roomId: "busy") { seq text } }`;

// Until some session of the database is in that state.
function untilSome(hall, state) {
  const count = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND ${state}`;
  return until(async () => (await hall.sql(count)) !== '0');
}

// A session in which what was said holds until it ends.
async function holding(hall, statement, body) {
  const psql = spawn('psql', [hall.databaseUrl, '-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
  psql.stdin.write(`${statement};\n\\echo held\n`);
  while (!String(await once(psql.stdout, 'data')).includes('held'));
  try {
    return await body();
  } finally {
    psql.kill();
    await once(psql, 'exit');
  }
}

async function underLoad(turn) {
  await withServer({}, async (hall) => {
    const load = new Load([hall], { writersEach: 8, followersEach: 8, whenCut: REFUSED });

    await check(`stopped ${STOPS} times at work, it ends with status 0 each time (turn ${turn})`, async () => {
      await load.begin();
      for (let n = 0; n < STOPS; n++) {
        await load.more(150);
        assert.deepEqual(await hall.end(), CLEANLY);
        await hall.start();
      }
      await load.end();
    });
    await check('sockets were closed with 1012, and not otherwise', () =>
      assert.deepEqual(Object.keys(load.ends), ['1012']));
    await check('what is in the log was answered, and what was not answered is not in it', async () => {
      await load.check();
      for (const { text, outcome } of load.drafts.values()) assert.ok(!outcome.unknown, text);
    });
  });
}

// More than kernels keep for one socket.
const STREAMS = 20;
const MESSAGES = 40;
const LARGE_TEXT = '\u{1f5e3}'.repeat(4000); // 16,000 bytes

// Who follows, and reads nothing of it.
async function neverRead(hall) {
  const socket = await hall.login('reader');
  for (let id = 0; id < STREAMS; id++)
    socket.sendJson({ id: `${id}`, type: 'subscribe', payload: { query: FOLLOW } });
  // Subscriptions begin in order: behind this one, which is refused, the others stand.
  socket.sendJson({ id: 'q', type: 'subscribe', payload: { query: FOLLOW.replace('busy', 'nowhere') } });
  assert.equal((await socket.nextJson()).id, 'q');
  socket.pause();
  for (let n = 0; n < MESSAGES; n++) await hall.send('writer', 'busy', LARGE_TEXT);
}

function sendHalfARequest(hall) {
  const [host, port] = hall.address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => {});
  const head = ['POST /graphql HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', 'Content-Length: 99'];
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
}

// PostgreSQL begins to store a message, and does not come to an end with it.
const NEVER_STORE = `
  CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(86400); RETURN NEW; END';
  CREATE TRIGGER never BEFORE INSERT ON gg_core FOR EACH ROW EXECUTE FUNCTION never()`;

const isStoring = (hall) => untilSome(hall, `wait_event = 'PgSleep'`);

// Two messages: PostgreSQL has the first, the second waits for the first.
async function sendInVain(hall) {
  const first = hall.graphql(SEND, { user: 'writer' });
  first.catch(() => {}); // it is looked at later
  await isStoring(hall);
  const socket = await hall.login('writer');
  socket.sendJson({ id: 's', type: 'subscribe', payload: { query: SEND } });
  socket.sendJson({ type: 'ping' });
  assert.equal((await socket.nextJson()).type, 'pong');
  return { first, socket };
}

// Nothing but the drain timeout ends what is asked of this server.
const endless = (drainTimeout) => ({
  options: ['--drain-timeout', drainTimeout, '--statement-timeout', '1h', '--ping-interval', '1h'],
});

function checkUnavailable([{ message, extensions }], pattern) {
  assert.equal(extensions.code, 'UNAVAILABLE');
  assert.match(message, pattern);
}

// Senders are told what is known before they go; end: makes the server end, and says how it did.
async function heldUp(hall, end) {
  await hall.sql(NEVER_STORE);
  const { first, socket } = await sendInVain(hall);
  assert.deepEqual(await end(), CLEANLY);
  checkUnavailable((await first).body.errors, /may have been stored or not/);
  checkUnavailable((await socket.nextJson()).payload.errors, /safe to try again/);
  assert.equal((await socket.nextJson()).type, 'complete');
  assert.equal((await socket.next()).close.code, 1012);
}

async function atTheDrainTimeout() {
  await withServer(endless('1s'), async (hall) => {
    await hall.room('busy', ['reader', 'writer']);
    await check('who never reads or cannot be answered does not hold it up beyond the drain timeout', async () => {
      await neverRead(hall);
      sendHalfARequest(hall);
      await heldUp(hall, () => hall.end());
    });
  });
}

async function whoHasLeft() {
  await withServer(endless('1s'), async (hall) => {
    await hall.room('busy', ['writer']);
    await check('nor does what PostgreSQL was asked by one who has left', async () => {
      await hall.sql(NEVER_STORE);
      const socket = await hall.login('writer');
      socket.sendJson({ id: 's', type: 'subscribe', payload: { query: SEND } });
      await isStoring(hall);
      socket.cut();
      assert.deepEqual(await hall.end(), CLEANLY);
    });
  });
}

async function atTheSecondSignal() {
  await withServer(endless('1h'), async (hall) => {
    await hall.room('busy', ['writer']);
    await check('a second signal ends the draining', () =>
      heldUp(hall, async () => {
        const ended = hall.end();
        await until(() => hall.log.some(({ event }) => event === 'draining'));
        process.kill(hall.pid, 'SIGTERM');
        return ended;
      }));
  });
}

// lock: what it waits for as it starts.
async function stopAsItStarts(hall, lock) {
  await holding(hall, lock, async () => {
    const started = hall.start().catch((error) => error);
    await untilSome(hall, `wait_event_type = 'Lock'`);
    assert.deepEqual(await hall.end(), CLEANLY);
    await started;
  });
}

async function atTheStart() {
  await withServer({}, async (hall) => {
    await hall.end();
    await check('stopped while it waits for another to migrate, it ends with status 0', () =>
      stopAsItStarts(hall, `SELECT pg_advisory_lock(${MIGRATION_LOCK})`));
    await check('stopped before it could prepare its statements, it ends with status 0', () =>
      stopAsItStarts(hall, 'BEGIN; LOCK TABLE gg_core'));
    await check('after which it starts', () => hall.start());
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);
for (let turn = 1; turn <= TURNS; turn++) await underLoad(turn);
await atTheDrainTimeout();
await whoHasLeft();
await atTheSecondSignal();
await atTheStart();
finish();
