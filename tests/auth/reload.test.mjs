// SIGHUP: secrets, public keys and API keys are read from their files again, and whoever is connected
// stays.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bareEnvironment, makeToken, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { Issuer, Key } from './issuer.mjs';
import { ask, assertRefused, assertUser, bearer, enter, follow, hears, logged, turnedAway } from './scene.mjs';

const home = mkdtempSync(join(tmpdir(), 'guildhall-reload-'));
const file = (name) => join(home, name);
const SECRETS = ['the first secret of this very test', 'the second secret of this very test'];
const [rsa, ec] = [new Key('RS256'), new Key('ES256')];
const program = process.env.GUILDHALL_TEST_SERVER ?? 'build/guildhall';

const tokenBy = (secret, user = 'ann') => makeToken({ sub: user, exp: '+3600' }, { secret });

function makeApiKey(user, ...options) {
  const args = ['token', '--api-key', '--api-keys-file', file('api-keys'), '--user', user, ...options];
  return execFileSync(program, args, { encoding: 'utf8', env: bareEnvironment() }).trim();
}

// Tells the server, and waits until it has said how that went.
async function reload(hall, event = 'keys_reloaded') {
  const before = logged(hall, event).length;
  process.kill(hall.pid, 'SIGHUP');
  await until(() => logged(hall, event).length > before);
  return logged(hall, event).at(-1);
}

const issuer = await Issuer.start();
issuer.publish([new Key('EdDSA', 'published')]);
writeFileSync(file('secret'), `${SECRETS[0]}\n`);
writeFileSync(file('keys.pem'), rsa.pem);
const botKey = makeApiKey('bot');

const options = [
  ...['--jwt-secret-file', file('secret'), '--jwt-public-key-file', file('keys.pem')],
  ...['--api-keys-file', file('api-keys'), '--jwt-jwks-url', issuer.url, '--jwt-jwks-floor', '1h'],
];

