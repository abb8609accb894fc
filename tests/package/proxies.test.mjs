// Behind nginx, HAProxy and Caddy, each with the file that tools/package/proxy/ gives for it: only the
// addresses, the certificate and the place of its log are the test's own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http2 from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { Certificate } from '../lib/certificate.mjs';
import { EventStream } from '../lib/event_stream.mjs';
import { freePort } from '../lib/free_port.mjs';
import { withServer } from '../lib/harness.mjs';
import { bodyOf } from '../lib/http.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

const files = new URL('../../tools/package/proxy/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'guildhall-proxies-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const certificate = new Certificate();
process.env.PATH += ':/usr/sbin'; // where Debian has two of them

// The given file with these lines changed, each of which must be there.
function given(name, changes) {
  let text = readFileSync(new URL(name, files), 'utf8');
  for (const [line, instead] of changes) {
    assert.ok(text.includes(`${line}\n`), `${name} has no line ${line}`);
    text = text.replace(`${line}\n`, `${instead}\n`);
  }
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

// What Debian's nginx.conf has around the sites, with all files in the folder.
function nginx(port, address) {
  const site = given('nginx.conf', [
    ['    server 127.0.0.1:8080;', `    server ${address};`],
    ['    listen 443 ssl http2;', `    listen 127.0.0.1:${port} ssl http2;`],
    ['    listen [::]:443 ssl http2;', ''],
    ['    ssl_certificate /etc/ssl/certs/chat.example.pem;', `    ssl_certificate ${certificate.file('cert.pem')};`],
    ['    ssl_certificate_key /etc/ssl/private/chat.example.key;', `    ssl_certificate_key ${certificate.file('key.pem')};`],
  ]);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const around = join(folder, 'around.conf');
  writeFileSync(
    around,
    `daemon off; pid ${folder}/pid; error_log stderr; ${process.geteuid() ? '' : 'user root;'}
     events {}
     http { access_log off; ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')} include ${site}; }`,
  );
  return ['nginx', '-c', around, '-p', folder];
}

function haproxy(port, address) {
  const pem = join(folder, 'chat.example.pem');
  writeFileSync(pem, ['cert.pem', 'key.pem'].map((name) => readFileSync(certificate.file(name), 'utf8')).join(''));
  const config = given('haproxy.cfg', [
    ['    bind :443 ssl crt /etc/haproxy/chat.example.pem alpn h2,http/1.1', `    bind 127.0.0.1:${port} ssl crt ${pem} alpn h2,http/1.1`],
    ['    server one 127.0.0.1:8080 check', `    server one ${address} check`],
  ]);
  return ['haproxy', '-db', '-f', config];
}

// No certificate is fetched, and nobody is asked: the site is an address with the test's own.
function caddy(port, address) {
  const tls = `tls ${certificate.file('cert.pem')} ${certificate.file('key.pem')}`;
  const config = given('Caddyfile', [
    ['chat.example {', `{\n\tadmin off\n\tauto_https off\n\tdefault_sni localhost\n}\n\nhttps://127.0.0.1:${port}, https://localhost:${port} {\n\tbind 127.0.0.1\n\t${tls}`],
    ['\treverse_proxy 127.0.0.1:8080 {', `\treverse_proxy ${address} {`],
  ]);
  return ['caddy', 'run', '--adapter', 'caddyfile', '--config', config];
}

// The client's address is not the proxy's, which is the only one that the server trusts.
const CLIENT = '127.0.0.2';

function get(port, path, headers = {}) {
  const way = { host: '127.0.0.1', port, localAddress: CLIENT, ca: certificate.ca, agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...way, path, headers }, async (response) =>
      resolve({ status: response.statusCode, text: await bodyOf(response) }),
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function stands(port) {
  try {
    return (await get(port, '/readyz')).status === 200;
  } catch {
    return false;
  }
}

// What EventStream takes, over HTTP/2.
const over = (session) => async ({ method, path, headers, body }) => {
  const stream = session.request({ ':method': method, ':path': path, ...headers });
  stream.end(body);
  const [head] = await once(stream, 'response');
  return Object.assign(stream, { statusCode: head[':status'], headers: head });
};

async function behind(name, command, hall) {
  const port = await freePort();
  const [program, ...words] = command(port, hall.address);
  let said = '';
  const proxy = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [proxy.stdout, proxy.stderr]) stream.on('data', (piece) => (said += piece));
  const gone = once(proxy, 'exit').then(() => Promise.reject(new Error(`${name} ended: ${said}`)));
  const bearer = { authorization: `Bearer ${hall.token('ann')}` };
  const under = async () => {
    const socket = connect({ host: '127.0.0.1', port, ca: certificate.ca });
    await once(socket, 'secureConnect');
    return socket;
  };
  const opened = (headers) => WebSocketClient.open(`localhost:${port}`, { over: under, headers });
  try {
    await Promise.race([until(() => stands(port)), gone]);

    await check(`${name}: a page`, async () => {
      assert.deepEqual(await get(port, '/healthz'), { status: 200, text: 'ok\n' });
    });

    await check(`${name}: the server's numbers are not for the world`, async () => {
      assert.equal((await get(port, '/metrics')).status, 404);
    });

    await check(`${name}: a subscription over a WebSocket, from a page of the same origin`, async () => {
      const socket = await opened({ Origin: `https://localhost:${port}` });
      socket.sendJson({ type: 'connection_init', payload: bearer });
      assert.equal((await socket.nextJson()).type, 'connection_ack');
      const query = 'subscription { onMessage(roomId: "club") { text } }';
      socket.sendJson({ id: '1', type: 'subscribe', payload: { query } });
      // Subscriptions begin in order: behind this one, which is refused, the other stands.
      socket.sendJson({ id: '2', type: 'subscribe', payload: { query: query.replace('club', 'nowhere') } });
      assert.equal((await socket.nextJson()).type, 'error');
      await hall.send('ann', 'club', `by ${name}`);
      assert.deepEqual((await socket.nextJson()).payload.data, { onMessage: { text: `by ${name}` } });
      socket.cut();
    });

    await check(`${name}: events over HTTP/2, each as it comes`, async () => {
      const session = http2.connect(`https://127.0.0.1:${port}`, { ca: certificate.ca });
      // The head comes before the stream stands: what is sent is not missed from this place on.
      const { resume } = (await hall.ask('ann', '{ messages(roomId: "club", first: 1) { resume } }')).messages;
      const query = `subscription { onMessage(roomId: "club", since: "${resume}") { text } }`;
      const headers = { 'content-type': 'application/json', ...bearer };
      const stream = await EventStream.open(null, 'events', { headers, body: JSON.stringify({ query }), send: over(session) });
      assert.equal(stream.status, 200);
      for (const text of ['one', 'two']) {
        await hall.send('ann', 'club', text);
        const { type, text: told } = await stream.next();
        assert.deepEqual([type, JSON.parse(told).data], ['next', { onMessage: { text } }]);
      }
      session.destroy();
    });

    await check(`${name}: the log has the client's address, and not what the client says it is`, async () => {
      const seen = hall.log.length;
      await get(port, '/graphql?query={__typename}', { authorization: 'Bearer none', 'x-forwarded-for': '198.51.100.9' });
      assert.equal((await hall.logged('refused', seen)).address, CLIENT);
    });
  } finally {
    gone.catch(() => {});
    proxy.kill('SIGTERM');
  }
}

await withServer({ options: ['--trusted-proxies', '127.0.0.1,::1'] }, async (hall) => {
  await hall.room('club', ['ann']);
  await behind('nginx', nginx, hall);
  await behind('HAProxy', haproxy, hall);
  await behind('Caddy', caddy, hall);
});

finish();
