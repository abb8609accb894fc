// Pages out of the newest messages that a node keeps in memory: the same as those out of the log,
// for those who may read the room, whoever else has written to it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Hall } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const FORGETFUL = { threads: 1, options: ['--bus', 'local', '--recent-bytes', '0'] };
// Nobody tells it what the other writes.
const REMEMBERS = { threads: 1, options: ['--bus', 'local', '--position-interval', '1h'] };

const PAGE = `{
  nextToken resume
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { id seq ts type roomType guildId senderId text idempotencyKey roomId } }
}`;
// What is the same for all who ask: each message of it is written once, and then kept.
const SHARED = `{
  nextToken items { ...Shared } edges { cursor node { __typename ...Shared } }
}`;
const FRAGMENT = 'fragment Shared on Message { seq message: text ts cursor roomType guildId }';
const REMOVAL = 'mutation { removeMember(input: {roomId: "bare", userId: "guest 100"}) { room { id } } }';
const ROOMS = ['young', 'GUILD#young', 'old', 'GUILD#old'];

const cluster = new URL(process.env.GUILDHALL_TEST_DATABASE_URL.replace('@/', '@placeholder/'));
const log = join(cluster.searchParams.get('host'), 'postgres.log');

const forgetful = new Hall(FORGETFUL);
await forgetful.createDatabase();
await forgetful.sql(`ALTER DATABASE ${forgetful.database} SET log_statement = 'all'`);
await forgetful.sql(`ALTER DATABASE ${forgetful.database} SET log_min_messages = 'log'`);
await forgetful.start();
const remembers = forgetful.peer(REMEMBERS);

// How often statements were asked for whose names begin so.
async function count(name) {
  return (await readFile(log, 'utf8')).split(`execute ${name}`).length - 1;
}

// What body asks for: { pages, doors }.
async function counted(body) {
  const before = [await count('message_page'), await count('message_door')];
  await body();
  return { pages: (await count('message_page')) - before[0], doors: (await count('message_door')) - before[1] };
}

// Messages, some of them sent under a key, and a removal among them.
async function fill(node, roomId, from, to) {
  const remove = roomId.startsWith('GUILD#')
    ? `setGuildMembers(input: {guildId: "${roomId.slice(6)}", removeUserIds: ["guest ${from}"]}) { guild { id } }`
    : `removeMember(input: {roomId: "${roomId}", userId: "guest ${from}"}) { room { id } }`;
  for (let n = from; n < to; n++) {
    if (n === from + 4) await node.ask('ann', `mutation { ${remove} }`);
    await node.send(n % 3 ? 'ann' : 'bob', roomId, `"${n}" ünd ${'x'.repeat(n)}\n`, n % 2 ? `key ${n}` : undefined);
  }
}

async function make(node, roomId) {
  const guests = ['guest 0', 'guest 100', 'carl'];
  if (roomId.startsWith('GUILD#')) await node.guild(roomId.slice(6), ['bob', ...guests]);
  else await node.room(roomId, ['bob', ...guests]);
  const [table, column] = roomId.startsWith('GUILD#') ? ['guild_member', 'guild_id'] : ['member', 'room_id'];
  const id = roomId.replace('GUILD#', '');
  await node.sql(`INSERT INTO ${table} (tenant_id, ${column}, user_id, role, joined_at)
                  VALUES ('default', '${id}', 'ann', 'OWNER', 0)`);
}

// Each way to ask for a page, between all pairs of the places given; null is no place.
function* requests(roomId, places) {
  for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'])
    for (const end of ['first', 'last'])
      for (const size of [1, 4, 50])
        for (const after of places) {
          const fields = places.map((before, i) => {
            const words = [`roomId: "${roomId}"`, `order: ${order}`, `${end}: ${size}`];
            if (after) words.push(`after: "${after}"`);
            if (before) words.push(`before: "${before}"`);
            return `page${i}: messages(${words.join(', ')}) ${i % 2 ? SHARED : PAGE}`;
          });
          yield `{ ${fields.join('\n')} } ${FRAGMENT}`;
        }
}

