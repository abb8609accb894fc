// Several nodes, applications that send from SQL in transactions of their own, and guilds that lose
// members, all in the same rooms at once. Nobody is the victim of a deadlock, each room has one order
// without holes, and every follower hears it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { Cluster } from '../lib/cluster.mjs';
import { Hall } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);
const ROUNDS = 25 * TURNS; // of each writer
const IN_FLIGHT = 16;
const SIDE_ROOMS = 12;
const FOLLOWED = ['GUILD#hall', 'GUILD#hall#3', 'core-1'];

const guildRooms = ['GUILD#hall', ...Array.from({ length: SIDE_ROOMS }, (_, i) => `GUILD#hall#${i}`)];
const coreRooms = ['core-0', 'core-1', 'core-2'];
const rooms = [...guildRooms, ...coreRooms];
const pick = (list, n) => list[(n * 7 + 3) % list.length];

async function open() {
  const options = { threads: 2, options: ['--bus', 'postgres'] };
  const first = new Hall(options);
  await first.createDatabase();
  await first.sql(`ALTER DATABASE ${first.database} SET log_min_messages = 'error'`);
  await first.start();
  const second = first.peer(options);
  await second.start();
  return [first, second];
}

async function furnish(node) {
  await node.guild('hall', ['reader', 'writer', 'app']);
  await node.sql(`INSERT INTO guild_member VALUES ('default', 'hall', 'owner', 'OWNER', 0)`);
  for (const id of guildRooms.slice(1)) await node.ask('owner', `mutation { createRoom(input: {id: "${id}"}) { created } }`);
  for (const id of coreRooms) await node.room(id, ['reader', 'writer', 'app']);
}

// Many at once on one socket, so that batches hold several rooms.
async function sendOverGraphQL(node, sent) {
  const socket = await node.login('writer');
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < IN_FLIGHT; i++) {
      const roomId = pick(rooms, round * IN_FLIGHT + i);
      const query = `mutation { sendMessage(roomId: "${roomId}", text: "${node.pid} ${round} ${i}") { seq } }`;
      socket.sendJson({ id: `${round}-${i}`, type: 'subscribe', payload: { query } });
    }
    for (let left = IN_FLIGHT; left > 0; ) {
      const { id, type, payload } = await socket.nextJson();
      if (type === 'complete') left--;
      if (type !== 'next') continue;
      assert.equal(payload.errors, undefined, JSON.stringify(payload.errors));
      const [r, i] = id.split('-').map(Number);
      sent[pick(rooms, r * IN_FLIGHT + i)]++;
    }
  }
  socket.cut();
}

// In the order of the rooms' ids: that is what an application owes the others.
async function sendFromSql(node, sent) {
  for (let round = 0; round < ROUNDS; round++) {
    const both = [pick(rooms, round), pick(rooms, round * 3 + 1)].sort();
    const calls = both.map((id, i) => `SELECT guildhall.send('default', '${id}', 'app', 'sql ${round} ${i}');`);
    const keep = round % 3 !== 0;
    await node.sql(`BEGIN; ${calls.join(' ')} SELECT pg_sleep(0.005); ${keep ? 'COMMIT' : 'ROLLBACK'}`);
    if (keep) for (const id of both) sent[id]++;
  }
}

// Each removal is an event in every room of the guild.
async function changeTheGuild(node, sent) {
  const ask = (input) => node.ask('owner', `mutation { setGuildMembers(input: {guildId: "hall", ${input}}) { guild { id } } }`);
  const [a, b] = [`${node.pid} a`, `${node.pid} b`];
  for (let round = 0; round < ROUNDS; round++) {
    await ask(`put: [{userId: "${a}"}, {userId: "${b}", role: GUEST}]`);
    await ask(`removeUserIds: ["${b}", "${a}"]`);
    for (const id of guildRooms) sent[id] += 2;
  }
}

const [first, second] = await open();
await furnish(first);
const sent = Object.fromEntries(rooms.map((id) => [id, 0]));

// Removals are no messages, but have their numbers: what is heard has gaps, and is compared later.
class Listener {
  seqs = [0];

  constructor(node, roomId) {
    this.node = node;
    this.roomId = roomId;
  }

