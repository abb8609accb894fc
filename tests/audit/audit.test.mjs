// Every event of docs/audit.md, made to happen; and that nothing of what people wrote or showed is in the
// file, whatever happens to it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Certificate } from '../lib/certificate.mjs';
import { bareEnvironment, makeToken, SECRET, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const home = mkdtempSync(join(tmpdir(), 'guildhall-audit-'));
const path = join(home, 'audit.log');
const program = process.env.GUILDHALL_TEST_SERVER ?? 'build/guildhall';
const TEXT = 'marker of a text that stands nowhere else';

// Those that are whole: the last may be on its way.
const linesOf = (file) => readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));

// The first line that is so, once it is there.
async function line(event, isWanted = () => true, file = path) {
  const find = () => existsSync(file) && linesOf(file).find((each) => each.event === event && isWanted(each));
  await until(find);
  return find();
}

// Its members, without those that differ each time.
function told({ ts, level, event, requestId, connId, pid, version, address, ...rest }) {
  assert.match(ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(level, 'audit');
  return rest;
}

const who = { tenantId: 'default', userId: 'ann' };

async function mutate(hall, user, document, expected) {
  const { body } = await hall.graphql(`mutation { ${document} }`, { user });
  assert.equal(body.errors?.[0].extensions.code, expected, JSON.stringify(body));
  return body.data;
}

const messages = [];

await withServer({ options: ['--audit-log', path, '--rate-sends', '1/h', '--rate-sends-burst', '3'], threads: 2 }, async (hall) => {
  await hall.room('club', ['ann', 'bob']);

  await check('the file is for its owner and group, and begins with the start', async () => {
    assert.equal(statSync(path).mode & 0o777, 0o640 & ~process.umask());
    assert.equal((await line('start')).pid, hall.pid);
  });

  await check('a message that was sent, repeated, refused, and one too many', async () => {
    const sent = await hall.send('ann', 'club', TEXT, 'a key');
    messages.push(sent);
    const first = await line('sendMessage');
    assert.deepEqual(told(first), { code: 'OK', ...who, roomId: 'club', messageId: sent.id, seq: sent.seq, repeated: false });
    assert.match(first.requestId, /^[0-9a-f]+$/);
    assert.ok(first.connId > 0);
    await hall.send('ann', 'club', TEXT, 'a key');
    const again = await line('sendMessage', (each) => each.repeated);
    assert.equal(again.messageId, sent.id);
    const document = `sendMessage(roomId: "club", text: "${TEXT}") { id }`;
    await mutate(hall, 'eve', document, 'FORBIDDEN');
    assert.equal((await line('sendMessage', (each) => each.userId === 'eve')).code, 'FORBIDDEN');
    await mutate(hall, 'ann', document);
    await mutate(hall, 'ann', document, 'RATE_LIMITED');
    await line('sendMessage', (each) => each.code === 'RATE_LIMITED' && each.userId === 'ann');
  });

  await check('a socket that is let in, follows, stops and goes', async () => {
    const socket = await hall.login('bob');
    const query = 'subscription { onMessage(roomId: "club") { text } }';
    socket.sendJson({ id: 'f', type: 'subscribe', payload: { query } });
    const { connId } = await line('connect', (each) => each.userId === 'bob');
    const begun = await line('subscribe', (each) => each.userId === 'bob');
    assert.deepEqual(told(begun), { code: 'OK', tenantId: 'default', userId: 'bob', roomId: 'club' });
    assert.equal(begun.connId, connId);
    socket.sendJson({ id: 'f', type: 'complete' });
    assert.equal((await line('unsubscribe', (each) => each.userId === 'bob')).code, 'OK');
    socket.cut();
    assert.equal((await line('disconnect', (each) => each.userId === 'bob')).connId, connId);
    assert.equal((await line('connect', (each) => each.userId === 'bob')).transport, 'graphql-transport-ws');
  });

  await check('a stranger to the room may not follow, and a member who is removed does no longer', async () => {
    const [eve, bob] = [await hall.login('eve'), await hall.login('bob')];
    const query = 'subscription { onMessage(roomId: "club") { text } }';
    eve.sendJson({ id: 'f', type: 'subscribe', payload: { query } });
    assert.equal((await line('subscribe', (each) => each.userId === 'eve')).code, 'FORBIDDEN');
    bob.sendJson({ id: 'f', type: 'subscribe', payload: { query } });
    await until(() => linesOf(path).filter((each) => each.event === 'subscribe' && each.userId === 'bob').length === 2);
    await hall.sql("UPDATE member SET role = 'OWNER' WHERE user_id = 'ann'");
    await mutate(hall, 'ann', 'removeMember(input: {roomId: "club", userId: "bob"}) { room { id } }');
    assert.deepEqual(told(await line('removeMember')), { code: 'OK', ...who, roomId: 'club', put: [], removed: ['bob'] });
    await line('unsubscribe', (each) => each.userId === 'bob' && each.code === 'FORBIDDEN');
    eve.cut();
    bob.cut();
  });

  await check('who may not come: without a token, with a bad one, with one that has ended, over HTTP too', async () => {
    const bad = makeToken({ sub: 'ann', exp: '+60' }, { secret: 'another secret that is long enough, too' });
    const old = makeToken({ sub: 'ann', exp: '-60' });
    for (const [payload, code] of [[{}, 'UNAUTHENTICATED'], [{ authorization: `Bearer ${bad}` }, 'UNAUTHENTICATED'], [{ authorization: old }, 'TOKEN_EXPIRED']]) {
      const before = linesOf(path).filter((each) => each.event === 'connect' && each.code === code).length;
      const socket = await hall.socket();
      socket.sendJson({ type: 'connection_init', payload });
      await socket.next();
      await until(() => linesOf(path).filter((each) => each.event === 'connect' && each.code === code).length > before);
    }
    await hall.graphql('{ viewer { userId } }', { token: bad });
    const refused = await line('authenticate');
    assert.equal(refused.code, 'UNAUTHENTICATED');
    assert.equal(refused.address, '127.0.0.1');
    assert.ok(refused.reason);
  });

  await check('a token that is renewed, one of another user that is not, and one that ends', async () => {
    const socket = await hall.socket();
    const token = makeToken({ sub: 'cat', exp: '+3600' });
    socket.sendJson({ type: 'connection_init', payload: { authorization: token } });
    await socket.nextJson();
    const renew = (id, user, exp) => {
      const query = `mutation { renewSession(token: "${makeToken({ sub: user, exp })}") { expiresAt } }`;
      socket.sendJson({ id, type: 'subscribe', payload: { query } });
    };
    renew('1', 'dog', '+3600');
    const refused = await line('renewSession');
    assert.deepEqual([refused.code, refused.userId], ['FORBIDDEN', 'cat']);
    renew('2', 'cat', '+10');
    await line('renewSession', (each) => each.code === 'OK');
    const ended = await line('tokenExpired');
    assert.deepEqual([ended.code, ended.userId], ['TOKEN_EXPIRED', 'cat']);
    await until(() => linesOf(path).some((each) => each.event === 'disconnect' && each.userId === 'cat'));
    assert.equal(linesOf(path).filter((each) => each.event === 'tokenExpired').length, 1);
    socket.cut();
  });

  await check('rooms and guilds, and who is in them', async () => {
    const { createRoom } = await mutate(hall, 'ann', 'createRoom(input: {kind: GROUP, memberIds: ["bob"]}) { room { id } }');
    assert.deepEqual(told(await line('createRoom')), { code: 'OK', ...who, roomId: createRoom.room.id, put: ['bob'], removed: [] });
    await mutate(hall, 'ann', 'createRoom(input: {id: "open", kind: GROUP, visibility: PUBLIC}) { room { id } }');
    await mutate(hall, 'eve', 'joinRoom(input: {roomId: "open"}) { room { id } }');
    assert.equal((await line('joinRoom')).userId, 'eve');
    await mutate(hall, 'eve', 'leaveRoom(input: {roomId: "open"}) { roomId }');
    assert.deepEqual((await line('leaveRoom')).removed, ['eve']);
    await mutate(hall, 'ann', 'setMembers(input: {roomId: "open", members: [{userId: "dan", role: MEMBER}]}) { room { id } }');
    assert.deepEqual((await line('setMembers')).put, ['dan']);
    await mutate(hall, 'eve', 'setMembers(input: {roomId: "open", members: [{userId: "eve", role: OWNER}]}) { room { id } }', 'FORBIDDEN');
    assert.equal((await line('setMembers', (each) => each.userId === 'eve')).code, 'FORBIDDEN');
    await mutate(hall, 'ann', 'createGuild(input: {id: "red", name: "The Reds"}) { guild { id } }');
    assert.deepEqual(told(await line('createGuild')), { code: 'OK', ...who, guildId: 'red', put: [], removed: [] });
    await mutate(hall, 'ann', 'setGuildMembers(input: {guildId: "red", put: [{userId: "bob", role: MEMBER}], removeUserIds: []}) { guild { id } }');
    assert.deepEqual(told(await line('setGuildMembers')), { code: 'OK', ...who, guildId: 'red', put: ['bob'], removed: [] });
  });

  const command = (...words) =>
    execFileSync(program, words, { encoding: 'utf8', stdio: 'pipe', env: { ...bareEnvironment(), DATABASE_URL: hall.databaseUrl, GUILDHALL_AUDIT_LOG: path } });

  await check("what an operator's commands change, and not what they look at", async () => {
    command('room', 'create', '--owner', 'ann', '--members', 'bob', 'annex');
    const made = await line('admin');
    assert.deepEqual(told(made), { code: 'OK', command: 'room create', tenantId: 'default', words: ['annex'], owner: 'ann', members: 'bob', uid: process.getuid() });
    command('room', 'show', 'annex');
    assert.throws(() => command('guild', 'add', 'nowhere', 'bob'));
    assert.equal((await line('admin', (each) => each.command === 'guild add')).code, 'FORBIDDEN');
    assert.equal(linesOf(path).filter((each) => each.event === 'admin').length, 2);
  });

  await check('an operator whose change cannot be written down does not make it', async () => {
    const run = () =>
      execFileSync(program, ['room', 'create', '--owner', 'ann', '--audit-log', join(home, 'no', 'such'), 'unseen'], {
        stdio: 'pipe',
        env: { ...bareEnvironment(), DATABASE_URL: hall.databaseUrl },
      });
    assert.throws(run, /--audit-log: cannot open/);
    assert.equal(await hall.sql("SELECT count(*) FROM room WHERE room_id = 'unseen'"), '0');
  });

  await check('on SIGHUP keys are read again, and the file is opened anew: nothing is lost', async () => {
    renameSync(path, `${path}.1`);
    process.kill(hall.pid, 'SIGHUP');
    assert.equal((await line('reloadKeys')).code, 'OK');
    (await hall.login('zoe')).cut();
    await line('disconnect', (each) => each.userId === 'zoe');
    assert.ok(!linesOf(`${path}.1`).some((each) => each.userId === 'zoe'));
    appendFileSync(`${path}.1`, readFileSync(path));
    rmSync(path);
    renameSync(`${path}.1`, path);
    process.kill(hall.pid, 'SIGHUP');
    await until(() => hall.log.filter((each) => each.event === 'audit_log_reopened').length === 2);
  });

  await hall.end();
  await check('the last line is the stop', () => assert.equal(linesOf(path).at(-1).event, 'stop'));
});

await check('no text, token, signature or key is in the file, and no line is of a kind that the reference does not have', () => {
  const all = readFileSync(path, 'utf8');
  for (const secret of [TEXT, 'marker', 'eyJ', 'Bearer', SECRET, 'a key']) assert.ok(!all.includes(secret), secret);
  const reference = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const rows = reference.split('\n').filter((row) => row.startsWith('| `'));
  const events = new Set(rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, name]) => name)));
  for (const each of linesOf(path)) assert.ok(events.has(each.event), each.event);
  const seen = new Set(linesOf(path).map((each) => each.event));
  assert.deepEqual([...events].filter((event) => !seen.has(event)).sort(), ['limit', 'reloadCertificate', 'reloadConfig']);
});