// The answer as it was written.
async function text(node, user, query, variables) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${node.token(user)}` };
  const answer = await node.exchange({ headers, body: JSON.stringify({ query, variables }) });
  assert.equal(answer.status, 200, answer.text);
  return answer.text;
}

const seqs = async (node, roomId, user = 'ann') => {
  const query = `{ messages(roomId: "${roomId}", first: 200) { items { seq text } } }`;
  return (await node.ask(user, query)).messages.items;
};

for (const roomId of [...ROOMS, 'bare']) await make(forgetful, roomId);
for (const roomId of ['old', 'GUILD#old', 'bare']) await fill(forgetful, roomId, 0, 12);
await remembers.start();
for (const roomId of ROOMS) await fill(remembers, roomId, 100, 112);
await remembers.ask('ann', REMOVAL); // all that it knows of this room

await check('a page from memory is the page from the log, whatever is asked for', async () => {
  let compared = 0;
  const asked = await counted(async () => {
    for (const roomId of [...ROOMS, 'bare']) {
      const all = `{ messages(roomId: "${roomId}", first: 200) { resume edges { cursor } } }`;
      const { messages } = await forgetful.ask('ann', all);
      const cursors = messages.edges.map(({ cursor }) => cursor);
      // Of the old rooms the newest twelve are in memory.
      const places = [0, 1, 5, 11, 12, -2, -1].map((place) => cursors.at(place)).filter(Boolean);
      for (const query of requests(roomId, [null, ...places, messages.resume, '2000-01-01T00:00:00Z'])) {
        const [here, there] = await Promise.all([remembers, forgetful].map((node) => text(node, 'ann', query)));
        assert.equal(here, there);
        compared += Object.keys(JSON.parse(here).data).length;
      }
    }
  });
  assert.ok(compared > 5000);
  assert.ok(asked.doors > 0);
});

await check('what was written for one is what others get, but for the keys that are their own', async () => {
  for (const roomId of ROOMS)
    for (const page of [SHARED, PAGE])
      for (const user of ['ann', 'bob', 'ann', 'carl']) {
        const query = `{ messages(roomId: "${roomId}", first: 9) ${page} } ${page === SHARED ? FRAGMENT : ''}`;
        const [here, there] = await Promise.all([remembers, forgetful].map((node) => text(node, user, query)));
        assert.equal(here, there);
        for (const { node } of JSON.parse(here).data.messages.edges)
          assert.ok(!node.idempotencyKey || node.senderId === user);
      }
});

// Three times, for a page is kept when it is asked for again.
await check('pages that one document asks for are told apart, also once they are kept', async () => {
  const query = `query ($roomId: ID!, $order: MessageOrder, $first: Int, $last: Int, $after: String) {
    messages(roomId: $roomId, order: $order, first: $first, last: $last, after: $after) ${SHARED}
  } ${FRAGMENT}`;
  const asked = [];
  for (const roomId of ROOMS)
    for (const order of ['NEWEST_FIRST', 'OLDEST_FIRST'])
      for (const size of [2, 3, 11]) {
        const { messages } = await forgetful.ask('ann', `{ messages(roomId: "${roomId}", order: ${order}, first: 3) { nextToken } }`);
        for (const end of [{ first: size }, { last: size }, { first: size, after: messages.nextToken }])
          asked.push({ roomId, order, ...end });
      }
  const there = await Promise.all(asked.map((variables) => text(forgetful, 'ann', query, variables)));
  for (let round = 0; round < 3; round++)
    for (const [i, variables] of asked.entries())
      assert.equal(await text(remembers, round % 2 ? 'bob' : 'ann', query, variables), there[i]);
});

await check('what is in memory is read from there alone, and what is not from the log alone', async () => {
  const tail = (roomId) => remembers.ask('ann', `{ messages(roomId: "${roomId}", first: 5) ${PAGE} }`);
  for (const roomId of ROOMS) assert.deepEqual(await counted(() => tail(roomId)), { pages: 0, doors: 1 });
  const head = (roomId) => remembers.ask('ann', `{ messages(roomId: "${roomId}", last: 5) ${PAGE} }`);
  for (const roomId of ['young', 'GUILD#young'])
    assert.deepEqual(await counted(() => head(roomId)), { pages: 0, doors: 1 });
  for (const roomId of ['old', 'GUILD#old'])
    assert.deepEqual(await counted(() => head(roomId)), { pages: 1, doors: 0 });
});

await check('what was written elsewhere stands in the next page, heard of or not', async () => {
  for (const roomId of ROOMS) {
    await forgetful.send('bob', roomId, 'from elsewhere');
    const items = await seqs(remembers, roomId);
    assert.equal(items[0].text, 'from elsewhere');
    assert.deepEqual(items, await seqs(forgetful, roomId));
  }
});

await check('a removal that another node was told of ends the pages, and nobody else sees them', async () => {
  for (const roomId of ROOMS) await seqs(remembers, roomId, 'carl');
  for (const roomId of ['young', 'old'])
    await forgetful.ask('ann', `mutation { removeMember(input: {roomId: "${roomId}", userId: "carl"}) { room { id } } }`);
  for (const id of ['young', 'old'])
    await forgetful.ask('ann', `mutation { setGuildMembers(input: {guildId: "${id}", removeUserIds: ["carl"]}) { guild { id } } }`);
  for (const roomId of ROOMS)
    for (const user of ['carl', 'nobody']) {
      const query = `{ messages(roomId: "${roomId}", first: 1) ${PAGE} }`;
      const answers = await Promise.all([remembers, forgetful].map((node) => node.graphql(query, { user })));
      assert.equal(answers[0].body.errors[0].extensions.code, 'FORBIDDEN');
      assert.deepEqual(answers[0].body.errors[0].message, answers[1].body.errors[0].message);
    }
});

await check('where the log was restored and went on otherwise, the page is what it holds now', async () => {
  await make(forgetful, 'restored');
  await fill(remembers, 'restored', 0, 10);
  await forgetful.sql(`DELETE FROM gg_core WHERE room_id = 'restored' AND seq > 6;
                       UPDATE room SET last_seq = 6 WHERE room_id = 'restored'`);
  assert.deepEqual(await seqs(remembers, 'restored'), await seqs(forgetful, 'restored'));
  for (let n = 0; n < 5; n++) {
    await forgetful.send('ann', 'restored', `another ${n}`);
    const items = await seqs(remembers, 'restored');
    assert.equal(items[0].text, `another ${n}`);
    assert.deepEqual(items, await seqs(forgetful, 'restored'));
  }
});

await check('what the room does not keep any more is not taken from memory', async () => {
  await make(forgetful, 'expiring');
  await fill(remembers, 'expiring', 0, 10);
  await forgetful.sql(`DELETE FROM gg_core WHERE room_id = 'expiring' AND seq < 6;
                       UPDATE room SET first_kept_seq = 6 WHERE room_id = 'expiring'`);
  assert.deepEqual(await seqs(remembers, 'expiring'), await seqs(forgetful, 'expiring'));
});

await check('a room that was written to on both nodes has the same pages on both', async () => {
  await make(forgetful, 'both');
  for (let n = 0; n < 30; n++) {
    await (n % 4 ? remembers : forgetful).send('ann', 'both', `message ${n}`);
    assert.deepEqual(await seqs(remembers, 'both'), await seqs(forgetful, 'both'));
  }
});

await remembers.done();
await forgetful.done();
finish();
