// `guildhall top` beside a server, as a script runs it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

// Nothing of ours in it: what is configured is given as flags.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GUILDHALL_')));
const run = (program, args, more) => promisify(execFile)(program, args, { env: { ...env, ...more } });

await withServer({ options: ['--metrics-listen', '127.0.0.1:0'] }, async (hall) => {
  const { address } = await hall.logged('metrics_listening');
  const url = `http://${address}/metrics`;
  await hall.room('club', ['ann']);

  await check('--once shows one screen of what happened meanwhile, without a code for terminals', async () => {
    const top = run(hall.program, ['top', '--once', '--interval', '1s', '--url', url]);
    let ended = false;
    top.finally(() => (ended = true)).catch(() => {});
    while (!ended) await hall.send('ann', 'club', 'hello');
    const { stdout, stderr } = await top;
    assert.equal(stderr, '');
    assert.match(stdout, /^guildhall \d+\.\d+\.\d+ at http:/);
    assert.match(stdout, /^ {2}database +up +\d{4}-/m);
    assert.match(stdout, /^ {2}accepted +(?!0$)[\d.]+$/m);
    assert.match(stdout, /^ {2}mutation +(?!0 )[\d.]+ +[\d.]+ [mu]?s +[\d.]+ [mu]?s$/m);
    assert.ok(!stdout.includes('\x1b'));
    for (const line of stdout.split('\n')) assert.ok(line.length < 80, line);
  });
  await check('without it screens follow one another, until it is ended', async () => {
    const top = spawn(hall.program, ['top', '--interval', '100ms', '--url', url], { stdio: ['ignore', 'pipe', 'inherit'], env });
    let text = '';
    for await (const piece of top.stdout) {
      text += piece;
      if ((text.match(/what goes wrong/g) ?? []).length >= 3) break;
    }
    top.kill();
    assert.ok(!text.includes('\x1b'));
  });
  await check('top and health take the same URL, of the server or of a page of it, or the configuration', async () => {
    const server = `http://${address}`;
    const wheres = [[url], [server], [`${server}/`], [`${server}/readyz`], ['--url', server], ['--url', `${server}/healthz`]];
    for (const where of [...wheres, ['--metrics-listen', address, '--listen', hall.address]]) {
      const { stdout } = await run(hall.program, ['top', '--once', '--interval', '100ms', ...where]);
      assert.ok(stdout.includes(` at ${url}`), stdout);
      assert.equal(JSON.parse((await run(hall.program, ['health', ...where])).stdout).ready, true);
    }
    for (const command of ['top', 'health']) {
      const { code, stderr } = await run(hall.program, [command, url, '--url', url]).catch((error) => error);
      assert.equal(code, 2);
      assert.match(stderr, /one server at a time/);
    }
  });
  await check('a URL says all: what the environment says of a server is not looked at', async () => {
    const theirs = { GUILDHALL_CONFIG: '/no/such/options', GUILDHALL_JWT_SECRET_FILE: '/no/such/secret', GUILDHALL_OF_TOMORROW: '1' };
    for (const command of [['top', '--once', '--interval', '100ms'], ['health']]) {
      await run(hall.program, [...command, url], theirs);
      await run(hall.program, [...command, '--url', url], theirs);
      for (const [name, value] of Object.entries(theirs)) {
        const { code, stderr } = await run(hall.program, command, { [name]: value }).catch((error) => error);
        assert.equal(code, 2);
        assert.ok(stderr.includes(name) || stderr.includes(value), stderr);
      }
    }
  });
  await check('what is no /metrics is an error that says what to do, and fails', async () => {
    for (const wrong of [`http://${hall.address}/metrics`, `http://${hall.address}/version`]) {
      const { code, stderr } = await run(hall.program, ['top', '--once', '--url', wrong]).catch((error) => error);
      assert.equal(code, 1);
      assert.match(stderr, /is it the address of a server's \/metrics\?/);
    }
    const { code, stderr } = await run(hall.program, ['top', '--once', '--url', 'http://127.0.0.1:1/metrics']).catch((error) => error);
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1/);
  });
});

finish();
