// No hint at all: nodes that share a database but no bus, and applications that write in SQL.

import assert from 'node:assert/strict';

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { EPOCH, FOLLOW, Follower, Scene } from './scene.mjs';

const LOCAL = { options: ['--bus', 'local', '--position-interval', '200ms'] };
const DEAF = { options: ['--bus', 'local', '--position-interval', '1h'] };

await withNodes([LOCAL, LOCAL], async (nodes) => {
  const scene = new Scene(nodes);
  await scene.prepare();

  await check('without a bus, comparing positions finds every message, the last one too', () => scene.play());
  await check('the log holds what was acknowledged', () => scene.checkLog());
});

// Long enough for somebody else to come between the message and the look at where the room stands.
const UNHURRIED = { options: ['--bus', 'local', '--position-interval', '700ms'] };
const OTHERS = 8;

await withNodes([UNHURRIED, UNHURRIED], async ([first, second]) => {
  await first.room('busy', ['reader', 'writer']);
  const socket = await second.login('reader');
  const heard = new Map();
  const follow = (id, since) => {
    heard.set(id, 0);
    socket.sendJson({ id, type: 'subscribe', payload: { query: FOLLOW, variables: { roomId: 'busy', since } } });
  };
  const hear = async (id, seq) => {
    while (heard.get(id) < seq) {
      const { id, type, payload } = await socket.nextJson();
      if (type === 'next') heard.set(id, payload.data.onMessage.seq);
    }
  };

  await check('a message is found although somebody else on the same loop has read it already', async () => {
    follow('first', EPOCH);
    for (let seq = 1; seq <= OTHERS; seq++) {
      await first.send('writer', 'busy', `message ${seq}`);
      follow(`other ${seq}`, EPOCH);
      await hear(`other ${seq}`, seq);
      await hear('first', seq);
    }
  });
  socket.cut();
});

const published = (text) => `SELECT guildhall.send('default', 'busy', 'writer 0', '${text}')`;

await withNodes([DEAF, DEAF], async (nodes) => {
  const [first] = nodes;
  await first.room('busy', ['reader', 'writer 0']);
  const followers = nodes.map((node) => new Follower(node, 'busy'));

  await check('what an application publishes reaches the followers of every node, whatever the bus', async () => {
    let last = Infinity;
    const followed = followers.map((follower) => follower.follow(() => last));
    for (let i = 0; i < 20; i++) await first.sql(published(`from SQL ${i}`));
    await first.sql(`BEGIN; ${published('taken back')}; ROLLBACK`);
    await first.sql(`BEGIN; ${published('two in')}; ${published('one transaction')}; COMMIT`);
    last = 23;
    await first.sql(published('the last'));
    await Promise.all(followed);
  });

  await check('what was rolled back is in no log', async () => {
    assert.equal(await first.sql(`SELECT count(*), max(seq) FROM gg_core WHERE room_id = 'busy'`), '23|23');
  });
});

finish();
