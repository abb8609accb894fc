// An issuer whose certificate nobody vouches for is not believed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';
import { Issuer, Key } from './issuer.mjs';
import { assertRefused, logged } from './scene.mjs';

const home = mkdtempSync(join(tmpdir(), 'guildhall-tls-'));
const [keyFile, certificateFile] = ['key.pem', 'certificate.pem'].map((name) => join(home, name));

execFileSync('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
  ...['-keyout', keyFile, '-out', certificateFile, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
], { stdio: 'ignore' });

const certificate = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
const issuer = await Issuer.start((answer) => createServer(certificate, answer));
const key = new Key('ES256', 'first');
issuer.publish([key]);

const options = ['--jwt-jwks-url', issuer.url.replace('http:', 'https:')];
await withServer({ options, env: { no_proxy: '*' } }, async (hall) => {
  await check('keys of an issuer with a certificate of its own making are not fetched', async () => {
    await until(() => logged(hall, 'keys_not_fetched').length > 0);
    assert.match(logged(hall, 'keys_not_fetched')[0].why, /certificate/i);
    assert.equal(issuer.requests, 0);
    await assertRefused(hall, key.token({ sub: 'ann' }), 503, 'UNAVAILABLE');
  });
});

await issuer.leave();
rmSync(home, { recursive: true });
finish();
