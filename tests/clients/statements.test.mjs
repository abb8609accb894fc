// How many statements PostgreSQL is asked, counted in its own log: the nested lists of a document
// are not a statement an item, and a crowd that comes back is not a statement a head.

import assert from 'node:assert/strict';

import { Cluster } from '../lib/cluster.mjs';
import { Hall } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const cluster = new Cluster();

async function play(body) {
  // Looks at where rooms stand would be counted by how long it all takes.
  const hall = new Hall({ threads: 2, options: ['--max-aliases', '100', '--position-interval', '1h'] });
  await hall.createDatabase();
  await hall.sql(`ALTER DATABASE ${hall.database} SET log_statement = 'all'`);
  await hall.sql(`ALTER DATABASE ${hall.database} SET log_min_messages = 'log'`);
  await hall.start();
  await body(hall);
  await hall.done();
}

// The names of the prepared statements that were executed meanwhile.
async function statementsOf(body) {
  const before = cluster.log().length;
  await body();
  return [...cluster.log().slice(before).matchAll(/LOG: {2}execute (\w+): /g)].map(([, name]) => name);
}

// ---- documents

const ROOMS = 12;
const ROOM = `id memberCount
  members(first: 5) { items { userId role } }
  lastMessage { text }
  membership { role }`;

const aliases = (n, field) => Array.from({ length: n }, (_, i) => `a${i}: ${field(i)}`).join('\n');

async function furnish(hall) {
  for (let i = 0; i < ROOMS; i++) {
    await hall.room(`room-${i}`, ['ann', 'bob', `user-${i}`]);
    await hall.guild(`guild-${i}`, ['ann', `user-${i}`]);
    await hall.send('ann', `room-${i}`, `the last of ${i}`);
    await hall.send('ann', `GUILD#guild-${i}`, `the guild's last of ${i}`);
  }
  await hall.sql(`UPDATE gg_core SET id = 'imported-' || substr(room_id, 6)`);
}

async function documents() {
  await play(async (hall) => {
    await furnish(hall);
    const count = async (document, most, see) => {
      let data;
      const names = await statementsOf(async () => (data = await hall.ask('ann', document)));
      see(data);
      assert.ok(names.length <= most, `${names.length} statements: ${names.join(' ')}`);
      assert.ok(names.length > 0, 'nothing was counted');
    };

    await check('a list of rooms with their members and last messages takes a statement a field', () =>
      // The rooms; the members; the last messages, of either table.
      count(`{ viewer { rooms(first: 50) { items { ${ROOM} } } } }`, 4, ({ viewer }) => {
        const rooms = viewer.rooms.items;
        assert.equal(rooms.length, 2 * ROOMS);
        for (const { id, members, lastMessage, membership } of rooms) {
          const [, kind, i] = /(room|guild)-(\d+)$/.exec(id);
          const users = members.items.map(({ userId }) => userId).sort();
          assert.deepEqual(users, kind === 'room' ? ['ann', 'bob', `user-${i}`] : ['ann', `user-${i}`]);
          assert.match(lastMessage.text, new RegExp(`last of ${i}$`));
          assert.equal(membership.role, 'MEMBER');
        }
      }));

    await check('twenty rooms by their aliases take a statement a field, and each has its own', () =>
      // The rooms; the members; the last messages.
      count(`{ ${aliases(20, (i) => `room(id: "room-${i % ROOMS}") { ${ROOM} }`)} }`, 3, (data) => {
        for (let i = 0; i < 20; i++) {
          assert.equal(data[`a${i}`].id, `room-${i % ROOMS}`);
          assert.equal(data[`a${i}`].lastMessage.text, `the last of ${i % ROOMS}`);
        }
      }));

    await check('guilds, their members, their rooms and what is in those take a statement a field', () =>
      // The guilds; the members; the rooms; of the rooms the members and the last messages.
      count(
        `{ ${aliases(
          ROOMS,
          (i) => `guild(id: "guild-${i}") { id members { items { userId } } rooms { items { ${ROOM} } } }`,
        )} }`,
        5,
        (data) => {
          for (let i = 0; i < ROOMS; i++) {
            assert.equal(data[`a${i}`].members.items.length, 2);
            assert.equal(data[`a${i}`].rooms.items[0].lastMessage.text, `the guild's last of ${i}`);
          }
        },
      ));

    await check('the longest lists that may be asked for take no more', async () => {
      const LONGEST = 200;
      await hall.sql(`
        INSERT INTO room (tenant_id, room_id, created_at)
        SELECT 'default', 'long-' || i, 1 FROM generate_series(1, ${LONGEST}) i;
        INSERT INTO member
        SELECT 'default', 'long-' || i, 'user-' || j, 'MEMBER', j
          FROM generate_series(1, ${LONGEST}) i, generate_series(1, ${LONGEST}) j`);
      const document = `{ viewer { rooms(first: ${LONGEST}) { edges { node {
        id members(first: ${LONGEST}) { edges { node { userId } } } lastMessage { id } } } } } }`;
      let data;
      const names = await statementsOf(async () => (data = await hall.ask('user-77', document)));
      const rooms = data.viewer.rooms.edges;
      assert.equal(rooms.length, LONGEST);
      for (const { node } of rooms)
        assert.deepEqual(
          node.members.edges.map((edge) => edge.node.userId),
          Array.from({ length: LONGEST }, (_, i) => `user-${i + 1}`),
        );
      // The rooms; the members; the last messages.
      assert.equal(names.length, 3, names.join(' '));
    });

    await check('every list of objects in one document takes a statement a field', () =>
      count(
        `{ viewer { rooms { items { ${ROOM} } edges { node { ${ROOM} } } } }
           guild(id: "guild-3") { members { edges { node { userId } } items { role } }
             rooms { edges { node { ${ROOM} } } items { ${ROOM} } } }
           ${aliases(10, (i) => `room(id: "room-${i}") { ${ROOM} }`)}
           ${aliases(10, (i) => `message(id: "imported-${i}") { text }`).replaceAll(/a(\d)/g, 'm$1')} }`,
        // Rooms: the viewer's, by id, the guild's; the guild; its members; the messages by id. Then of the
        // rooms: members twice and last messages in each table twice, as the guild's rooms come later.
        12,
        (data) => {
          for (let i = 0; i < 10; i++) assert.equal(data[`m${i}`].text, `the last of ${i}`);
          assert.equal(data.viewer.rooms.edges.length, 2 * ROOMS);
        },
      ));

    await check('pages and messages by their aliases take a statement a kind', () =>
      count(
        `{ ${aliases(20, (i) => `messages(roomId: "room-${i % ROOMS}", first: 5) { items { text } }`)} }`,
        // Whether what is in memory is the log's; and as the ids there are others by now, the log.
        2,
        (data) => {
          for (let i = 0; i < 20; i++) assert.equal(data[`a${i}`].items[0].text, `the last of ${i % ROOMS}`);
        },
      ));

    await check('what is refused is refused alone', async () => {
      const { body } = await hall.graphql(
        `{ a: room(id: "room-1") { id } b: room(id: "nowhere") { id } c: room(id: "room-2") { id } }`,
        { user: 'user-1' },
      );
      assert.deepEqual(body.data, { a: { id: 'room-1' }, b: null, c: null });
      assert.deepEqual(
        body.errors.map(({ path, extensions }) => [path[0], extensions.code]),
        [
          ['b', 'NOT_FOUND'],
          ['c', 'NOT_FOUND'],
        ],
      );
    });
  });
}

