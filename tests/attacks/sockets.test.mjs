// WebSockets that are never initialised, never answer, never read, and never end their messages.

import assert from 'node:assert/strict';
import { once } from 'node:events';

import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { bytesOf, FINAL, handshake, OPCODE } from '../lib/websocket.mjs';
import { repeat, withTarget } from './attack.mjs';

const ATTACKERS = 100;
const PIECE = 'x'.repeat(1000);
const MOST = 64 * 1024; // bytes of a message
const SCHEMA = '{ __schema { types { name description fields { name description } } } }';
const FOLLOW = 'subscription { onMessage(roomId: "cellar") { text } }';

// What comes up to the close, which is given.
async function closeOf(socket) {
  for (;;) {
    const event = await socket.next();
    if (event.close) return event.close;
    assert.ok(!event.cut, 'the connection was cut');
  }
}

const said = (message) => bytesOf(FINAL | OPCODE.text, JSON.stringify(message));
const subscribe = (id, query) => said({ type: 'subscribe', id: String(id), payload: { query } });

// A socket that answers nothing by itself, not even a ping; what is said follows the initialisation.
async function deafSocket(target, ...frames) {
  const line = await target.line();
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${target.hall.token('mallory')}` } };
  line.say(Buffer.concat([Buffer.from(handshake('h')), said(init), ...frames]));
  return line;
}

await withTarget({ options: ['--init-timeout', '3s'] }, async (target) => {
  await target.attack('sockets that are never initialised are closed with 4408', { most: 16 }, () =>
    repeat(ATTACKERS, async () => {
      const socket = await target.socket();
      const pings = setInterval(() => socket.sendJson({ type: 'ping' }), 100);
      assert.deepEqual(await closeOf(socket), { code: 4408, reason: 'Connection initialisation timeout' });
      clearInterval(pings);
    }),
  );
});

const limits = ['--max-request-bytes', String(MOST), '--max-subscriptions-per-connection', '20'];

await withTarget({ options: [...limits, '--rate-requests', '1/h', '--rate-requests-burst', '50'] }, async (target) => {
  await target.attack('messages in fragments without end are 1009', { most: 32 }, () =>
    repeat(ATTACKERS, async () => {
      const socket = await target.login('mallory');
      socket.frame(OPCODE.text, PIECE, { final: false });
      for (let i = 0; i < 100; i++) socket.frame(OPCODE.continuation, PIECE, { final: false });
      assert.equal((await closeOf(socket)).code, 1009);
    }),
  );

  await target.attack('messages that are too long are 1009 as soon as they say so', { most: 16 }, () =>
    repeat(ATTACKERS, async (i) => {
      const line = await deafSocket(target);
      line.say(bytesOf(FINAL | OPCODE.text, '', { length: i % 2 ? MOST + 1 : 1n << 62n }));
      while (!line.heard.includes('\x88')) await line.more();
      assert.match(line.heard, /\x88.\x03\xf1/s); // a close frame with 1009
      line.drop();
    }),
  );

  await target.attack('fragments of nothing, without end, take nothing', { most: 16 }, async () => {
    const empty = Buffer.concat(Array(1000).fill(bytesOf(OPCODE.continuation)));
    const lines = await repeat(20, () => deafSocket(target, bytesOf(OPCODE.text)));
    for (let i = 0; i < 50; i++) {
      for (const line of lines) line.say(empty);
      await target.serves(1);
    }
    await Promise.all(lines.map((line) => line.drop()));
  });

  await target.attack('more subscriptions than allowed are LIMIT_EXCEEDED, and the socket stays', { most: 16 }, () =>
    repeat(20, async () => {
      const socket = await target.login('mallory');
      for (let i = 0; i < 45; i++) socket.sendJson({ type: 'subscribe', id: `${i}`, payload: { query: FOLLOW } });
      for (let i = 20; i < 45; i++) {
        const { id, type, payload } = await socket.nextJson();
        assert.deepEqual([id, type, payload[0].extensions.code], [`${i}`, 'error', 'LIMIT_EXCEEDED']);
      }
      socket.sendJson({ type: 'ping' });
      assert.equal((await socket.nextJson()).type, 'pong');
      socket.cut();
    }),
  );

  await target.attack('more operations than allowed are RATE_LIMITED, and the socket stays', { most: 16 }, () =>
    repeat(20, async () => {
      const socket = await target.login('mallory');
      const codes = [];
      for (let i = 0; i < 500; i++)
        socket.sendJson({ type: 'subscribe', id: `${i}`, payload: { query: '{ __typename }' } });
      while (codes.length < 500) {
        const { type, payload } = await socket.nextJson();
        if (type === 'error') codes.push(payload[0].extensions.code);
        if (type === 'error') assert.ok(payload[0].extensions.retryAfterMs > 0);
        if (type === 'next') codes.push('');
      }
      assert.equal(codes.filter((code) => code === '').length, 50);
      assert.equal(codes.filter((code) => code === 'RATE_LIMITED').length, 450);
      socket.cut();
    }),
  );
});

// The honest are in one process with those who attack, on a machine that may have much else to do.
const restless = ['--ping-interval', '1s', '--pong-timeout', '20s'];

// All of them are let go: by and by the server has no more connections than before.
async function untilGone(target, before, lines) {
  while (target.descriptors > before + 2) await target.serves(1);
  await Promise.all(lines.map((line) => line.drop()));
}

await withTarget({ options: restless }, async (target) => {
  await target.attack('who does not answer a ping is let go', { most: 16 }, () =>
    repeat(ATTACKERS, async () => {
      const line = await deafSocket(target, subscribe(1, FOLLOW));
      assert.match(await line.end(), /connection_ack/);
    }),
  );

  await target.attack('who does not read is let go, however much is sent to it', { most: 48 }, async () => {
    const before = target.descriptors;
    const lines = await repeat(ATTACKERS, async () => {
      const line = await deafSocket(target, ...Array.from({ length: 20 }, (_, i) => subscribe(i, FOLLOW)));
      while (!line.heard.includes('connection_ack')) await line.more();
      line.pause();
      return line;
    });
    // 200 messages of 2 KiB to 2,000 subscriptions: 800 MiB, if they were kept for each.
    const text = 'x'.repeat(2000);
    for (let i = 0; i < 200; i++)
      await target.ask('mallory', { query: `mutation { sendMessage(roomId: "cellar", text: "${text}") { id } }` });
    await untilGone(target, before, lines);
  });

  // The kernel takes some megabytes for each. All answers are 3 GiB.
  await target.attack('who asks and does not read the answers is read no further', { most: 100 }, async () => {
    const before = target.descriptors;
    const lines = await repeat(ATTACKERS, async () => {
      const line = await deafSocket(target, ...Array.from({ length: 2000 }, (_, i) => subscribe(i, SCHEMA)));
      line.pause();
      return line;
    });
    await untilGone(target, before, lines);
  });

  await target.attack('so is who sends pings and does not read the pongs', { most: 48 }, async () => {
    const before = target.descriptors;
    const pings = Buffer.concat(Array(20_000).fill(bytesOf(FINAL | OPCODE.ping, 'x'.repeat(125))));
    const lines = await repeat(ATTACKERS, async () => {
      const line = await deafSocket(target, pings);
      line.pause();
      return line;
    });
    await untilGone(target, before, lines);
  });
});

// Those who ask answer no ping.
await withTarget({ options: ['--ping-interval', '1h'] }, async (target) => {
  // What a query takes is kept until the end of the turn: 70 MiB, were all of them answered in one.
  await target.attack('who asks for much in one piece is answered by turns', { most: 48 }, async () => {
    const lines = await repeat(ATTACKERS, () => deafSocket(target));
    for (const line of lines) while (!line.heard.includes('connection_ack')) await line.more();
    const queries = Buffer.concat(Array.from({ length: 200 }, (_, i) => subscribe(i, SCHEMA)));
    process.kill(target.hall.pid, 'SIGSTOP'); // so that all of it is there in the same turn
    for (const line of lines) line.say(queries);
    await Promise.all(lines.filter(({ socket }) => socket.writableNeedDrain).map(({ socket }) => once(socket, 'drain')));
    process.kill(target.hall.pid, 'SIGCONT');
    for (const line of lines) {
      while (!line.heard.includes('{"id":"199","type":"complete"}')) await line.more();
      await line.drop();
    }
  });
});

// An answer with so many pages, of 800 kB each.
const pages = (n) =>
  `{ ${Array.from({ length: n }, (_, i) => `p${i}: messages(roomId: "cellar", first: 200) { items { text } }`).join(' ')} }`;

// Nobody is closed for not reading as long as this takes.
await withTarget({ options: ['--max-answer-bytes', '32MiB', '--ping-interval', '1h'] }, async (target) => {
  const { hall } = target;
  await hall.room('cellar', ['mallory']);
  await hall.sql(`SELECT count(guildhall.send('default', 'cellar', 'mallory', repeat('x', 4000)))
                  FROM generate_series(1, 200)`);

  // Of all that is asked for, nearly 3 GiB, a share is kept.
  await target.attack('long answers that nobody takes are given up for want of room', { most: 192 }, async () => {
    const asked = Array.from({ length: 20 }, (_, i) => subscribe(i, pages(10)));
    const lines = await repeat(20, async () => {
      const line = await deafSocket(target, ...asked);
      line.pause();
      return line;
    });
    await target.serves(20);
    let refused;
    await until(async () => {
      const { status, body } = await target.ask('mallory', { query: pages(30) });
      if (status === 503) refused = body;
      return refused;
    });
    const [{ extensions }] = refused.errors;
    assert.equal(extensions.code, 'UNAVAILABLE');
    assert.ok(extensions.retryAfterMs > 0);
    await Promise.all(lines.map((line) => line.drop()));
  });

  await check('and when they are gone a long answer is given', async () => {
    for (;;) {
      const { status, body } = await target.ask('mallory', { query: pages(5) });
      if (status === 503) continue;
      assert.equal(Object.values(body.data).flatMap(({ items }) => items).length, 1000);
      return;
    }
  });
});

finish();
