// Keys that an issuer publishes: fetched, rotated, and what happens while the issuer is away, slow or
// says nonsense.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { EventStream } from '../lib/event_stream.mjs';
import { withServer } from '../lib/harness.mjs';
import { scrape } from '../lib/metrics.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { Issuer, Key } from './issuer.mjs';
import { ask, assertRefused, assertUser, bearer, enter, follow, hears, logged, persist, turnedAway } from './scene.mjs';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const LONG = '1h'; // a floor that no test lives to see the end of
const SHORT = '100ms';

const RENEW = 'mutation ($token: String!) { renewSession(token: $token) { userId } }';

const keys = Object.fromEntries(ALGORITHMS.map((alg) => [alg, new Key(alg, `the ${alg} key`)]));
const { RS256: first, ES256: second, EdDSA: third } = keys;

// proxies that the environment names are not meant for 127.0.0.1
const env = { no_proxy: '*' };

function withIssuer({ floor, options = [], secret = true, publish = [first], ...rest }, body) {
  return Issuer.start().then(async (issuer) => {
    issuer.publish(publish);
    const settings = {
      options: ['--jwt-jwks-url', issuer.url, '--jwt-jwks-floor', floor, ...options],
      env: { ...env, ...(secret ? {} : { GUILDHALL_JWT_SECRET: '' }) },
      ...rest,
    };
    try {
      await withServer(settings, (hall) => body(hall, issuer));
    } finally {
      await issuer.leave();
    }
  });
}

await withIssuer({ floor: LONG, publish: Object.values(keys) }, async (hall, issuer) => {
  for (const alg of ALGORITHMS)
    await check(`a token signed ${alg} is taken over HTTP and on a socket`, async () => {
      const token = keys[alg].token({ sub: 'ann' });
      await assertUser(hall, token, 'ann');
      (await enter(hall, bearer(token))).cut();
    });

  await check('one with another key under the same id is refused', async () => {
    const forged = new Key('ES256', second.kid).token({ sub: 'ann' });
    await assertRefused(hall, forged, 401, 'UNAUTHENTICATED');
  });

  await check('the secret still counts beside them', () => assertUser(hall, hall.token('bob'), 'bob'));

  await check('tokens with unknown keys do not make it fetch within the floor, however many come', async () => {
    const strangers = Array.from({ length: 20 }, (_, i) => new Key('EdDSA', `stranger ${i}`));
    for (let round = 0; round < 5; round++)
      await Promise.all(
        strangers.map((key) => assertRefused(hall, key.token({ sub: 'ann' }), 401, 'UNAUTHENTICATED')),
      );
    assert.deepEqual(await turnedAway(hall, bearer(strangers[0].token({ sub: 'ann' }))), {
      code: 4403,
      reason: "Forbidden: The token's key is not known.",
    });
    assert.equal(issuer.requests, 1);
  });

  await check('where a token says that its keys are, nobody looks', async () => {
    const thief = await Issuer.start();
    const key = new Key('ES256', 'stolen');
    thief.publish([key]);
    for (const header of [{ jku: thief.url }, { x5u: thief.url }, { jku: thief.url, jwk: key.jwk, kid: second.kid }])
      await assertRefused(hall, key.token({ sub: 'ann' }, header), 401, 'UNAUTHENTICATED');
    assert.equal(thief.requests, 0);
    await thief.leave();
  });
});

