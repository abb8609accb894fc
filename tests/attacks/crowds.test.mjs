// More of everything than one client, user or tenant may have, and than the server has room for.

import assert from 'node:assert/strict';

import { check, finish } from '../lib/tap.mjs';
import { handshake } from '../lib/websocket.mjs';
import { inTime, repeat, withTarget } from './attack.mjs';

const ATTACKERS = 200;
const TRIES = 400;

const FOLLOW = { query: 'subscription { onMessage(roomId: "cellar") { text } }' };
const SEND = { query: 'mutation { sendMessage(roomId: "cellar", text: "x") { id } }' };

// What a socket's initialisation is answered with: "connection_ack", or the close.
async function login(target, user, claims) {
  const socket = await target.socket();
  const token = target.hall.token(user, claims);
  socket.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const { text, close } = await socket.next();
  return { socket, answer: close ?? JSON.parse(text).type };
}

const FULL = { code: 1013, reason: 'Too many connections' };

// So many logins of these users: no more are let in than `most`, and the others are told 1013.
async function crowd(target, most, user, claims) {
  const logins = await repeat(ATTACKERS, (i) => login(target, user(i), claims));
  const isIn = ({ answer }) => answer === 'connection_ack';
  assert.equal(logins.filter(isIn).length, most);
  for (const { answer } of logins.filter((l) => !isIn(l))) assert.deepEqual(answer, FULL);
  logins.forEach(({ socket }) => socket.cut());
}

// The same is possible again once those who were let in have gone.
async function untilLetIn(target, user, claims) {
  for (;;) {
    const { socket, answer } = await login(target, user, claims);
    socket.cut();
    if (answer === 'connection_ack') return;
  }
}

const each = ['--max-connections-per-user', '5', '--rate-sends', '1/h', '--rate-sends-burst', '10'];

await withTarget({ options: each }, async (target) => {
  await target.attack('of the sockets of one user only so many are let in, others are 1013', { most: 16 }, async () => {
    await crowd(target, 5, () => 'mallory');
    await untilLetIn(target, 'mallory');
  });

  await target.attack('of the streams of one user only so many are opened, others are refused', { most: 16 }, async () => {
    const heard = await repeat(ATTACKERS, async () => {
      const line = await target.line();
      line.say(target.request('oscar', FOLLOW, { accept: 'text/event-stream' }));
      while (!/\r\n\r\n[^]*\n\n/.test(line.heard) && !line.isOver) await line.more();
      return line;
    });
    const refused = heard.filter((line) => line.heard.includes('"LIMIT_EXCEEDED"'));
    assert.equal(refused.length, ATTACKERS - 5);
    await Promise.all(heard.map((line) => line.drop()));
    await untilLetIn(target, 'oscar');
  });

  await target.attack('of the messages of one user only so many are taken, others are RATE_LIMITED', { most: 32 }, async () => {
    const answers = await repeat(TRIES, () => target.ask('trudy', SEND));
    const refused = answers.map(({ body }) => body.errors?.[0].extensions).filter(Boolean);
    assert.equal(refused.length, TRIES - 10);
    assert.ok(refused.every(({ code, retryAfterMs }) => code === 'RATE_LIMITED' && retryAfterMs > 0));
    assert.equal(await target.hall.sql("SELECT count(*) FROM gg_core WHERE sender_id = 'trudy'"), '10');
  });
});

const together = ['--max-connections-per-tenant', '20', '--rate-sends-tenant', '1/h', '--rate-sends-tenant-burst', '1000'];
const evil = { tenant: 'evil' };

await withTarget({ options: together }, async (target) => {
  await target.attack('of the sockets of one tenant only so many are let in, others are 1013', { most: 16 }, async () => {
    await crowd(target, 20, (i) => `mallory ${i}`, evil);
    await untilLetIn(target, 'mallory', evil);
  });

  await target.attack('of the messages of one tenant only so many are taken', { most: 48 }, async () => {
    const query = `mutation { ${Array.from({ length: 30 }, (_, i) => `a${i}: sendMessage(roomId: "cellar", text: "x") { id }`).join(' ')} }`;
    const answers = await repeat(50, (i) => target.ask(`mallory ${i}`, { query }, { claims: evil }));
    const codes = answers.flatMap(({ body }) => body.errors?.map(({ extensions }) => extensions.code) ?? []);
    assert.equal(codes.length, 500);
    assert.ok(codes.every((code) => code === 'RATE_LIMITED'));
    assert.equal(await target.hall.sql("SELECT count(*) FROM gg_core WHERE tenant_id = 'evil'"), '1000');
  });
});

// The kernel gives connections to threads by chance, and each has its share of the places.
const PLACES = 60;

await withTarget({ options: ['--max-connections', String(PLACES)] }, async (target) => {
  const say = async (request) => {
    const line = await target.line();
    line.say(request);
    return line;
  };
  const page = 'GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n';
  const upgrade = handshake('h');
  let crowd;

  await check('a server that is full answers 503 at once, and no more than that', async () => {
    crowd = await repeat(6 * PLACES, (i) => say(i % 2 ? page : upgrade));
    await inTime(Promise.all(crowd.map((line) => line.heard || line.more())), 'the answers');
    const away = crowd.filter((line) => line.heard.startsWith('HTTP/1.1 503 '));
    assert.ok(away.length >= 5 * PLACES, `${away.length} were turned away`);
    await Promise.all(away.map((line) => line.end()));
    assert.ok(away.every((line) => line.heard.includes('\r\nRetry-After: ')));
  });

  await check('who was there before is served meanwhile', () => target.serveOnItsSocket());

  await check('when the crowd has gone, others are served', async () => {
    await Promise.all(crowd.map((line) => line.drop()));
    for (let served = 0; served < PLACES; ) {
      const line = await say(page);
      await line.more();
      served = line.heard.startsWith('HTTP/1.1 200 ') ? served + 1 : 0;
      await line.drop();
    }
    await target.serveTheHonest();
  });
});

finish();
