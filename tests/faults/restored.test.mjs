// The database was brought back to an earlier time, and the rooms' numbers moved on as docs/backup.md tells:
// who has a cursor of the time that was undone misses nothing of what is sent from then on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const FOLLOW = 'subscription ($since: String) { onMessage(roomId: "kitchen", since: $since) { text } }';
const page = readFileSync(new URL('../../docs/backup.md', import.meta.url), 'utf8');
const [moveOn] = page.match(/UPDATE room SET last_seq[^"]*/);

async function texts(socket, n) {
  const heard = [];
  while (heard.length < n) {
    const { type, payload } = await socket.nextJson();
    if (type === 'next') heard.push(payload.data.onMessage.text);
  }
  return heard;
}

await withServer({}, async (hall) => {
  await hall.room('kitchen', ['ann']);
  const sent = [];
  for (const text of ['kept', 'undone', 'undone, too']) sent.push(await hall.send('ann', 'kitchen', text));
  await hall.end();
  await hall.sql('DELETE FROM gg_core WHERE seq > 1; UPDATE room SET last_seq = 1');
  await hall.sql(moveOn);
  await hall.start();

  for (const [who, { cursor }] of [['kept', sent[0]], ['undone', sent[2]]]) {
    await check(`whose cursor is of a message that was ${who} hears each new one`, async () => {
      const socket = await hall.login('ann');
      socket.sendJson({ id: '1', type: 'subscribe', payload: { query: FOLLOW, variables: { since: cursor } } });
      const fresh = [`first for ${who}`, `second for ${who}`];
      for (const text of fresh) await hall.send('ann', 'kitchen', text);
      const before = who === 'kept' ? [] : ['first for kept', 'second for kept'];
      assert.deepEqual(await texts(socket, before.length + 2), [...before, ...fresh]);
    });
  }
});

finish();
