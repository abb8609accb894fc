// permessage-deflate (RFC 7692): the groups 12 and 13 of the Autobahn test suite, and what goes wrong.

import assert from 'node:assert/strict';

import { makeToken, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import * as echo from './echo.mjs';

const { binary, continuation, ping, text, FINAL, PACKED } = echo;

const LIMIT = 200_000;
const SIZES = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072];
const MESSAGES = 20; // of each size
const SMALL = 256; // bytes, below which the server does not compress

// Text as people write it, as long as asked for: it gets shorter, but not to nothing.
function prose(length, seed) {
  const words = ['κόσμε', 'hello', 'there', '"quoted"', 'and', 'again', '😀', 'over'];
  let said = '';
  for (let x = seed; said.length < length; x = (x * 1103515245 + 12345) % 2147483648)
    said += `${words[x % words.length]} ${x % 9973} `;
  return echo.saying([...said].slice(0, length).join(''));
}

const isLong = (said) => Buffer.byteLength(said) >= SMALL;

async function withDeflate(options, body) {
  await withServer({ options: ['--max-request-bytes', String(LIMIT), ...options] }, async (hall) => {
    const unknown = (offer = 'permessage-deflate', more = {}) =>
      hall.socket({ ...more, headers: { 'Sec-WebSocket-Extensions': offer, ...more.headers } });
    const open = (offer = 'permessage-deflate') => hall.login('ann', { headers: { 'Sec-WebSocket-Extensions': offer } });
    await body(hall, open, unknown);
  });
}