const certificate = new Certificate();
await withServer({ options: ['--audit-log', join(home, 'tls'), ...certificate.options] }, async (hall) => {
  await check('a certificate that is read again, and one that cannot be', async () => {
    process.kill(hall.pid, 'SIGHUP');
    assert.equal((await line('reloadCertificate', () => true, join(home, 'tls'))).code, 'OK');
    writeFileSync(certificate.file('cert.pem'), 'nonsense');
    process.kill(hall.pid, 'SIGHUP');
    await line('reloadCertificate', (each) => each.code === 'BAD_USER_INPUT', join(home, 'tls'));
  });
});

await withServer({ options: ['--audit-log', join(home, 'second'), '--rate-requests', '1/h', '--rate-requests-burst', '1', '--max-connections-per-user', '1'] }, async (hall) => {
  await check('who goes beyond a limit, and a flood of them is bounded, and counted', async () => {
    const file = join(home, 'second');
    const socket = await hall.login('ann');
    const other = await hall.socket();
    other.sendJson({ type: 'connection_init', payload: { authorization: `Bearer ${hall.token('ann')}` } });
    await other.next();
    const refused = await line('limit', () => true, file);
    assert.deepEqual([refused.code, refused.userId, refused.reason], ['LIMIT_EXCEEDED', 'ann', 'max-connections-per-user']);
    for (let i = 0; i < 3000; i++) socket.sendJson({ id: String(i), type: 'subscribe', payload: { query: '{ viewer { userId } }' } });
    const limited = await line('limit', (each) => each.code === 'RATE_LIMITED', file);
    assert.deepEqual([limited.userId, limited.reason], ['ann', 'rate-requests']);
    for (let n = 0; n < 3000; n++) await socket.nextJson();
    socket.cut();
    const end = await line('disconnect', (each) => each.userId === 'ann', file);
    assert.ok(linesOf(file).length < 3000);
    assert.ok(linesOf(file).some((each) => each.suppressed > 0), JSON.stringify(end));
  });
});

await withServer({ options: ['--audit-log', '/dev/full'] }, async (hall) => {
  await check('a disk that is full is told once, and stops nothing', async () => {
    await hall.room('club', ['ann']);
    for (let i = 0; i < 300; i++) await hall.send('ann', 'club', TEXT);
    const told = await hall.logged('audit_not_written');
    assert.equal(told.level, 'error');
    assert.match(told.why, /No space left/);
    assert.ok(hall.log.filter((each) => each.event === 'audit_not_written').length <= 4);
  });
});

await withServer({ options: ['--audit-log', 'stderr'] }, async (hall) => {
  await check('on stderr it is told from the log by its level', async () => {
    await hall.room('club', ['ann']);
    await hall.send('ann', 'club', TEXT);
    assert.equal((await hall.logged('sendMessage')).level, 'audit');
  });
});

rmSync(home, { recursive: true });
finish();
