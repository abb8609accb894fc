// Compression bombs: a few kilobytes that would unpack to hundreds of megabytes. Each is refused when
// the limit has been unpacked, memory stays where it was, and the next honest request is served.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import * as echo from './echo.mjs';

const { continuation, ping, text, FINAL, PACKED } = echo;

const MIB = 1024 * 1024;
const LIMIT = 256 * 1024; // of a message, on the wire and unpacked
const UNKNOWN = 16 * 1024; // of one before the acknowledgement, and
const AHEAD = 64 * 1024; // where operations may be sent ahead of it
const UNPACKED = 200 * MIB;
const TIMES = 10; // that each attack comes
const AT_ONCE = 20; // sockets, and then
const FEW = 3; // times: a sanitizer keeps for a while what was freed
const FLAT = 64 * MIB; // a third of what a single bomb would take

// A ping whose payload is one letter two hundred million times, in less than the limit.
const START = '{"type":"ping","payload":{"p":"';
const bomb = echo.pack(Buffer.concat([Buffer.from(START), Buffer.alloc(UNPACKED, 'a'), Buffer.from('"}}')]));
assert.ok(bomb.length < LIMIT && UNPACKED / bomb.length > 900, `${bomb.length} bytes`);

function highestMemory(pid) {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) * 1024;
}

const options = ['--max-request-bytes', String(LIMIT), '--websocket-deflate', 'on', '--open-rooms', 'lobby'];