await withDeflate(['--websocket-deflate', 'on'], async (hall, open, unknown) => {
  // A compressed message in, its echo out: compressed as well, unless it is short.
  async function echoes(socket, said, { size, options } = {}) {
    const before = socket.packed;
    for (const frame of echo.framesOf(PACKED | text, echo.pack(said, options), size)) socket.bytes(frame);
    await echo.echoes(socket, said);
    assert.equal(socket.packed - before, isLong(said) ? 1 : 0);
  }

  async function refused(code, ...frames) {
    const socket = await open();
    for (const frame of frames) socket.bytes(frame);
    await echo.closes(socket, code);
    socket.cut();
  }

  // --- 12: sizes

  for (const size of SIZES)
    await check(`messages of ${size} characters come back, compressed both ways`, async () => {
      const socket = await open();
      for (let i = 0; i < MESSAGES; i++) await echoes(socket, prose(size, size + i));
      socket.cut();
    });

  await check('compressed messages in fragments of any size come back', async () => {
    const socket = await open();
    const said = prose(2000, 7);
    for (const size of [1, 2, 3, 5, 256, 1024, 4096]) await echoes(socket, said, { size });
    await echoes(socket, prose(LIMIT / 2, 8), { size: 32768 });
    socket.cut();
  });

  await check('whatever a client compresses with is read: levels, windows, blocks of every kind', async () => {
    const socket = await open();
    const said = prose(30_000, 9);
    for (const level of [0, 1, 6, 9]) await echoes(socket, said, { options: { level } });
    for (const windowBits of [9, 12, 15]) await echoes(socket, said, { options: { windowBits } });
    for (const strategy of [0, 1, 2, 3, 4]) await echoes(socket, said, { options: { strategy } });
    socket.cut();
  });

  await check('a compressed message in single bytes, pings between its fragments, comes back', async () => {
    const socket = await open();
    const said = prose(600, 10);
    const frames = echo.framesOf(PACKED | text, echo.pack(said), 100);
    for (const [i, frame] of frames.entries()) {
      for (const byte of frame) {
        socket.bytes(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (i < frames.length - 1) {
        socket.frame(ping, 'between');
        assert.equal(String(await echo.ponged(socket)), 'between');
      }
    }
    await echo.echoes(socket, said);
    socket.cut();
  });

  await check('compressed and plain messages may take turns', async () => {
    const socket = await open();
    for (let i = 0; i < 10; i++) {
      const said = prose(400 + i, i);
      if (i % 2) await echoes(socket, said);
      else {
        socket.send(said);
        await echo.echoes(socket, said);
      }
    }
    socket.cut();
  });

  await check('many sockets whose compressed messages arrive at the same time do not disturb each other', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open()));
    const said = sockets.map((_, i) => prose(3000, 100 + i));
    const frames = said.map((one) => echo.framesOf(PACKED | text, echo.pack(one), 200));
    for (let at = 0; frames.some((list) => at < list.length); at++) {
      sockets.forEach((socket, i) => frames[i][at] && socket.bytes(frames[i][at]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const [i, socket] of sockets.entries()) {
      await echo.echoes(socket, said[i]);
      socket.cut();
    }
  });

  // --- 13: offers

  const TAKEN = {
    'permessage-deflate': echo.NO_TAKEOVER,
    'permessage-deflate; client_max_window_bits': echo.NO_TAKEOVER,
    'permessage-deflate; client_max_window_bits=9': echo.NO_TAKEOVER,
    'permessage-deflate; client_no_context_takeover; server_no_context_takeover': echo.NO_TAKEOVER,
    'permessage-deflate; server_max_window_bits=15': `${echo.NO_TAKEOVER}; server_max_window_bits=15`,
    'x-unknown; a=b, permessage-deflate; server_max_window_bits=9, permessage-deflate': echo.NO_TAKEOVER,
  };
  for (const [offer, answer] of Object.entries(TAKEN))
    await check(`the offer ${offer} is taken`, async () => {
      const socket = await open(offer);
      assert.equal(socket.extensions, answer);
      for (const size of SIZES) await echoes(socket, prose(size, size));
      socket.cut();
    });

  const DECLINED = [
    'x-unknown',
    'x-webkit-deflate-frame',
    'permessage-deflate; server_max_window_bits=9',
    'permessage-deflate; server_max_window_bits',
    'permessage-deflate; server_max_window_bits=16',
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; client_max_window_bits=015',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; unknown_parameter',
    'permessage-deflate; client_max_window_bits=10; client_max_window_bits=10',
  ];
  await check('what cannot be served, or is malformed, is declined, and the socket stands without it', async () => {
    for (const offer of DECLINED) {
      const socket = await open(offer);
      const said = prose(1000, 11);
      assert.equal(socket.extensions, '', offer);
      socket.send(said);
      await echo.echoes(socket, said);
      assert.equal(socket.packed, 0);
      for (const frame of echo.framesOf(PACKED | text, echo.pack(said))) socket.bytes(frame);
      await echo.closes(socket, 1002);
      socket.cut();
    }
  });

  // --- what goes wrong

  await check('that a frame is compressed stands nowhere but in the first one of a message', async () => {
    const packed = echo.pack(prose(500, 12));
    await refused(1002, echo.bytesOf(PACKED | text, packed.subarray(0, 50)), echo.bytesOf(FINAL | PACKED | continuation, packed.subarray(50)));
    for (const opcode of [8, 9, 10]) await refused(1002, echo.bytesOf(FINAL | PACKED | opcode, echo.pack('x')));
  });

  await check('a payload that is not compressed as it says is refused', async () => {
    await refused(1007, echo.bytesOf(FINAL | PACKED | text, 'this is not compressed at all'));
    await refused(1007, echo.bytesOf(FINAL | PACKED | text, ''));
    const packed = echo.pack(prose(5000, 13));
    await refused(1007, echo.bytesOf(FINAL | PACKED | text, packed.subarray(0, packed.length / 2)));
    // known before the message has ended
    await refused(1007, echo.bytesOf(PACKED | text, 'this is not compressed at all'));
  });

  const broken = Buffer.concat([Buffer.from('{"type":"ping","payload":{"p":"'), Buffer.from([0xff]), Buffer.alloc(900, 'x')]);

  await check('a wrong byte of text is refused when it is unpacked, before the message has ended', async () => {
    await refused(1007, echo.bytesOf(FINAL | PACKED | text, echo.pack(broken)));
    await refused(1007, echo.bytesOf(PACKED | text, echo.pack(broken, { level: 0 }).subarray(0, 100)));
    await refused(1007, echo.bytesOf(FINAL | PACKED | text, echo.pack(Buffer.from('{"p":"\xc3', 'latin1'))));
  });

  await check('a compressed binary message is no message of this sub-protocol', () =>
    refused(4400, echo.bytesOf(FINAL | PACKED | binary, echo.pack(prose(300, 14)))));

  // --- sub-protocols

  const long = (word) => `${word} and the same again, `.repeat(40);
  const FOLLOW = 'subscription { onMessage(roomId: "club") { text } }';
  const authorization = `Bearer ${makeToken({ sub: 'ann', exp: '+3600' })}`;
  const appsync = { data: JSON.stringify({ query: FOLLOW }), extensions: { authorization: { Authorization: authorization } } };
  const header = Buffer.from(JSON.stringify({ Authorization: authorization })).toString('base64url');

  const DIALECTS = {
    'graphql-transport-ws': {
      say: [{ type: 'connection_init', payload: { authorization } }, { id: '1', type: 'subscribe', payload: { query: FOLLOW } }],
      textOf: ({ payload }) => payload?.data?.onMessage.text,
    },
    'graphql-ws': {
      say: [{ type: 'connection_init', payload: { authorization } }, { id: '1', type: 'start', payload: { query: FOLLOW } }],
      textOf: ({ payload }) => payload?.data?.onMessage.text,
    },
    "AppSync's": {
      protocols: ['graphql-ws', `header-${header}`],
      path: '/graphql/realtime',
      say: [{ type: 'connection_init' }, { id: '1', type: 'start', payload: appsync }],
      textOf: ({ payload }) => payload?.data?.onMessage.text,
    },
    'guildhall-room': {
      path: '/ws/rooms/club',
      headers: { Authorization: authorization },
      say: [],
      textOf: ({ message }) => message?.text,
    },
  };

  async function hears(socket, textOf, wanted) {
    for (;;) {
      const said = textOf(await socket.nextJson());
      if (said === undefined) continue;
      assert.equal(said, wanted);
      return;
    }
  }

  await hall.room('club', ['ann']);
  for (const [name, { protocols = [name], path, headers, say, textOf }] of Object.entries(DIALECTS))
    await check(`${name}: who asked for it hears compressed results, others hear the same as it is`, async () => {
      const packing = await unknown('permessage-deflate', { protocols, path, headers });
      const plain = await hall.socket({ protocols, path, headers });
      for (const socket of [packing, plain])
        for (const one of say) {
          const said = JSON.stringify(one);
          if (socket === packing) socket.bytes(echo.bytesOf(FINAL | PACKED | text, echo.pack(said)));
          else socket.send(said);
        }
      // Both stand when both have heard something.
      let sent = 0;
      let sending;
      const stands = async (socket) => {
        for (;;) if (textOf(await socket.nextJson())?.startsWith('are you there')) return;
      };
      const standing = Promise.all([stands(packing), stands(plain)]).then(() => (sent = -1));
      while (sent >= 0) {
        sending = hall.send('ann', 'club', `are you there ${sent++}`);
        await Promise.race([sending, standing]);
      }
      await Promise.all([sending, standing]);
      const before = packing.packed;
      await hall.send('ann', 'club', long(name));
      const later = (socket) => hears(socket, (m) => (textOf(m)?.startsWith('are you') ? undefined : textOf(m)), long(name));
      await later(plain);
      await later(packing);
      assert.equal(plain.packed, 0);
      assert.ok(packing.packed > before, 'the result was not compressed');
      packing.cut();
      plain.cut();
    });

  await check('a page of history, an answer of one client alone, is compressed as well', async () => {
    const socket = await open();
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query: '{ messages(roomId: "club", first: 50) { edges { node { text } } } }' } });
    const { payload } = await socket.nextJson();
    assert.equal(payload.data.messages.edges[0].node.text, long('guildhall-room'));
    assert.equal(socket.packed, 1);
    socket.cut();
  });
});

await withDeflate([], async (_, open) => {
  await check('compression is off unless the operator asks for it', async () => {
    const socket = await open();
    const said = prose(1000, 15);
    assert.equal(socket.extensions, '');
    socket.send(said);
    await echo.echoes(socket, said);
    for (const frame of echo.framesOf(PACKED | text, echo.pack(said))) socket.bytes(frame);
    await echo.closes(socket, 1002);
    assert.equal(socket.packed, 0);
    socket.cut();
  });
});

finish();
