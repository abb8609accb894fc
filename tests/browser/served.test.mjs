// How the pages for people are served: where they are and where not, in which coding, how long they may be
// kept, what they may load; and who gets the demo's tokens.

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { Certificate } from '../lib/certificate.mjs';
import { withServer } from '../lib/harness.mjs';
import { sendTo } from '../lib/http.mjs';
import { check, finish } from '../lib/tap.mjs';
import { withDemo } from './browser.mjs';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, undefined: (bytes) => bytes };

async function bytesOf(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function get(hall, path, headers = {}, method = 'GET') {
  const response = await sendTo(hall.address)({ method, path, headers });
  return { status: response.statusCode, headers: response.headers, body: await bytesOf(response) };
}

// The addresses that a page names.
const assetsOf = (html) => [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1]);

const isPage = ({ status, headers }) => status === 200 && headers['content-type'] === 'text/html; charset=utf-8';

// The directives of a policy, by name.
const policyOf = ({ headers }) =>
  new Map(headers['content-security-policy'].split(';').map((directive) => {
    const [name, ...sources] = directive.trim().split(' ');
    return [name, sources];
  }));

await withServer({}, async (hall) => {
  const page = (await get(hall, '/graphiql')).body.toString();
  const assets = assetsOf(page);

  await check('a person who opens /graphql gets GraphiQL, a program that does not ask for a page does not', async () => {
    assert.ok(isPage(await get(hall, '/graphql', HTML)));
    assert.equal((await get(hall, '/graphql', HTML)).body.toString(), page);
    assert.equal((await get(hall, '/graphql', HTML)).headers['cache-control'], 'no-store');
    assert.equal((await get(hall, '/graphql')).status, 400);
    const query = `/graphql?query=${encodeURIComponent('{ serverInfo { version } }')}`;
    const { data } = JSON.parse((await get(hall, query, HTML)).body);
    assert.ok(data.serverInfo.version);
  });

  await check('an asset comes in the coding that the client wants most, and is the same in each', async () => {
    for (const path of assets.filter((each) => /\.(js|css)$/.test(each))) {
      const plain = await get(hall, path);
      assert.equal(plain.status, 200);
      assert.equal(plain.headers['content-encoding'], undefined);
      for (const [wanted, given] of [
        ['gzip, deflate, br', 'br'],
        ['gzip, deflate', 'gzip'],
        ['br;q=0.1, gzip;q=0.9', 'gzip'],
        ['*', 'br'],
        ['br;q=0, *', 'gzip'],
        ['deflate', undefined],
        ['gzip;q=0, br;q=wrong', undefined],
      ]) {
        const one = await get(hall, path, { 'accept-encoding': wanted });
        assert.equal(one.headers['content-encoding'], given, wanted);
        assert.match(one.headers.vary, /Accept-Encoding/);
        assert.equal(Number(one.headers['content-length']), one.body.length);
        assert.deepEqual(DECODERS[given](one.body), plain.body);
      }
    }
  });

  await check('assets may be kept for ever, pages are asked for again, and a tag is of one coding', async () => {
    for (const path of ['/graphiql', ...assets]) {
      const one = await get(hall, path, { 'accept-encoding': 'br' });
      const { etag } = one.headers;
      const keeps = path === '/graphiql' ? 'no-cache' : 'public, max-age=31536000, immutable';
      assert.equal(one.headers['cache-control'], keeps, path);

      const again = await get(hall, path, { 'accept-encoding': 'br', 'if-none-match': `"other", ${etag}` });
      assert.equal(again.status, 304);
      assert.equal(again.body.length, 0);
      assert.equal(again.headers.etag, etag);
      assert.equal(again.headers['content-length'], undefined);
      if (one.headers['content-encoding'])
        assert.equal((await get(hall, path, { 'if-none-match': etag })).status, 200, 'another coding');
    }
  });

  await check('HEAD says what GET says, without the body', async () => {
    for (const path of ['/graphiql', assets[0]]) {
      const { headers: got, body } = await get(hall, path);
      const { headers: told, body: none } = await get(hall, path, {}, 'HEAD');
      delete got.date;
      delete told.date;
      assert.deepEqual(told, got);
      assert.equal(Number(told['content-length']), body.length);
      assert.equal(none.length, 0);
    }
  });

  await check('a page may load what is its own, run no text as a script, and be framed by nobody', async () => {
    const answer = await get(hall, '/graphiql');
    const policy = policyOf(answer);
    assert.deepEqual(policy.get('default-src'), ["'none'"]);
    assert.deepEqual(policy.get('script-src'), ["'self'"]);
    assert.deepEqual(policy.get('connect-src'), ["'self'"]);
    assert.deepEqual(policy.get('frame-ancestors'), ["'none'"]);
    assert.deepEqual(policy.get('base-uri'), ["'none'"]);
    assert.deepEqual(policy.get('style-src'), ["'self'", "'unsafe-inline'"]); // Monaco makes style elements
    assert.ok(!answer.headers['content-security-policy'].includes('unsafe-eval'));
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
    assert.equal((await get(hall, assets[0])).headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  });

  await check('what is not there is not there: the chat, tokens of a demo, assets by other names', async () => {
    for (const path of ['/chat', '/demo/tokens', '/assets/', '/assets/../graphiql', `${assets[0]}x`, '/graphiql/'])
      assert.equal((await get(hall, path)).status, 404, path);
    assert.equal(JSON.parse((await get(hall, '/version')).body).demo, undefined);
  });
});

await withServer({ options: ['--graphiql', 'off', '--chat', 'on'] }, async (hall) => {
  await check('each page is switched by itself', async () => {
    assert.equal((await get(hall, '/graphiql')).status, 404);
    assert.equal((await get(hall, '/graphql', HTML)).status, 400);
    const chat = await get(hall, '/chat');
    assert.ok(isPage(chat));
    assert.deepEqual(policyOf(chat).get('style-src'), ["'self'"]);
    assert.equal((await get(hall, assetsOf(chat.body.toString())[0])).status, 200);
  });
});

await withServer({ options: ['--introspection', 'auth'] }, async (hall) => {
  await check('where introspection is not open to all, there is no GraphiQL unless it is asked for', async () => {
    assert.equal((await get(hall, '/graphiql')).status, 404);
  });
});

const certificate = new Certificate();

await withServer({ options: certificate.options }, async (hall) => {
  await check('over HTTP/2 they are the same', async () => {
    const session = connectHttp2(`https://127.0.0.1:${hall.port}`, { ca: certificate.ca });
    const ask = async (headers) => {
      const stream = session.request(headers);
      const response = await new Promise((resolve, reject) => stream.on('response', resolve).on('error', reject));
      return { status: response[':status'], headers: response, body: await bytesOf(stream) };
    };
    const page = await ask({ ':path': '/graphiql' });
    assert.ok(isPage(page));
    await Promise.all(assetsOf(page.body.toString()).map(async (path) => {
      const plain = await ask({ ':path': path });
      const packed = await ask({ ':path': path, 'accept-encoding': 'br, gzip' });
      assert.deepEqual(DECODERS[packed.headers['content-encoding']](packed.body), plain.body);
      const known = await ask({ ':path': path, 'if-none-match': plain.headers.etag });
      assert.equal(known.status, 304);
      const head = await ask({ ':path': path, ':method': 'HEAD' });
      assert.equal(Number(head.headers['content-length']), plain.body.length);
      assert.equal(head.body.length, 0);
    }));
    session.close();
  });
});

await withDemo([], async (hall) => {
  const tokens = (headers = {}) => get(hall, '/demo/tokens', { host: `localhost:${hall.port}`, ...headers });

  await check('who sits at this machine gets a token for each of the demo\'s users, new ones each time', async () => {
    const { status, headers, body } = await tokens();
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'no-store');
    const found = JSON.parse(body);
    assert.deepEqual(found.map(({ user }) => user), ['ann', 'bob']);
    for (const { user, token, expiresAt } of found) {
      const answer = await hall.graphql('{ viewer { userId } }', { token });
      assert.equal(answer.body.data.viewer.userId, user);
      const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
      assert.equal(exp - iat, 3600);
      assert.equal(Math.floor(Date.parse(expiresAt) / 1000), exp);
    }
    assert.equal(JSON.parse((await get(hall, '/version')).body).demo, true);
  });

  await check('any name and address of the loopback will do', async () => {
    for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1', '127.1.2.3:1', '[::1]', '[::1]:8080'])
      assert.equal((await tokens({ host })).status, 200, host);
  });

  await check('a page of another name is refused, though its name leads here', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:127',
      'localhost@evil.example', '128.0.0.1', '10.0.0.1', '[::2]', '[::1', '::1', 'localhost:x', '0x7f.1'])
      assert.equal((await tokens({ host })).status, 403, host);
  });

  await check('no page of another origin reads them, whatever it says it is', async () => {
    for (const site of ['cross-site', 'same-site'])
      assert.equal((await tokens({ 'sec-fetch-site': site })).status, 403, site);
    assert.equal((await tokens({ 'sec-fetch-site': 'same-origin' })).status, 200);
    const { status, headers } = await tokens({ origin: 'http://evil.example' });
    assert.equal(status, 403);
    for (const origin of ['null', 'http://localhost:1']) assert.equal((await tokens({ origin })).status, 403, origin);
    assert.equal((await tokens({ origin: `http://localhost:${hall.port}` })).status, 200);
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  });

  await check('they do not go through a proxy', async () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'via'])
      assert.equal((await tokens({ [name]: '192.0.2.1' })).status, 403, name);
  });
});

// The first line of the answer to a request that comes from this address.
function statusFrom(hall, address) {
  const family = address.includes(':') ? 'TCP6' : 'TCP4';
  const socket = connect(hall.port, '127.0.0.1');
  socket.end(`PROXY ${family} ${address} ${address} 1 2\r\nGET /demo/tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('data', (bytes) => resolve(bytes.toString().split('\r\n')[0]));
  });
}

await withDemo(['--proxy-protocol', 'on'], async (hall) => {
  await check('who connects from another machine gets none, whatever host it names', async () => {
    for (const address of ['192.0.2.1', '10.0.0.1', '2001:db8::1'])
      assert.match(await statusFrom(hall, address), /^HTTP\/1.1 403 /, address);
    for (const address of ['127.0.0.1', '::1']) assert.match(await statusFrom(hall, address), /^HTTP\/1.1 200 /, address);
  });
});
finish();
