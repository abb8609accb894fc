// What is too often or too many is told alike, whatever the transport.

import assert from 'node:assert/strict';

import { check, finish } from '../lib/tap.mjs';
import { EPOCH, FOLLOW, SEND } from './documents.mjs';
import { withWays } from './ways.mjs';

const AT_A_TIME = 2; // operations of a connection

// retryAfterMs is what is left of a long time.
const withoutTime = ({ data, errors }) => ({
  data,
  errors: errors?.map(({ extensions: { retryAfterMs, ...extensions }, ...error }) => {
    assert.ok(retryAfterMs > 0);
    return { ...error, extensions };
  }),
});

// Each as a user of its own, for it is users who may send so much.
async function sendTwice(hall, way, user) {
  await hall.sql(`INSERT INTO member VALUES ('default', 'club', '${user}', 'MEMBER', 0)`);
  const session = await way.session(user);
  const send = async () => (await session.run({ query: SEND, variables: { roomId: 'club', text: 'hello' } }))[0];
  assert.equal((await send()).data.sendMessage.text, 'hello');
  return send();
}

const inOneWord = ({ message, ...error }) => ({ message: message.replace('event stream', 'connection'), ...error });

// The operations that its connection may have, and one more; then again, when one is over.
// What is full is called as it is: a connection, or an event stream.
async function followTooOften(way) {
  const session = await way.session('ann');
  const follow = (since) => session.begin({ query: FOLLOW, variables: { roomId: 'club', since } });
  const operations = [];
  for (let i = 0; i < AT_A_TIME; i++) operations.push(await follow());
  const refused = await (await follow()).next();
  await operations.pop().stop();
  operations.push(await follow(EPOCH));
  assert.equal((await operations.at(-1).next()).data.onMessage.seq, 1);
  for (const operation of operations) await operation.stop();
  return { ...refused, errors: refused.errors.map(inOneWord) };
}

const RATE = ['--rate-sends', '1/h', '--rate-sends-burst', '1'];

await withWays([...RATE, '--max-subscriptions-per-connection', `${AT_A_TIME}`], async (hall, ways) => {
  await hall.room('club', ['ann']);
  const sending = ways.filter(({ can, isRoom }) => can.includes('mutation') || isRoom);
  let expected;

  await check(`who sends too often is RATE_LIMITED, over ${sending[0].name}`, async () => {
    const told = await sendTwice(hall, sending[0], 'sender-0');
    const [{ extensions, path }] = told.errors;
    assert.deepEqual([extensions.code, path, told.data], ['RATE_LIMITED', ['sendMessage'], { sendMessage: null }]);
    expected = withoutTime(told);
  });
  for (const [i, way] of sending.slice(1).entries())
    await check(`who sends too often is told the same over ${way.name}`, async () => {
      const told = withoutTime(await sendTwice(hall, way, `sender-${i + 1}`));
      assert.deepEqual(told, way.told(expected));
    });

  const shared = ways.filter(({ shares }) => shares);
  await check(`one subscription too many is LIMIT_EXCEEDED, over ${shared[0].name}`, async () => {
    expected = await followTooOften(shared[0]);
    assert.deepEqual(expected.errors.map(({ extensions }) => extensions.code), ['LIMIT_EXCEEDED']);
  });
  for (const way of shared.slice(1))
    await check(`one subscription too many is refused alike over ${way.name}`, async () =>
      assert.deepEqual(await followTooOften(way), expected));
});
finish();
