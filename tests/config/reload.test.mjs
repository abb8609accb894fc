// Options in a file: what counts more, what is refused, and what a running server takes over on SIGHUP.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bareEnvironment, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { OPCODE } from '../lib/websocket.mjs';

const home = mkdtempSync(join(tmpdir(), 'guildhall-config-'));
const file = join(home, 'guildhall.conf');
const program = process.env.GUILDHALL_TEST_SERVER ?? 'build/guildhall';
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

const put = (...lines) => writeFileSync(file, `${lines.join('\n')}\n`);

function config(words = [], env = {}) {
  const args = ['config', '--config', file, ...words];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...bareEnvironment(), ...env } });
  const row = (name) => stdout.split('\n').find((line) => line.startsWith(`${name} `))?.split(/ +/).slice(1);
  return { status, stderr, row, stdout };
}

await check('a file gives options as systemd would read them, and `config` says which line did', () => {
  put('# a comment', '; another', '', '  GUILDHALL_MAX_DEPTH = 7 ', 'GUILDHALL_OPEN_ROOMS="lobby,a \\"b\\""', "GUILDHALL_JWT_ISSUER='x y'", 'GUILDHALL_MAX_TOKENS=', 'GUILDHALL_MAX_DEPTH=8');
  const { row, stdout } = config();
  assert.deepEqual(row('max-depth'), ['8', `${file}:8`]);
  assert.deepEqual(row('max-tokens'), ['2000', 'default']);
  assert.match(stdout, /open-rooms +lobby,a "b" /);
  assert.match(stdout, /jwt-issuer +x y /);
});

await check('the environment counts more than the file, and flags count more than both', () => {
  put('GUILDHALL_MAX_DEPTH=7', 'GUILDHALL_MAX_TOKENS=70', 'GUILDHALL_MAX_ALIASES=700');
  const { row } = config(['--max-aliases', '3'], { GUILDHALL_MAX_TOKENS: '2', GUILDHALL_MAX_ALIASES: '2' });
  assert.deepEqual(row('max-depth'), ['7', `${file}:1`]);
  assert.deepEqual(row('max-tokens'), ['2', 'GUILDHALL_MAX_TOKENS']);
  assert.deepEqual(row('max-aliases'), ['3', '--max-aliases']);
});

await check('a secret in the file is masked, and may come from another file', () => {
  put(`GUILDHALL_JWT_SECRET_FILE=${join(home, 'secret')}`);
  writeFileSync(join(home, 'secret'), 'a secret that stands in a file of its own\n');
  const { status, stdout } = config();
  assert.equal(status, 0);
  assert.ok(!stdout.includes('a secret that'));
});

await check('when the program starts a secret may come through a pipe', () => {
  const script = '"$1" token --user ann --jwt-secret-file <(echo "a secret that comes through a pipe")';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', program], { encoding: 'utf8', env: bareEnvironment() });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
});

const wrongs = {
  'GUILDHALL_MAX_DEPHT=7': /:2: unknown variable GUILDHALL_MAX_DEPHT: did you mean GUILDHALL_MAX_DEPTH\?/,
  'GUILDHALL_MAX_DEPTH=deep': /:2: "deep" is not a whole number/,
  'PATH=/bin': /:2: unknown variable PATH/,
  nonsense: /:2: a line must be NAME=VALUE/,
  'GUILDHALL_OPEN_ROOMS="a': /:2: the quotes do not end/,
  'GUILDHALL_OPEN_ROOMS=a\\': /:2: a value cannot go on in the next line/,
};
for (const [line, words] of Object.entries(wrongs))
  await check(`${line} is refused, with the file and the line`, () => {
    put('GUILDHALL_MAX_TOKENS=70', line);
    const { status, stderr } = config();
    assert.equal(status, 2);
    assert.match(stderr, words);
    assert.ok(stderr.includes(file));
  });

await check('a pipe, which would keep the server waiting, and a folder are no such file', () => {
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, home]) {
    const { status, stderr } = spawnSync(program, ['config', '--config', path], { encoding: 'utf8', env: bareEnvironment() });
    assert.equal(status, 2);
    assert.match(stderr, /cannot open .*: it is no regular file/);
  }
});

