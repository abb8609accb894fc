// The same documents over every transport: the same results, the same errors, the same positions. What a
// protocol puts around them is taken off, and held to what the protocol says, where it is spoken.

import assert from 'node:assert/strict';

import { check, Failure, finish } from '../lib/tap.mjs';
import { EPOCH, FOLLOW, furnish, LIMITS, rowsOf, SEND } from './documents.mjs';
import { withWays } from './ways.mjs';

function holds(expected, data) {
  if (typeof expected === 'function') expected(data);
  else assert.deepEqual(data, expected);
}

// What stands in the table, which says nothing of places and statuses.
function meets({ data, errors = [], take }, results) {
  if (take) return take.forEach((each, i) => holds(each, results[i].data));
  assert.equal(results.length, 1, JSON.stringify(results));
  const [result] = results;
  if (data === undefined) assert.ok(!('data' in result), JSON.stringify(result));
  else holds(data, result.data);
  assert.equal(result.errors?.length ?? 0, errors.length, JSON.stringify(result.errors));
  for (const [i, { code, path, message = result.errors[i].message, ...more }] of errors.entries()) {
    const { extensions, ...error } = result.errors[i];
    assert.deepEqual([extensions.code, error.path, error.message], [code, path, message]);
    for (const [name, value] of Object.entries(more)) assert.equal(extensions[name], value);
  }
  return undefined;
}

async function compare(way, rows, expected) {
  const wrong = [];
  for (const row of rows) {
    if (!way.takes(row)) continue;
    try {
      assert.deepEqual(await way.results(row), expected.get(row).map(way.told));
    } catch (error) {
      wrong.push(`${row.what}: ${error.stack}`);
    }
  }
  if (wrong.length) throw new Failure(wrong.join('\n'));
}

// What a sender is told, what is in the log, and what a follower hears, are the same message.
async function sendAndRead(hall, way, roomId, sender) {
  await hall.room(roomId, ['ann']);
  const text = `sent over ${way.name} ✓`;
  const [told] = await (await sender.session('ann')).run({ query: SEND, variables: { roomId, text } });
  const { messages } = await hall.ask('ann', `{ messages(roomId: "${roomId}") {
    items { id roomId seq senderId text ts cursor } } }`);
  assert.deepEqual(messages.items, [told.data.sendMessage]);
  assert.deepEqual([told.data.sendMessage.seq, told.data.sendMessage.text], [1, text]);
  const following = await (await way.session('ann')).follow(roomId, EPOCH);
  const { seq, text: heard, cursor } = await following.next();
  await following.stop();
  assert.deepEqual({ seq, text: heard, cursor }, { seq: 1, text, cursor: told.data.sendMessage.cursor });
}

// All follow one room at a time. Until each has heard one live, more is sent.
async function hearLive(hall, ways) {
  await hall.room('live', ['ann']);
  const request = { query: FOLLOW, variables: { roomId: 'live', since: EPOCH } };
  const heard = ways.map(() => []);
  const sent = [];
  const isLive = (i) => ways[i].isRoom || heard[i].some(({ extensions }) => !extensions.guildhall.replayed);
  const operations = await Promise.all(ways.map(async (way) => (await way.session('ann')).begin(request)));
  do {
    sent.push(await hall.send('ann', 'live', `message ${sent.length + 1}`));
    await Promise.all(operations.map(async (operation, i) => heard[i].push(await operation.next())));
  } while (!ways.every((way, i) => isLive(i)));
  await Promise.all(operations.map((operation) => operation.stop()));
  for (const [i, { name, told }] of ways.entries()) {
    const results = sent.map(({ seq, cursor, id, text, ts }, n) => {
      const onMessage = { id, roomId: 'live', seq, senderId: 'ann', text, ts, cursor };
      const replayed = heard[i][n].extensions?.guildhall.replayed;
      return told({ data: { onMessage }, extensions: { guildhall: { seq, cursor, replayed } } });
    });
    assert.deepEqual(heard[i], results, name);
  }
}

await withWays(LIMITS, async (hall, ways) => {
  const rows = rowsOf(await furnish(hall));
  const [first, ...others] = ways;
  const expected = new Map();

  for (const row of rows)
    await check(`${row.what}, over ${first.name}`, async () => {
      expected.set(row, await first.results(row));
      meets(row, expected.get(row));
    });
  for (const way of others)
    await check(`the same documents have the same results over ${way.name}`, () => compare(way, rows, expected));

  for (const [i, way] of ways.entries()) {
    const sender = way.can.includes('mutation') || way.isRoom ? way : first;
    await check(`what is sent over ${sender.name} is read, and followed over ${way.name}`, () =>
      sendAndRead(hall, way, `room-${i}`, sender));
  }
  const streaming = ways.filter(({ can, isRoom }) => can.includes('subscription') || isRoom);
  await check(`${streaming.length} ways hear the same, live, at the same positions`, () => hearLive(hall, streaming));
});
finish();