await withIssuer({ floor: SHORT }, async (hall, issuer) => {
  await hall.room('club', ['ann', 'bob']);

  await check('a key that is new is fetched when a token first names it, and no socket is dropped', async () => {
    const old = await enter(hall, bearer(first.token({ sub: 'ann' })));
    await follow(old, 'f', 'club');
    issuer.publish([second]);
    await until(async () => {
      const { status } = await hall.graphql('{ viewer { userId } }', { token: second.token({ sub: 'bob' }) });
      return status === 200;
    });
    const fresh = await enter(hall, bearer(second.token({ sub: 'bob' })));
    const query = 'mutation { sendMessage(roomId: "club", text: "after the rotation") { id } }';
    await ask(fresh, '1', query);
    await hears(old, 'after the rotation');
    await assertRefused(hall, first.token({ sub: 'ann' }), 401, 'UNAUTHENTICATED');

    const { data } = await ask(old, '2', RENEW, { token: second.token({ sub: 'ann' }) });
    assert.equal(data.renewSession.userId, 'ann');
    fresh.cut();
    old.cut();
  });

  await check('on a socket a token may wait for its key too, and so may one that renews', async () => {
    await delay(150); // the floor, so that the next one fetches
    issuer.publish([second, third]);
    const socket = await enter(hall, bearer(third.token({ sub: 'ann' })));
    await delay(150);
    issuer.publish([first, third]);
    const { data } = await persist(
      () => ask(socket, '1', RENEW, { token: first.token({ sub: 'ann' }) }),
      ({ errors }) => errors?.[0].extensions.code === 'UNAVAILABLE',
    );
    assert.equal(data.renewSession.userId, 'ann');
    socket.cut();
  });

  for (const form of ['events', 'parts'])
    await check(`over HTTP a stream of ${form} may wait for its key`, async () => {
      const key = new Key('ES256', `of ${form}`);
      const token = key.token({ sub: 'ann' });
      await hall.room(form, ['ann']);
      await delay(150);
      issuer.publish([first, key]);
      // The head comes before there is a message; where the stream stands by then it does not say.
      const query = `subscription { onMessage(roomId: "${form}", since: "1970-01-01T00:00:00.000Z") { text } }`;
      const request = {
        headers: { 'content-type': 'application/json', ...bearer(token) },
        body: JSON.stringify({ query }),
      };
      const stream = await persist(
        () => EventStream.open(hall.address, form, request),
        ({ status }) => status === 503,
      );
      assert.equal(stream.status, 200);
      await hall.graphql(`mutation { sendMessage(roomId: "${form}", text: "to a stream") { id } }`, { token });
      const event = await stream.next();
      assert.equal(JSON.parse(event.text).data.onMessage.text, 'to a stream');
      stream.cut();
    });

  await check('over HTTP an event stream is reserved once the key is there', async () => {
    const key = new Key('ES256', 'of the reservation');
    const headers = bearer(key.token({ sub: 'ann' }));
    await delay(150);
    issuer.publish([first, key]);
    const statuses = [];
    const reserve = () => hall.exchange({ method: 'PUT', path: '/graphql/stream', headers });
    await persist(reserve, ({ status }) => {
      statuses.push(status);
      return status === 503;
    });
    assert.equal(statuses[0], 503);
    assert.equal(statuses.at(-1), 201);
  });

  await check('who goes while a token waits leaves nothing behind', async () => {
    await delay(150);
    let release;
    const asked = new Promise((resolve) => {
      issuer.answer((request, response) => {
        release = () => response.end(JSON.stringify({ keys: [first.jwk, second.jwk] }));
        resolve();
      });
    });
    const socket = await hall.socket();
    socket.sendJson({ type: 'connection_init', payload: bearer(second.token({ sub: 'ann' })) });
    const other = hall.graphql('{ viewer { userId } }', { token: second.token({ sub: 'ann' }) });
    await asked;
    socket.cut();
    release();
    const { status } = await other;
    assert.ok(status === 200 || status === 503, String(status));
    issuer.publish([first, second]);
  });

  const troubles = {
    'answers with 500': (request, response) => response.writeHead(500).end(),
    'redirects': (request, response) => response.writeHead(302, { location: issuer.url }).end(),
    'says nothing': () => {},
    'sends a page of HTML': (request, response) => response.end('<html>Maintenance</html>'),
    'sends JSON that is no key set': (request, response) => response.end('{"error":"away"}'),
    'sends two mebibytes': (request, response) => response.end(`{"keys":[${' '.repeat(2 << 20)}]}`),
    'breaks off': (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"keys":');
      setTimeout(() => response.destroy(), 10);
    },
  };
  for (const [what, how] of Object.entries(troubles))
    await check(`an issuer that ${what} leaves the old keys in force`, async () => {
      const failures = logged(hall, 'keys_not_fetched').length;
      const unknown = new Key('EdDSA', `unknown while it ${what}`);
      issuer.answer(how);
      await until(async () => {
        const { status } = await hall.graphql('{ viewer { userId } }', { token: unknown.token({ sub: 'ann' }) });
        return status === 503;
      });
      await assertUser(hall, first.token({ sub: 'ann' }), 'ann');
      const last = logged(hall, 'keys_not_fetched').at(-1);
      assert.ok(logged(hall, 'keys_not_fetched').length > failures);
      assert.equal(last.meanwhile, 'the keys of before are used');
      assert.ok(last.why.length > 0);
      issuer.publish([first]);
      await until(async () => {
        const { status } = await hall.graphql('{ viewer { userId } }', { token: unknown.token({ sub: 'ann' }) });
        return status === 401;
      });
    });
});