await withServer({ options, env: { no_proxy: '*' } }, async (hall) => {
  await hall.room('club', ['ann', 'bot']);
  const socket = await enter(hall, bearer(tokenBy(SECRETS[0])));
  const bot = await enter(hall, { 'x-api-key': botKey });
  await follow(socket, 'f', 'club');
  await until(() => issuer.requests === 1);

  const stays = async (text) => {
    await ask(bot, text, 'mutation ($text: String!) { sendMessage(roomId: "club", text: $text) { id } }', { text });
    await hears(socket, text);
  };

  await check('an API key opens a socket as its user', () => stays('hello'));

  await check('another API key, none, or a bad token beside it does not', async () => {
    for (const payload of [{ 'x-api-key': `${botKey}x` }, { 'x-api-key': '' }, { 'x-api-key': 7 }, {}])
      assert.equal((await turnedAway(hall, payload)).code, 4403);
    assert.equal((await turnedAway(hall, { 'x-api-key': botKey, ...bearer('x.y.z') })).code, 4403);
  });

  await check('over HTTP an API key counts too, unless a token is there', async () => {
    const ask = (headers) =>
      hall.exchange({
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ viewer { userId } }' }),
      });
    const { text } = await ask({ 'x-api-key': botKey });
    assert.equal(JSON.parse(text).data.viewer.userId, 'bot');
    assert.equal((await ask({ 'x-api-key': `${botKey}x` })).status, 401);
    assert.equal((await ask({ 'x-api-key': botKey, ...bearer('x.y.z') })).status, 401);
    const both = await ask({ 'x-api-key': botKey, ...bearer(tokenBy(SECRETS[0])) });
    assert.equal(JSON.parse(both.text).data.viewer.userId, 'ann');
  });

  await check('a new secret takes the place of the old one', async () => {
    await assertUser(hall, tokenBy(SECRETS[0]), 'ann');
    await assertRefused(hall, tokenBy(SECRETS[1]), 401, 'UNAUTHENTICATED');
    writeFileSync(file('secret'), SECRETS[1]);
    await assertUser(hall, tokenBy(SECRETS[0]), 'ann');
    await reload(hall);
    await until(async () => (await hall.graphql('{ viewer { userId } }', { token: tokenBy(SECRETS[1]) })).status === 200);
    await assertRefused(hall, tokenBy(SECRETS[0]), 401, 'UNAUTHENTICATED');
    await stays('after a new secret');
  });

  await check('the issuer is asked again, floor or not', () => until(() => issuer.requests === 2));

  await check('new public keys take the place of the old ones', async () => {
    await assertUser(hall, rsa.token({ sub: 'ann' }), 'ann');
    writeFileSync(file('keys.pem'), ec.pem);
    await reload(hall);
    await until(async () => (await hall.graphql('{ viewer { userId } }', { token: ec.token({ sub: 'ann' }) })).status === 200);
    await assertRefused(hall, rsa.token({ sub: 'ann' }), 401, 'UNAUTHENTICATED');
    await stays('after new public keys');
  });

  const troubles = {
    'a secret that is too short': ['secret', 'short', /32 bytes/],
    'a secret file that is empty': ['secret', '', /secret.*empty/],
    'a PEM that is none': ['keys.pem', 'nonsense', /PEM/],
    'an API key that is none': ['api-keys', 'nonsense', /line 1/],
  };
  for (const [what, [name, text, why]] of Object.entries(troubles))
    await check(`${what} changes nothing, and is told`, async () => {
      const good = readFileSync(file(name));
      writeFileSync(file(name), text);
      const told = await reload(hall, 'keys_not_reloaded');
      assert.equal(told.level, 'error');
      assert.match(told.why, why);
      await assertUser(hall, tokenBy(SECRETS[1]), 'ann');
      await assertUser(hall, ec.token({ sub: 'ann' }), 'ann');
      (await enter(hall, { 'x-api-key': botKey })).cut();
      await stays(`after ${what}`);
      writeFileSync(file(name), good);
    });

  await check('a pipe in the place of a file is not waited for: nothing changes, and it is told', async () => {
    for (const name of ['secret', 'keys.pem', 'api-keys']) {
      renameSync(file(name), file('aside'));
      execFileSync('mkfifo', [file(name)]);
      assert.match((await reload(hall, 'keys_not_reloaded')).why, new RegExp(`${name}: it is no regular file`));
      await assertUser(hall, tokenBy(SECRETS[1]), 'ann');
      renameSync(file('aside'), file(name));
    }
  });

  await check('a link to a file is as good as the file', async () => {
    renameSync(file('secret'), file('mounted'));
    symlinkSync('mounted', file('secret'));
    await reload(hall);
    await assertUser(hall, tokenBy(SECRETS[1]), 'ann');
  });

  await check('API keys come and go', async () => {
    const newKey = makeApiKey('backup', '--scopes', 'CHAT_READ', '--ttl', '1d');
    assert.equal((await turnedAway(hall, { 'x-api-key': newKey })).code, 4403);
    await reload(hall);
    let backup;
    await until(async () => {
      backup = await enter(hall, { 'x-api-key': newKey }).catch(() => null);
      return backup;
    });
    const { data } = await ask(backup, '1', '{ viewer { session { userId scopes expiresAt } } }');
    assert.equal(data.viewer.session.userId, 'backup');
    assert.deepEqual(data.viewer.session.scopes, ['CHAT_READ']);
    assert.notEqual(data.viewer.session.expiresAt, null);
    backup.cut();

    writeFileSync(file('api-keys'), '');
    await reload(hall);
    await until(async () => {
      const socket = await hall.socket();
      socket.sendJson({ type: 'connection_init', payload: { 'x-api-key': newKey } });
      const { close } = await socket.next();
      socket.cut();
      return close?.code === 4403;
    });
    await stays('after its own key is gone');
  });

  await check('what is secret stands in no line of the log', () => {
    const text = JSON.stringify(hall.log);
    for (const secret of [...SECRETS, botKey]) assert.ok(!text.includes(secret));
  });

  socket.cut();
  bot.cut();
});

await issuer.leave();
rmSync(home, { recursive: true });
finish();
