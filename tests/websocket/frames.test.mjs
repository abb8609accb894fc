// Frames, masks, fragments, control frames, UTF-8, close handshakes and reserved bits: groups 1 to 7
// and 9 of the Autobahn test suite. With the word `deflate` on sockets on which compression has been
// agreed: what is not compressed is read as ever.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import * as echo from './echo.mjs';

const { continuation, text, binary, close, ping, pong, FINAL } = echo;

const LIMIT = 100_000;

const deflates = process.argv[2] === 'deflate';
const options = ['--max-request-bytes', String(LIMIT), '--websocket-deflate', deflates ? 'on' : 'off'];

await withServer({ options }, async (hall) => {
  const open = async () => {
    const socket = await hall.login('ann', { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } });
    assert.equal(socket.extensions, deflates ? echo.NO_TAKEOVER : '');
    return socket;
  };

  async function refused(code, ...frames) {
    const socket = await open();
    for (const frame of frames) socket.bytes(frame);
    await echo.closes(socket, code);
    socket.cut();
  }

  // --- 1: framing

  await check('messages of every form of length come back', async () => {
    const socket = await open();
    for (const length of [40, 125, 126, 127, 128, 65535, 65536, LIMIT]) {
      const said = echo.message(length);
      socket.send(said);
      await echo.echoes(socket, said);
    }
    socket.cut();
  });

  await check('a frame in pieces, whatever their size, is the same frame', async () => {
    const socket = await open();
    for (const size of [1, 7, 997, 2048]) {
      const said = echo.message(size === 1 ? 300 : 9000);
      const bytes = echo.bytesOf(FINAL | text, said);
      for (let at = 0; at < bytes.length; at += size) {
        socket.bytes(bytes.subarray(at, at + size));
        if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await echo.echoes(socket, said);
    }
    socket.cut();
  });

  await check('a hundred frames in one piece are a hundred messages', async () => {
    const socket = await open();
    const said = Array.from({ length: 100 }, (_, i) => echo.saying(i));
    socket.bytes(Buffer.concat(said.map((one) => echo.bytesOf(FINAL | text, one))));
    for (const one of said) await echo.echoes(socket, one);
    socket.cut();
  });

  await check('a thousand in one piece are answered in their order, then the close behind them', async () => {
    const socket = await open();
    const said = Array.from({ length: 1000 }, (_, i) => echo.saying(i));
    const frames = said.map((one) => echo.bytesOf(FINAL | text, one));
    socket.bytes(Buffer.concat([...frames, echo.bytesOf(FINAL | ping, 'still here'), echo.bytesOf(FINAL | close)]));
    for (const one of said) await echo.echoes(socket, one);
    assert.equal(String(await echo.ponged(socket)), 'still here');
    await echo.closes(socket, 1005);
    socket.cut();
  });

  await check('a binary message is no message of this sub-protocol', () =>
    refused(4400, echo.bytesOf(FINAL | binary, echo.saying('x'))));

  await check('a frame that is not masked fails the connection', async () => {
    const socket = await open();
    socket.frame(text, echo.saying('x'), { masked: false });
    await echo.closes(socket, 1002);
    socket.cut();
  });

  await check('a length that is not written in its short form fails the connection', async () => {
    const mask = [0, 0, 0, 0];
    await refused(1002, Buffer.from([FINAL | text, 0xfe, 0, 125, ...mask]));
    await refused(1002, Buffer.from([FINAL | text, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...mask]));
  });

  // --- 2: pings and pongs

  await check('a ping is answered by a pong with its payload', async () => {
    const socket = await open();
    for (const payload of ['', 'Hello, world!', Buffer.from([0, 0xff, 0xfe, 0xfd]), Buffer.alloc(125, 0xfe)]) {
      socket.frame(ping, payload);
      assert.deepEqual(await echo.ponged(socket), Buffer.from(payload));
    }
    socket.cut();
  });

  await check('a ping in single bytes is answered, and ten pings are answered in order', async () => {
    const socket = await open();
    for (const byte of echo.bytesOf(FINAL | ping, 'slow')) {
      socket.bytes(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(String(await echo.ponged(socket)), 'slow');
    for (let i = 0; i < 10; i++) socket.frame(ping, `payload ${i}`);
    for (let i = 0; i < 10; i++) assert.equal(String(await echo.ponged(socket)), `payload ${i}`);
    socket.cut();
  });

  await check('a pong that nobody asked for is nothing', async () => {
    const socket = await open();
    socket.frame(pong);
    socket.frame(pong, 'unsolicited');
    socket.frame(ping, 'and a ping');
    assert.equal(String(await echo.ponged(socket)), 'and a ping');
    socket.cut();
  });

  await check('a control frame of more than 125 bytes fails the connection', async () => {
    for (const opcode of [ping, pong, close]) await refused(1002, echo.bytesOf(FINAL | opcode, 'x'.repeat(126)));
  });

  // --- 3 and 4: reserved bits, reserved opcodes

  await check('a reserved bit fails the connection, on every kind of frame', async () => {
    for (const bit of [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70])
      for (const opcode of [text, binary, ping, close]) {
        const saysPacked = deflates && bit === 0x40 && (opcode === text || opcode === binary);
        if (!saysPacked) await refused(1002, echo.bytesOf(FINAL | bit | opcode));
      }
    await refused(1002, echo.bytesOf(text, '{'), echo.bytesOf(FINAL | 0x40 | continuation, '}'));
  });

  await check('what came before a bad frame is answered, and nothing behind it', async () => {
    const socket = await open();
    const said = echo.saying('before');
    socket.bytes(Buffer.concat([
      echo.bytesOf(FINAL | text, said),
      echo.bytesOf(FINAL | 0x20 | text, echo.saying('bad')),
      echo.bytesOf(FINAL | ping, 'behind'),
    ]));
    await echo.echoes(socket, said);
    await echo.closes(socket, 1002);
    socket.cut();
  });

  await check('an opcode that means nothing fails the connection', async () => {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      await refused(1002, echo.bytesOf(FINAL | opcode));
      await refused(1002, echo.bytesOf(FINAL | opcode, 'with a payload'));
    }
  });

  // --- 5: fragments

  const fragments = (said, sizes) => {
    const bytes = Buffer.from(said);
    const parts = [];
    let at = 0;
    for (const size of [...sizes, bytes.length]) {
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    return parts.map((part, i) =>
      echo.bytesOf((i === parts.length - 1 ? FINAL : 0) | (i === 0 ? text : continuation), part));
  };

  await check('a message in fragments is the message, empty ones too', async () => {
    const socket = await open();
    const said = echo.saying('in fragments');
    for (const sizes of [[5], [0, 3, 0, 1], Array(said.length).fill(1)]) {
      for (const frame of fragments(said, sizes)) socket.bytes(frame);
      await echo.echoes(socket, said);
    }
    socket.cut();
  });

  await check('control frames between fragments are answered before the message', async () => {
    const socket = await open();
    const said = echo.saying('interrupted');
    for (const frame of fragments(said, [3, 3])) {
      socket.bytes(frame);
      socket.frame(ping, 'behind a fragment');
    }
    for (let i = 0; i < 2; i++) assert.equal(String(await echo.ponged(socket)), 'behind a fragment');
    await echo.echoes(socket, said);
    assert.equal(String(await echo.ponged(socket)), 'behind a fragment');
    socket.cut();
  });

  await check('a control frame in fragments fails the connection', async () => {
    for (const opcode of [ping, pong, close])
      await refused(1002, echo.bytesOf(opcode, 'a'), echo.bytesOf(FINAL | continuation, 'b'));
  });

  await check('a continuation of nothing fails the connection', async () => {
    await refused(1002, echo.bytesOf(FINAL | continuation, 'x'));
    await refused(1002, echo.bytesOf(continuation, 'x'));
    const said = echo.saying('whole');
    const socket = await open();
    socket.send(said);
    await echo.echoes(socket, said);
    socket.bytes(echo.bytesOf(FINAL | continuation, 'x'));
    await echo.closes(socket, 1002);
    socket.cut();
  });

  await check('a message that begins inside another fails the connection', async () => {
    for (const opcode of [text, binary])
      await refused(1002, echo.bytesOf(text, '{'), echo.bytesOf(FINAL | opcode, echo.saying('inside')));
  });

  // --- 6: UTF-8

  const around = (bytes) => Buffer.concat([Buffer.from('{"type":"ping","payload":{"p":"'), Buffer.from(bytes), Buffer.from('"}}')]);

  await check('valid UTF-8 comes back, whole and cut between any two bytes', async () => {
    const socket = await open();
    for (const value of ['κόσμε', 'Hello-µ@ßöäüàá-UTF-8!!', '\u07ff\u0800\uffff', '\u{10000}\u{10ffff}', '\ud7ff\ue000\ufffd', '\ufdd0\u{1fffe}']) {
      const said = echo.saying(value);
      socket.send(said);
      await echo.echoes(socket, said);
      const length = Buffer.byteLength(said);
      for (let at = 1; at < length; at++) {
        for (const frame of fragments(said, [at])) socket.bytes(frame);
        await echo.echoes(socket, said);
      }
      for (const frame of fragments(said, Array(length).fill(1))) socket.bytes(frame);
      await echo.echoes(socket, said);
    }
    socket.cut();
  });

  const INVALID = {
    'a continuation byte alone': [0x80],
    'a start without its continuation': [0xc3, 0x28],
    'an overlong slash of two bytes': [0xc0, 0xaf],
    'an overlong slash of three bytes': [0xe0, 0x80, 0xaf],
    'an overlong slash of four bytes': [0xf0, 0x80, 0x80, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'a pair of surrogates': [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
    'a code point behind the last': [0xf4, 0x90, 0x80, 0x80],
    'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
    'six bytes': [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
    '0xfe': [0xfe],
    '0xff': [0xff],
  };

  for (const [what, bytes] of Object.entries(INVALID))
    await check(`${what} is refused, in one frame and in single bytes`, async () => {
      await refused(1007, echo.bytesOf(FINAL | text, around(bytes)));
      await refused(1007, ...fragments(around(bytes), Array(around(bytes).length).fill(1)));
    });

  await check('a character that the message cuts off is refused', async () => {
    for (const bytes of [[0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98]])
      await refused(1007, echo.bytesOf(FINAL | text, Buffer.concat([Buffer.from('{"p":"'), Buffer.from(bytes)])));
  });

  await check('the first wrong byte is refused before its message has ended', async () => {
    for (const bytes of Object.values(INVALID)) await refused(1007, echo.bytesOf(text, around(bytes)));
    await refused(1007, echo.bytesOf(text, 'fine so far '), echo.bytesOf(continuation, Buffer.from([0x20, 0xff])));
  });

  await check('the first wrong byte is refused before its frame has ended', async () => {
    for (const bytes of Object.values(INVALID))
      await refused(1007, echo.bytesOf(FINAL | text, around(bytes), { length: 1000 }));
    // in a piece of its own, and behind a fragment that was valid
    const frame = echo.bytesOf(FINAL | text, Buffer.from([0x41, 0x42, 0xce, 0xff]), { length: 70000 });
    await refused(1007, frame.subarray(0, frame.length - 1), frame.subarray(frame.length - 1));
    await refused(1007, echo.bytesOf(text, Buffer.from([0xce])), echo.bytesOf(FINAL | continuation, Buffer.from([0x41]), { length: 500 }));
  });

  // --- 7: closing

  const closing = (code, reason = '') => {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    return echo.bytesOf(FINAL | close, payload);
  };

  await check('a close is answered with its code, and an empty one with an empty one', async () => {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
      await refused(code, closing(code));
    await refused(1000, closing(1000, 'x'.repeat(123)));
    await refused(1005, echo.bytesOf(FINAL | close));
  });

  await check('a close with a code that may not be sent fails the connection', async () => {
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) await refused(1002, closing(code));
    await refused(1002, echo.bytesOf(FINAL | close, 'x'));
  });

  await check('a reason that is no UTF-8 is refused', () =>
    refused(1007, echo.bytesOf(FINAL | close, Buffer.from([0x03, 0xe8, 0xce, 0xba, 0xff]))));

  await check('what comes behind a close is not looked at', async () => {
    await refused(1000, Buffer.concat([closing(1000), echo.bytesOf(FINAL | text, echo.saying('late'))]));
    await refused(1000, Buffer.concat([closing(1000), echo.bytesOf(FINAL | ping)]));
    await refused(1000, Buffer.concat([closing(1000), closing(4000)]));
  });

  await check('a close between fragments closes', () =>
    refused(1000, echo.bytesOf(text, '{"type"'), closing(1000)));

  // --- 9: what is too much

  await check('a message that announces too much is refused before it comes', () =>
    refused(1009, echo.bytesOf(FINAL | text, '', { length: LIMIT + 1 })));

  await check('fragments that add up to too much are refused when they do', () =>
    refused(1009, echo.bytesOf(text, 'x'.repeat(60_000)), echo.bytesOf(continuation, 'x'.repeat(60_000))));

  await check('a length of 63 bits and more is refused', async () => {
    for (const high of [0x7f, 0xff])
      await refused(1009, Buffer.from([FINAL | text, 0xff, high, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
  });

  await check('after all of that the server serves', async () => {
    const { body } = await hall.graphql('{ viewer { userId } }', { user: 'ann' });
    assert.equal(body.data.viewer.userId, 'ann');
  });
});

finish();