// ---- a crowd comes back

const SOCKETS = 40;
const STREAMS = 50; // on each
const MISSED = 30; // messages

const FOLLOW = `subscription ($since: String) {
  onMessage(roomId: "hot", since: $since) { seq text }
}`;

class Reader {
  #heard = new Map();

  constructor(socket) {
    this.socket = socket;
  }

  subscribe(since) {
    for (let i = 0; i < STREAMS; i++) {
      this.#heard.set(`${i}`, 0);
      this.socket.sendJson({ id: `${i}`, type: 'subscribe', payload: { query: FOLLOW, variables: { since } } });
    }
  }

  // Each stream 1 to last, in order.
  async hear(last) {
    while ([...this.#heard.values()].some((seq) => seq < last)) {
      const { id, type, payload } = await this.socket.nextJson();
      assert.equal(type, 'next', JSON.stringify(payload));
      const { seq, text } = payload.data.onMessage;
      assert.equal(seq, this.#heard.get(id) + 1);
      assert.equal(text, `message ${seq}`);
      this.#heard.set(id, seq);
    }
  }
}

async function crowd() {
  await play(async (hall) => {
    await hall.room('hot', ['ann']);
    const { resume } = (await hall.ask('ann', '{ messages(roomId: "hot", first: 1) { resume } }')).messages;
    for (let n = 1; n <= MISSED; n++) await hall.send('ann', 'hot', `message ${n}`);
    const readers = await Promise.all(
      Array.from({ length: SOCKETS }, async () => new Reader(await hall.login('ann'))),
    );

    await check('a crowd that comes back with recent cursors costs less than a statement a hundred', async () => {
      const names = await statementsOf(async () => {
        readers.forEach((reader) => reader.subscribe(resume));
        await Promise.all(readers.map((reader) => reader.hear(MISSED)));
      });
      console.log(`# ${SOCKETS * STREAMS} subscriptions: ${names.length} statements`);
      assert.ok(names.length > 0, 'nothing was counted');
      assert.ok(names.length < (SOCKETS * STREAMS) / 100, names.join(' '));
    });

    await check('and is live from there on', async () => {
      await hall.send('ann', 'hot', `message ${MISSED + 1}`);
      await Promise.all(readers.map((reader) => reader.hear(MISSED + 1)));
    });
    readers.forEach(({ socket }) => socket.cut());
  });
}

await documents();
await crowd();
finish();