await withIssuer({ floor: SHORT, publish: [] }, async (hall, issuer) => {
  await check('keys are fetched again when their headers say that they are old', async () => {
    issuer.publish([first], { 'cache-control': 'max-age=1' });
    await until(async () => {
      const { status } = await hall.graphql('{ viewer { userId } }', { token: first.token({ sub: 'ann' }) });
      return status === 200;
    });
    const { requests } = issuer;
    issuer.publish([second], { 'cache-control': 'max-age=1' });
    await until(() => issuer.requests > requests);
    await until(() => logged(hall, 'keys_fetched').length > requests);
  });
});

await check('it starts while the issuer is away, says so, and serves once the issuer is back', async () => {
  const issuer = await Issuer.start();
  issuer.publish([first]);
  await issuer.leave();
  const options = ['--jwt-jwks-url', issuer.url, '--jwt-jwks-floor', SHORT];
  await withServer({ options, env: { ...env, GUILDHALL_JWT_SECRET: '' } }, async (hall) => {
    const ready = () => hall.exchange({ method: 'GET', path: '/readyz' });
    await until(() => logged(hall, 'keys_not_fetched').length > 0);
    const { status, text } = await ready();
    assert.equal(status, 503);
    const { database, keys } = JSON.parse(text).checks;
    assert.deepEqual([database.ready, keys.ready, keys.up], [true, false, false]);
    assert.equal((await scrape(hall)).value('guildhall_dependency_up', { dependency: 'keys' }), 0);
    assert.equal((await hall.exchange({ method: 'GET', path: '/healthz' })).status, 200);
    await assertRefused(hall, first.token({ sub: 'ann' }), 503, 'UNAVAILABLE');
    assert.equal((await turnedAway(hall, bearer(first.token({ sub: 'ann' })))).code, 1013);
    assert.equal(logged(hall, 'keys_not_fetched')[0].meanwhile, 'tokens cannot be checked');

    await issuer.return();
    await until(async () => (await ready()).status === 200);
    await until(async () => (await scrape(hall)).value('guildhall_dependency_up', { dependency: 'keys' }) === 1);
    await assertUser(hall, first.token({ sub: 'ann' }), 'ann');
  });
  await issuer.leave();
});

await check('a preset finds the keys of its issuer, and reads its claims', async () => {
  const issuer = await Issuer.start();
  issuer.publish([first]);
  const pool = `${issuer.origin}/eu-central-1_example`;
  const options = ['--jwt-preset', 'cognito', '--jwt-issuer', pool, '--jwt-audience', 'web,phone'];
  const claims = { sub: 'ann', iss: pool, client_id: 'phone', token_use: 'access', scope: 'aws.cognito.signin.user.admin' };
  await withServer({ options, env: { ...env, GUILDHALL_JWT_SECRET: '' } }, async (hall) => {
    await assertUser(hall, first.token(claims), 'ann');
    assert.deepEqual(issuer.paths, ['/eu-central-1_example/.well-known/jwks.json']);
    for (const wrong of [{ client_id: 'other' }, { token_use: 'refresh' }, { iss: issuer.origin }, { exp: undefined }])
      await assertRefused(hall, first.token({ ...claims, ...wrong }), 401, 'UNAUTHENTICATED');
  });
  await issuer.leave();
});

finish();