await check('a file that is not there is said so', () => {
  const { status, stderr } = spawnSync(program, ['config', '--config', join(home, 'none')], { encoding: 'utf8', env: bareEnvironment() });
  assert.equal(status, 2);
  assert.match(stderr, /cannot open .*none/);
});

put('GUILDHALL_MAX_DEPTH=5', 'GUILDHALL_ALLOWED_ORIGINS=https://old.example', 'GUILDHALL_PING_INTERVAL=60s');

await withServer({ options: ['--config', file, '--max-aliases', '4', '--audit-log', join(home, 'audit')] }, async (hall) => {
  await hall.room('club', ['ann']);
  const socket = await hall.login('ann');

  async function reload(...lines) {
    put(...lines);
    const isEnd = (entry) => ['config_reloaded', 'config_not_reloaded'].includes(entry.event);
    const [before, from] = [hall.log.filter(isEnd).length, hall.log.length];
    process.kill(hall.pid, 'SIGHUP');
    await until(() => hall.log.filter(isEnd).length > before);
    return hall.log.slice(from);
  }

  const DEEP = '{ viewer { rooms(first: 1) { items { members(first: 1) { items { userId } } } } } }';
  const code = async (query) => (await hall.graphql(query, { user: 'ann' })).body.errors?.[0].extensions.code;
  const limits = async () => (await hall.ask('ann', '{ serverInfo { limits { maxQueryDepth requestsPerSecond } } }')).serverInfo.limits;
  const reachable = async (origin) => (await hall.exchange({ headers: { 'content-type': 'application/json', origin }, body: '{"query":"{ __typename }"}' })).status;

  await check('before, what the file said at the start holds', async () => {
    assert.equal(await code(DEEP), 'QUERY_TOO_COMPLEX');
    assert.equal((await limits()).maxQueryDepth, 5);
    assert.deepEqual([await reachable('https://old.example'), await reachable('https://new.example')], [200, 403]);
  });

  await check('limits and origins change on every thread, on SIGHUP, and the log says from what to what', async () => {
    const log = await reload('GUILDHALL_MAX_DEPTH=9', 'GUILDHALL_ALLOWED_ORIGINS=https://new.example', 'GUILDHALL_PING_INTERVAL=60s');
    const changes = log.filter((entry) => entry.event === 'config_changed');
    assert.deepEqual(
      changes.map(({ option, from, to, origin }) => [option, from, to, origin]).sort(),
      [
        ['allowed-origins', 'https://old.example', 'https://new.example', `${file}:2`],
        ['max-depth', '5', '9', `${file}:1`],
      ],
    );
    // Each request may come to either thread.
    for (let n = 0; n < 20; n++) await until(async () => (await code(DEEP)) === undefined);
    await until(async () => (await limits()).maxQueryDepth === 9);
    await until(async () => (await reachable('https://old.example')) === 403 && (await reachable('https://new.example')) === 200);
  });

  await check('a pipe that a line of the file names by then is not waited for', async () => {
    const log = await reload('GUILDHALL_MAX_DEPTH=9', `GUILDHALL_JWT_PUBLIC_KEY_FILE=${join(home, 'pipe')}`, 'GUILDHALL_PING_INTERVAL=60s');
    assert.match(log.find((entry) => entry.event === 'config_not_reloaded').why, /pipe: it is no regular file/);
  });

  await check('a plan that was made under a wider limit is not used under a narrower one', async () => {
    await reload('GUILDHALL_MAX_DEPTH=5', 'GUILDHALL_ALLOWED_ORIGINS=https://new.example', 'GUILDHALL_PING_INTERVAL=60s');
    for (let n = 0; n < 20; n++) await until(async () => (await code(DEEP)) === 'QUERY_TOO_COMPLEX');
  });

  await check('what a running server cannot change is told, and a line that a flag overrules says nothing', async () => {
    const log = await reload('GUILDHALL_MAX_DEPTH=5', 'GUILDHALL_ALLOWED_ORIGINS=https://new.example', 'GUILDHALL_PING_INTERVAL=30s', 'GUILDHALL_MAX_ALIASES=9');
    const told = log.filter((entry) => entry.event === 'config_needs_restart');
    assert.deepEqual(told.map(({ level, option, from, to }) => [level, option, from, to]), [['warn', 'ping-interval', '60s', '30s']]);
    assert.deepEqual(log.filter((entry) => entry.event === 'config_changed'), []);
  });

  const KEPT = ['GUILDHALL_ALLOWED_ORIGINS=https://new.example', 'GUILDHALL_PING_INTERVAL=60s'];

  await check('a file with a wrong line changes nothing, and the log names the line', async () => {
    const log = await reload('GUILDHALL_MAX_DEPTH=12', 'GUILDHALL_MAX_TOKENS=many');
    const told = log.find((entry) => entry.event === 'config_not_reloaded');
    assert.equal(told.level, 'error');
    assert.ok(told.why.startsWith(`${file}:2: "many" is not`), told.why);
    assert.equal((await limits()).maxQueryDepth, 5);
  });

  await check('an option that is taken out of the file has its default again', async () => {
    await reload(...KEPT);
    await until(async () => (await limits()).maxQueryDepth === 15);
    await reload('GUILDHALL_PING_INTERVAL=60s');
    await until(async () => (await reachable('https://new.example')) === 403);
    await reload(...KEPT);
    await until(async () => (await reachable('https://new.example')) === 200);
  });

  await check('a value too long for a line of the log is told all the same, cut', async () => {
    const origins = Array.from({ length: 3000 }, (_, i) => `https://é${i}.example`).join(',');
    const log = await reload(`GUILDHALL_ALLOWED_ORIGINS=${origins}`, 'GUILDHALL_PING_INTERVAL=60s');
    const { option, to } = log.find((entry) => entry.event === 'config_changed');
    assert.equal(option, 'allowed-origins');
    assert.ok(to.endsWith('…') && origins.startsWith(to.slice(0, -1)) && Buffer.byteLength(to) > 500, to);
    await reload(...KEPT);
  });

  await check('the level of the log changes, too', async () => {
    await reload('GUILDHALL_LOG=debug', ...KEPT);
    await hall.ask('ann', '{ viewer { userId } }');
    await hall.logged('operation');
    await reload('GUILDHALL_LOG=info', ...KEPT);
    const before = hall.log.filter((entry) => entry.event === 'operation').length;
    await hall.ask('ann', '{ viewer { userId } }');
    assert.equal(hall.log.filter((entry) => entry.event === 'operation').length, before);
  });

  await check('the audit log has each reading, and how it went', () => {
    const lines = readFileSync(join(home, 'audit'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const codes = lines.filter((line) => line.event === 'reloadConfig').map((line) => line.code);
    assert.deepEqual(codes, ['OK', 'BAD_USER_INPUT', 'OK', 'OK', 'BAD_USER_INPUT', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK']);
  });

  await check('who was connected still is', async () => {
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query: '{ viewer { userId } }' } });
    assert.equal((await socket.nextJson()).payload.data.viewer.userId, 'ann');
    socket.cut();
  });
});

put('GUILDHALL_RATE_SENDS=1/h', 'GUILDHALL_RATE_SENDS_BURST=1');
await withServer({}, async (hall) => {
  // Of a server's own options: those of the harness overrule the file.
  await hall.end();
  hall.options = ['--threads', '2', '--config', file, '--rate-requests', '0'];
  await hall.start();
  await hall.room('club', ['ann']);
  await check('a rate that is lifted in the file is lifted for those whom it had stopped', async () => {
    await hall.send('ann', 'club', 'one');
    await assert.rejects(hall.send('ann', 'club', 'two'), /RATE_LIMITED/);
    put('GUILDHALL_RATE_SENDS=0');
    process.kill(hall.pid, 'SIGHUP');
    await hall.logged('config_reloaded');
    await until(() => hall.send('ann', 'club', 'three').then(() => true, () => false));
    await hall.send('ann', 'club', 'four');
  });
});

put('GUILDHALL_MAX_REQUEST_BYTES=200000');

// One thread: what one socket is told holds for all.
await withServer({ options: ['--config', file], threads: 1 }, async (hall) => {
  const [between, begun] = [await hall.login('ann'), await hall.login('ann')];

  async function ask(document, id = 'ask') {
    between.sendJson({ id, type: 'subscribe', payload: { query: document } });
    const { payload } = await between.nextJson();
    assert.deepEqual(await between.nextJson(), { id, type: 'complete' });
    return payload.data;
  }
  async function limit(name, value, field) {
    put(`${name}=${value}`);
    process.kill(hall.pid, 'SIGHUP');
    await until(async () => (await ask(`{ serverInfo { limits { ${field} } } }`)).serverInfo.limits[field] === value);
  }
  const limitMessages = (bytes) => limit('GUILDHALL_MAX_REQUEST_BYTES', bytes, 'maxRequestBytes');
  const padded = (length) => '{ viewer { userId } } #'.padEnd(length, '#');
  const ANN = { viewer: { userId: 'ann' } };

  await check('how many operations a socket may have changes for those that are open', async () => {
    await hall.room('club', ['ann']);
    const socket = await hall.login('ann');
    const follow = (id) => socket.sendJson({ id, type: 'subscribe', payload: { query: 'subscription { onMessage(roomId: "club") { text } }' } });
    follow('first');
    await limit('GUILDHALL_MAX_SUBSCRIPTIONS_PER_CONNECTION', 1, 'maxSubscriptionsPerConnection');
    follow('second');
    const { id, type, payload } = await socket.nextJson();
    assert.deepEqual([id, type, payload[0].extensions.code], ['second', 'error', 'LIMIT_EXCEEDED']);
    socket.cut();
  });

  await check('how long a message may be changes for sockets that are open, both ways; one that is begun ends as it began', async () => {
    const text = JSON.stringify({ id: 'long', type: 'subscribe', payload: { query: padded(90000) } });
    begun.frame(OPCODE.text, text.slice(0, 50000), { final: false });
    await limitMessages(20000);
    begun.frame(OPCODE.continuation, text.slice(50000));
    assert.deepEqual((await begun.nextJson()).payload.data, ANN);
    for (const bytes of [10000, 200000]) await limitMessages(bytes);
    assert.deepEqual(await ask(padded(150000)), ANN);
    await limitMessages(10000);
    assert.deepEqual(await ask(padded(9000)), ANN);
    between.sendJson({ id: 'long', type: 'subscribe', payload: { query: padded(10000) } });
    assert.deepEqual(await between.next(), { close: { code: 1009, reason: 'Message is too big' } });
    begun.cut();
  });
});

const origins = (n) => `GUILDHALL_ALLOWED_ORIGINS=${Array.from({ length: 500 }, (_, i) => `https://${n}-${i}.example`).join(',')}`;
put(origins(0), 'GUILDHALL_LOG=debug');

await withServer({ options: ['--config', file], threads: 3 }, async (hall) => {
  await check('what was in force before is let go, as soon as no thread holds it', async () => {
    const count = (event) => hall.log.filter((entry) => entry.event === event).length;
    const reachable = async (origin) => (await hall.exchange({ headers: { 'content-type': 'application/json', origin }, body: '{"query":"{ __typename }"}' })).status;
    for (let n = 1; n <= 10; n++) {
      put(origins(n), 'GUILDHALL_LOG=debug');
      process.kill(hall.pid, 'SIGHUP');
      await until(() => count('config_reloaded') === n);
      // The one the server began with stays; of those behind it the newest is in force.
      await until(() => count('config_let_go') === n - 1);
      for (let i = 0; i < 6; i++)
        await until(async () => (await reachable(`https://${n}-499.example`)) === 200 && (await reachable(`https://${n - 1}-499.example`)) === 403);
    }
    put('GUILDHALL_LOG=debug');
    process.kill(hall.pid, 'SIGHUP');
    await until(() => count('config_let_go') === 10);
    assert.equal(await reachable('https://10-499.example'), 403);
  });
});

finish();