await withServer({ options, threads: 1 }, async (hall) => {
  const extensions = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };
  const unknown = (more) => hall.socket({ headers: extensions, ...more });
  const open = () => hall.login('ann', { headers: extensions });

  async function servesTheNext() {
    const socket = await open();
    const said = echo.saying('honest and long enough to be compressed '.repeat(20));
    for (const frame of echo.framesOf(PACKED | text, echo.pack(said))) socket.bytes(frame);
    await echo.echoes(socket, said);
    assert.equal(socket.packed, 1);
    socket.cut();
    assert.equal((await hall.send('ann', 'lobby', 'still here')).text, 'still here');
  }

  // What the honest need has been taken before anything is measured.
  for (let i = 0; i < 3; i++) await servesTheNext();

  async function staysFlat(attack, times = TIMES) {
    const before = highestMemory(hall.pid);
    for (let i = 0; i < times; i++) await attack();
    await servesTheNext();
    const grown = highestMemory(hall.pid) - before;
    console.log(`# ${(grown / MIB).toFixed(1)} MiB more`);
    assert.ok(grown < FLAT, `${Math.round(grown / MIB)} MiB more`);
  }

  async function refused(frames) {
    const socket = await open();
    for (const frame of frames) socket.bytes(frame);
    await echo.closes(socket, 1009);
    socket.cut();
  }

  await check('a bomb in one frame is refused', () => staysFlat(() => refused(echo.framesOf(PACKED | text, bomb))));

  await check('a bomb in many fragments is refused', () =>
    staysFlat(() => refused(echo.framesOf(PACKED | text, bomb, 200))));

  await check('a bomb in many fragments is refused before the last ones have come', () =>
    staysFlat(async () => {
      const socket = await open();
      // Each unpacks to some two hundred kilobytes: the second one is too much.
      const [first, second] = echo.framesOf(PACKED | text, bomb, 200);
      socket.bytes(first);
      socket.frame(ping, 'the first fragment has been read');
      assert.equal(String(await echo.ponged(socket)), 'the first fragment has been read');
      socket.bytes(second);
      await echo.closes(socket, 1009);
      socket.cut();
    }));

  await check('fragments that unpack to nothing add up to too much as well', () =>
    staysFlat(async () => {
      const socket = await open();
      const empty = Buffer.from('000000ffff'.repeat(2000), 'hex'); // blocks of no bytes
      socket.bytes(echo.bytesOf(PACKED | text, empty));
      for (let sent = empty.length; sent <= LIMIT; sent += empty.length) socket.bytes(echo.bytesOf(continuation, empty));
      await echo.closes(socket, 1009);
      socket.cut();
    }));

  await check('many bombs at the same time, each as far as it may come, are refused', () =>
    staysFlat(async () => {
      const sockets = await Promise.all(Array.from({ length: AT_ONCE }, () => open()));
      const frames = echo.framesOf(PACKED | text, bomb, 200);
      for (const frame of frames.slice(0, 3)) for (const socket of sockets) socket.bytes(frame);
      for (const socket of sockets) {
        await echo.closes(socket, 1009);
        socket.cut();
      }
    }, FEW));

  await check('whoever begins compressed messages and goes leaves nothing behind', () =>
    staysFlat(async () => {
      const sockets = await Promise.all(Array.from({ length: AT_ONCE }, () => open()));
      for (const socket of sockets) {
        socket.bytes(echo.framesOf(PACKED | text, bomb, 200)[0]);
        socket.frame(ping, 'read');
      }
      for (const socket of sockets) {
        await echo.ponged(socket);
        socket.cut();
      }
    }, FEW));

  await check('a room, AppSync and the older protocol refuse a bomb too', async () => {
    const bomber = async (more) => {
      const socket = await unknown(more);
      for (const frame of echo.framesOf(PACKED | text, bomb)) socket.bytes(frame);
      for (;;) {
        const event = await socket.next();
        if (event.text !== undefined) continue;
        assert.equal(event.close?.code, 1009);
        socket.cut();
        return;
      }
    };
    const Authorization = `Bearer ${hall.token('ann')}`;
    await staysFlat(async () => {
      await bomber({ protocols: ['graphql-ws'] });
      await bomber({ protocols: ['graphql-ws'], path: '/graphql/realtime' });
      await bomber({ protocols: ['guildhall-room'], path: '/ws/rooms/lobby', headers: { Authorization, ...extensions } });
    });
  });

  await check('messages that each unpack to the limit are refused when a few have come', () =>
    staysFlat(async () => {
      const socket = await open();
      const said = echo.message(LIMIT);
      const [frame] = echo.framesOf(PACKED | text, echo.pack(said));
      socket.bytes(Buffer.concat(Array(100).fill(frame)));
      for (let i = 0; i < 4; i++) await echo.echoes(socket, said);
      await echo.closes(socket, 1009);
      socket.cut();
    }, FEW));

  await check('a message of the limit is no bomb, and one byte more is', async () => {
    const socket = await open();
    const most = echo.message(LIMIT);
    for (const frame of echo.framesOf(PACKED | text, echo.pack(most))) socket.bytes(frame);
    await echo.echoes(socket, most);
    socket.cut();
    await refused(echo.framesOf(PACKED | text, echo.pack(echo.message(LIMIT + 1))));
  });

  await check('who has not shown a token may say little, as it comes and unpacked, and gets nothing packed', async () => {
    const most = echo.message(UNKNOWN);
    const socket = await unknown();
    for (const frame of [...echo.framesOf(PACKED | text, echo.pack(most)), ...echo.framesOf(text, Buffer.from(most))]) socket.bytes(frame);
    await echo.echoes(socket, most);
    await echo.echoes(socket, most);
    assert.equal(socket.packed, 0);
    for (const frame of echo.framesOf(PACKED | text, echo.pack(echo.message(UNKNOWN + 1)))) socket.bytes(frame);
    await echo.closes(socket, 1009);
    socket.cut();
    const plain = await unknown();
    for (const frame of echo.framesOf(text, Buffer.from(echo.message(UNKNOWN + 1)), 1000)) plain.bytes(frame);
    await echo.closes(plain, 1009);
    plain.cut();
  });

  await check('where operations may be sent ahead of the acknowledgement, a message may be as long as what is held', async () => {
    const start = (length) => JSON.stringify({ id: '1', type: 'start', payload: { query: `{ __typename } #${'x'.repeat(length)}` } });
    const saying = async (length) => {
      const socket = await unknown({ protocols: ['graphql-ws'] });
      for (const frame of echo.framesOf(PACKED | text, echo.pack(start(length)))) socket.bytes(frame);
      return socket;
    };
    const held = await saying(AHEAD - 200);
    assert.equal((await held.nextJson()).payload.extensions.code, 'UNAUTHENTICATED');
    held.cut();
    const longer = await saying(AHEAD);
    await echo.closes(longer, 1009);
    longer.cut();
  });
});

finish();