  async hear(last) {
    const socket = await this.node.login('reader');
    const query = `subscription { onMessage(roomId: "${this.roomId}", since: "1970-01-01T00:00:00Z") { seq } }`;
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query } });
    while (this.seqs.at(-1) < last()) {
      const { type, payload } = await socket.nextJson();
      if (type === 'ping') continue;
      assert.equal(type, 'next', JSON.stringify(payload));
      this.seqs.push(payload.data.onMessage.seq);
    }
    socket.cut();
  }
}

const listeners = [first, second].flatMap((node) => FOLLOWED.map((id) => new Listener(node, id)));
const end = Object.fromEntries(FOLLOWED.map((id) => [id, Infinity]));

await check('GraphQL on two nodes, SQL and changes of a guild do not get into each other’s way', async () => {
  const heard = Promise.all(listeners.map((l) => l.hear(() => end[l.roomId])));
  await Promise.all([
    ...[first, second].flatMap((node) => [sendOverGraphQL(node, sent), sendOverGraphQL(node, sent)]),
    ...[first, second].map((node) => changeTheGuild(node, sent)),
    sendFromSql(first, sent),
    sendFromSql(first, sent),
  ]);
  // Of one more message each follower knows that it is the last.
  for (const id of FOLLOWED) end[id] = ++sent[id];
  for (const id of FOLLOWED) await second.send('writer', id, 'the last');
  await heard;
});

await check('no room has a hole, a number twice, or a time before an earlier one', async () => {
  const rows = await first.sql(`
    SELECT room_id, count(*), min(seq), max(seq), count(DISTINCT seq), bool_and(ts >= before)
      FROM (SELECT l.*, lag(ts, 1, ts) OVER (PARTITION BY room_id ORDER BY seq) AS before
              FROM (SELECT * FROM gg_core UNION ALL SELECT * FROM gg_guild) l) l
     GROUP BY room_id`);
  const found = Object.fromEntries(rows.split('\n').map((row) => [row.split('|')[0], row]));
  for (const [id, n] of Object.entries(sent)) assert.equal(found[id], `${id}|${n}|1|${n}|${n}|t`);
});

await check('every follower heard every message of its room, in order', async () => {
  for (const { roomId, seqs } of listeners) {
    const table = roomId.startsWith('GUILD#') ? 'gg_guild' : 'gg_core';
    const log = await first.sql(
      `SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM ${table} WHERE room_id = '${roomId}' AND type = 'Message'`,
    );
    assert.equal(seqs.slice(1).join(' '), log);
  }
});

await check('PostgreSQL saw no deadlock', () => {
  assert.doesNotMatch(new Cluster().log(), /deadlock detected/);
});

// ---- a transaction that is not ended

class Application {
  #psql;
  #said = '';

  constructor(url) {
    this.#psql = spawn('psql', [url, '-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#psql.stdout.on('data', (bytes) => (this.#said += bytes));
  }

  async run(statements) {
    this.#said = '';
    this.#psql.stdin.write(`${statements}; SELECT 'done';\n`);
    while (!this.#said.includes('done')) await delay(5);
  }

  end() {
    this.#psql.stdin.end();
  }
}

const send = (id, text) => `SELECT guildhall.send('default', '${id}', 'app', '${text}')`;

await check('a transaction that holds a room keeps nobody waiting in others', async () => {
  const application = new Application(first.databaseUrl);
  await application.run(`BEGIN; ${send('core-0', 'not committed yet')}`);
  const waiting = first.send('writer', 'core-0', 'behind it');
  const member = first.ask('owner', `mutation { createRoom(input: {id: "another"}) { created } }`);
  for (const id of rooms.slice(0, -1)) if (id !== 'core-0') await first.send('writer', id, 'beside it');
  await member;
  const state = await Promise.race([waiting, 'waits']);
  assert.equal(state, 'waits');
  await application.run('COMMIT');
  assert.equal((await waiting).seq, sent['core-0'] + 2);
  application.end();
});

await check('whoever locks rooms in another order is not in the way for ever, nor is the server', async () => {
  const application = new Application(first.databaseUrl);
  await application.run(`BEGIN; ${send('core-2', 'first')}`);
  const both = Promise.all(['core-0', 'core-2'].map((id) => first.send('writer', id, 'both')));
  await application.run(`${send('core-0', 'second')}; COMMIT`);
  await both;
  application.end();
});

await second.done();
await first.done();
finish();
