// The example of docs/room-sockets.md, as it stands there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import WebSocket from 'ws';

import { Cable } from '../lib/cable.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until } from '../lib/until.mjs';

const page = readFileSync(new URL('../../docs/room-sockets.md', import.meta.url), 'utf8');
const [, example] = /```js\n([^]*?)```/.exec(page);

await withServer({}, async (hall) => {
  await hall.room('club', ['ann', 'bob']);
  await hall.guild('red', ['ann']);
  const cable = new Cable(hall);
  const joined = [];

  class Socket extends WebSocket {
    constructor(...args) {
      super(...args);
      this.on('error', () => {}); // a browser's needs nobody to listen; the close that follows tells all
      joined.push(this);
    }
  }

  const code = example.replace('wss://chat.example', `ws://${await cable.address()}`);
  assert.notEqual(code, example);
  const join = new Function('WebSocket', `${code}; return join;`)(Socket);
  const isOpen = () => joined.at(-1).readyState === WebSocket.OPEN;
  const heard = [];
  let say;

  await check('the example has fifteen lines', () => assert.equal(example.trim().split('\n').length, 15));

  await check('it joins a room, sends, and hears itself and others', async () => {
    say = join('club', hall.token('ann'), ({ seq, text }) => heard.push(`${seq} ${text}`));
    await until(isOpen);
    say('hello');
    await until(() => heard.length === 1);
    await hall.send('bob', 'club', 'hello yourself');
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ['1 hello', '2 hello yourself']);
  });

  await check('it is away while others send, comes back, and has missed nothing', async () => {
    cable.cut();
    await hall.send('bob', 'club', 'are you there?');
    await hall.send('bob', 'club', 'hello?');
    cable.back();
    await until(() => heard.length === 4);
    say('here I am');
    await until(() => heard.length === 5);
    assert.deepEqual(heard.slice(2), ['3 are you there?', '4 hello?', '5 here I am']);
  });

  await check('it comes back though it had heard nothing yet', async () => {
    const guild = [];
    const before = joined.length;
    join('GUILD#red', hall.token('ann'), ({ text }) => guild.push(text));
    let greeted = false;
    joined[before].on('message', () => (greeted = true));
    await until(() => greeted);
    cable.cut();
    await hall.send('ann', 'GUILD#red', 'while nobody listens');
    cable.back();
    await until(() => guild.length === 1);
    assert.deepEqual(guild, ['while nobody listens']);
  });

  await check('it comes back to a server that was restarted', async () => {
    await hall.end('SIGKILL');
    await hall.start();
    await hall.send('bob', 'club', 'after the restart');
    await until(() => heard.length === 6);
    assert.equal(heard.at(-1), '6 after the restart');
  });

  await check('it is closed where it may not be, with a code after which it does not come back', async () => {
    const before = joined.length;
    join('club', hall.token('eve'), () => {});
    assert.equal(await new Promise((resolve) => joined[before].on('close', resolve)), 4403);
  });
  cable.dispose();
});
finish();
process.exit(); // the example comes back for ever
