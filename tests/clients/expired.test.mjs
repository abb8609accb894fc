// History that is dropped while somebody is still reading it: what is missing is told, never passed over.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const MESSAGES = 2000;
const LARGE_TEXT = '\u{1f5e3}'.repeat(4000); // 16,000 bytes: together far more than the kernel keeps for a socket
const EPOCH = '1970-01-01T00:00:00.000Z';
const FOLLOW = `subscription ($since: String) { onMessage(roomId: "long", since: $since) { seq text } }`;

// Hears the room until `last`, or until it is refused: how far it came, and the error's extensions.
async function read(socket, id, from, last) {
  for (let seq = from; seq <= last; ) {
    const message = await socket.nextJson();
    if (message.type === 'ping') continue;
    if (message.type === 'error') return { seq: seq - 1, ...message.payload[0].extensions };
    assert.equal(message.type, 'next', JSON.stringify(message));
    assert.equal(message.id, id);
    assert.equal(message.payload.data.onMessage.seq, seq);
    seq++;
  }
  return { seq: last };
}

await withServer({ threads: 1, options: ['--recent-bytes', '0'] }, async (hall) => {
  await hall.room('long', ['ann']);
  await hall.sql(`
    INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    SELECT 'default', 'long', i, 'm' || i, 'ann', '${LARGE_TEXT}', i FROM generate_series(1, ${MESSAGES}) i;
    UPDATE room SET last_seq = ${MESSAGES}, last_ts = ${MESSAGES} WHERE room_id = 'long'`);
  const socket = await hall.login('ann');
  const subscribe = (id, since) =>
    socket.sendJson({ id, type: 'subscribe', payload: { query: FOLLOW, variables: { since } } });
  let refused;

  await check('a slow reader is told when what it has not read yet is dropped', async () => {
    subscribe('slow', EPOCH);
    await read(socket, 'slow', 1, 1);
    socket.pause();
    // The server has to have stopped reading ahead for it.
    await hall.ask('ann', '{ messages(roomId: "long", first: 1) { items { seq } } }');
    await hall.sql(`
      DELETE FROM gg_core WHERE room_id = 'long' AND seq < ${MESSAGES};
      UPDATE room SET first_kept_seq = ${MESSAGES} WHERE room_id = 'long'`);
    socket.resume();
    refused = await read(socket, 'slow', 2, MESSAGES);
    assert.equal(refused.code, 'HISTORY_EXPIRED');
    assert.ok(refused.seq < MESSAGES - 1, `it had read ${refused.seq} by then`);
  });

  await check('and goes on from where on everything is kept', async () => {
    subscribe('again', refused.earliestCursor);
    await read(socket, 'again', MESSAGES, MESSAGES);
    await hall.send('ann', 'long', 'and live');
    await read(socket, 'again', MESSAGES + 1, MESSAGES + 1);
  });
  socket.cut();
});
finish();
