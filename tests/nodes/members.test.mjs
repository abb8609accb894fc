// Members changed on two nodes at the same moment.

import assert from 'node:assert/strict';

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const ROUNDS = 15 * Number(process.env.GUILDHALL_TEST_TURNS ?? 1);
const BUS = { options: ['--bus', 'postgres'] };

// What became of it: null, or the code of the refusal.
async function code(node, user, mutation) {
  const { body } = await node.graphql(`mutation { ${mutation} }`, { user });
  return body.errors ? body.errors[0].extensions.code : null;
}

// Of both exactly one goes through; the other is refused with the code.
function oneGoesThrough(results, refusal) {
  assert.deepEqual([...results].sort(), [refusal, null].sort());
}

const owners = (node, table, id) =>
  node.sql(`SELECT count(*) FROM ${table} WHERE role = 'OWNER' AND ${table === 'member' ? 'room' : 'guild'}_id = '${id}'`);

await withNodes([BUS, BUS], async ([here, there]) => {
  await check('of two OWNERs who remove each other one stays', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const id = `room-${i}`;
      await here.ask('ann', `mutation {
        createRoom(input: {id: "${id}"}) { created }
        setMembers(input: {roomId: "${id}", members: [{userId: "bob", role: OWNER}]}) { room { id } } }`);
      const remove = (user) => `removeMember(input: {roomId: "${id}", userId: "${user}"}) { room { id } }`;
      oneGoesThrough(
        await Promise.all([code(here, 'ann', remove('bob')), code(there, 'bob', remove('ann'))]),
        'FORBIDDEN',
      );
      assert.equal(await owners(here, 'member', id), '1');
    }
  });

  await check('of two OWNERs of a guild one of whom goes while the other steps down one stays', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const id = `guild-${i}`;
      const set = (change) => `setGuildMembers(input: {guildId: "${id}", ${change}}) { guild { id } }`;
      await here.ask('ann', `mutation {
        createGuild(input: {id: "${id}", name: "x"}) { guild { id } }
        ${set('put: [{userId: "bob", role: OWNER}]')} }`);
      oneGoesThrough(
        await Promise.all([
          code(here, 'ann', set('put: [{userId: "ann", role: GUEST}]')),
          code(there, 'bob', set('removeUserIds: ["bob"]')),
        ]),
        'CONFLICT',
      );
      assert.equal(await owners(here, 'guild_member', id), '1');
    }
  });

  await check('a pair that makes its DIRECT room on both nodes at once has one', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const make = (node, user, other, id) =>
        node.ask(user, `mutation {
          createRoom(input: {kind: DIRECT, memberIds: ["${other}"]${id}}) { created room { id memberCount } } }`);
      const made = await Promise.all([
        make(here, `ann-${i}`, `bob-${i}`, `, id: "direct-${i}"`),
        make(there, `bob-${i}`, `ann-${i}`, ''),
        make(there, `ann-${i}`, `bob-${i}`, `, id: "other-${i}"`),
      ]);
      const rooms = made.map(({ createRoom }) => createRoom);
      assert.equal(new Set(rooms.map(({ room }) => room.id)).size, 1);
      assert.equal(rooms.filter(({ created }) => created).length, 1);
      for (const { room } of rooms) assert.equal(room.memberCount, 2);
    }
  });

  await check('an id that two pairs want is one pair’s, and the other pair gets a room of another', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const make = (user, other) => `createRoom(input: {kind: DIRECT, id: "wanted-${i}", memberIds: ["${other}"]}) { created }`;
      oneGoesThrough(
        await Promise.all([
          code(here, `carl-${i}`, make(`carl-${i}`, `dan-${i}`)),
          code(there, `eve-${i}`, make(`eve-${i}`, `fay-${i}`)),
        ]),
        'CONFLICT',
      );
      for (const [user, other] of [['carl', 'dan'], ['eve', 'fay']])
        assert.equal(
          await code(here, `${user}-${i}`, `createRoom(input: {kind: DIRECT, memberIds: ["${other}-${i}"]}) { created }`),
          null,
        );
      assert.equal(
        await here.sql(`SELECT count(*) FROM direct_room d JOIN room r USING (tenant_id, room_id)
                         WHERE r.kind = 'DIRECT' AND d.user_a IN ('carl-${i}', 'eve-${i}')`),
        '2',
      );
    }
  });

  await check('who is removed on one node is out on the other before the next message', async () => {
    await here.ask('ann', 'mutation { createRoom(input: {id: "club"}) { created } }');
    const socket = await there.login('bob');
    for (let i = 0; i < ROUNDS; i++) {
      await here.ask('ann', 'mutation { setMembers(input: {roomId: "club", members: [{userId: "bob"}]}) { room { id } } }');
      const { resume } = (await there.ask('bob', '{ messages(roomId: "club", first: 1) { resume } }')).messages;
      const query = `subscription { onMessage(roomId: "club", since: "${resume}") { text } }`;
      socket.sendJson({ id: `${i}`, type: 'subscribe', payload: { query } });
      await here.ask('ann', `mutation {
        a: sendMessage(roomId: "club", text: "before ${i}") { id }
        removeMember(input: {roomId: "club", userId: "bob"}) { room { id } }
        b: sendMessage(roomId: "club", text: "not for bob") { id } }`);
      const heard = [];
      for (let ended = false; !ended; ) {
        const { type, payload } = await socket.nextJson();
        if (type === 'ping') continue;
        ended = type === 'error';
        heard.push(ended ? payload[0].extensions.code : payload.data.onMessage.text);
      }
      // What stands before the removal may have been overtaken by it; what stands behind it never comes.
      assert.ok(heard.length <= 2 && heard.at(-1) === 'FORBIDDEN', heard.join(', '));
      if (heard.length === 2) assert.equal(heard[0], `before ${i}`);
    }
    socket.cut();
  });
});

finish();
