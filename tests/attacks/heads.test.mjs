// Requests that are too long, too slow, or never made: HTTP/1.1 and what stands before it.

import assert from 'node:assert/strict';

import { Certificate } from '../lib/certificate.mjs';
import { finish } from '../lib/tap.mjs';
import { repeat, withTarget } from './attack.mjs';

const ATTACKERS = 200;
const DRIP_MS = 100;

const START = 'POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n';
const UPGRADE =
  'GET /graphql HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
const LATE = /^HTTP\/1\.1 408 .*The request did not arrive in time\./s;

const small = ['--max-header-bytes', '8KiB', '--max-header-fields', '32', '--max-request-bytes', '64KiB'];

await withTarget({ options: small }, async (target) => {
  const tooLong = {
    'in its target': `GET /graphql?query=${'x'.repeat(100_000)} HTTP/1.1\r\nHost: h\r\n\r\n`,
    'in one field': `${START}X: ${'x'.repeat(100_000)}\r\n\r\n`,
    'in a name without end': `${START}${'x'.repeat(1_000_000)}`,
    'in many cookies': `${START}${'Cookie: a=b\r\n'.repeat(1000)}\r\n`,
    'in few, large cookies': `${START}${`Cookie: ${'c'.repeat(2000)}\r\n`.repeat(5)}\r\n`,
    'in empty lines before it': '\r\n'.repeat(10_000),
    'in the head of an upgrade': `${UPGRADE}Sec-WebSocket-Protocol: ${'graphql-ws,'.repeat(10_000)}\r\n\r\n`,
  };

  for (const [where, head] of Object.entries(tooLong))
    await target.attack(`a head that is too long ${where} is 431`, { most: 16 }, () =>
      repeat(ATTACKERS, async () => {
        const line = await target.line();
        line.say(head);
        assert.match(await line.end(), /^HTTP\/1\.1 431 .*"errors"/s);
      }),
    );

  await target.attack('a body that is too long is 413, by its length or as soon as its chunks are', { most: 24 }, () =>
    repeat(ATTACKERS, async (i) => {
      const line = await target.line();
      if (i % 2) {
        line.say(`${START}Content-Length: 65537\r\n\r\n`);
      } else {
        line.say(`${START}Transfer-Encoding: chunked\r\n\r\n`);
        for (let k = 0; k < 17; k++) line.say(`1000\r\n${' '.repeat(0x1000)}\r\n`);
      }
      assert.match(await line.end(), /^HTTP\/1\.1 413 .*"PAYLOAD_TOO_LARGE"/s);
    }),
  );

  await target.attack('requests sent ahead without end, whose answers nobody reads, wait', { most: 32 }, async () => {
    const page = 'GET /schema.graphql HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(2000);
    const lines = await repeat(50, async () => {
      const line = await target.line();
      line.pause();
      line.say(page);
      return line;
    });
    await target.serves(20);
    assert.ok(lines.every((line) => !line.isOver));
    await Promise.all(lines.map((line) => line.drop()));
  });
});

const impatient = ['head', 'body', 'keep-alive', 'send'].flatMap((what) => [`--${what}-timeout`, '3s']);

await withTarget({ options: impatient }, async (target) => {
  const dripping = (begin, piece) =>
    repeat(ATTACKERS, async () => {
      const line = await target.line();
      line.say(begin);
      line.drip(piece, DRIP_MS);
      assert.match(await line.end(), LATE);
    });

  await target.attack('heads that come byte by byte, without end, are 408', { most: 16 }, () => dripping(START, 'x'));

  await target.attack('upgrades that are never finished are 408', { most: 16 }, () => dripping(UPGRADE, 'x'));

  await target.attack('bodies that come byte by byte are 408', { most: 16 }, () =>
    dripping(`${START}Content-Length: 100000\r\n\r\n`, ' '),
  );

  await target.attack('bodies in chunks of a byte are 408', { most: 16 }, () =>
    dripping(`${START}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
  );

  await target.attack('who connects and says nothing is let go', { most: 16 }, () =>
    repeat(ATTACKERS, async () => assert.equal(await (await target.line()).end(), '')),
  );

  await target.attack('who says nothing more behind an answer is let go', { most: 16 }, () =>
    repeat(ATTACKERS, async () => {
      const line = await target.line();
      line.say('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
      assert.match(await line.end(), /^HTTP\/1\.1 200 .*ok\n$/s);
    }),
  );

  await target.attack('answers that nobody reads are given up', { most: 32 }, async () => {
    const before = target.descriptors;
    const lines = await repeat(50, async () => {
      const line = await target.line();
      line.pause();
      line.say('GET /schema.graphql HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(2000));
      return line;
    });
    while (target.descriptors > before + 2) await target.serves(1);
    await Promise.all(lines.map((line) => line.drop()));
  });
});

// Nobody is let go for being slow: only for want of a place.
const PLACES = 300;
const few = ['--head-timeout', '0', '--max-handshakes', String(PLACES)];

// Twice as many as there are places for, until only so many are left. They come some at a time: whoever
// is slower than all places are taken is one of those who are let go.
async function crowd(target, begin, options) {
  const lines = [];
  while (lines.length < 2 * PLACES) {
    lines.push(
      ...(await repeat(50, async () => {
        const line = await target.line(options);
        line.say(begin);
        return line;
      })),
    );
    await target.serves(1);
  }
  for (;;) {
    const left = lines.filter((line) => !line.isOver);
    if (left.length <= PLACES) break;
    await Promise.race(left.map((line) => line.end()));
  }
  await Promise.all(lines.map((line) => line.drop()));
}

await withTarget({ options: few }, async (target) => {
  for (const [what, said] of [
    ['say nothing', ''],
    ['never end their heads', START],
  ])
    await target.attack(`of connections that ${what}, only the newest stay`, { most: 16 }, () => crowd(target, said));
});

const certificate = new Certificate();
const { ca, options: tls } = certificate;

const HELLO = Buffer.from('1603010200010001fc0303', 'hex'); // 512 bytes are said to follow

// Whoever shakes hands beside so many others needs more time on a busy machine.
await withTarget({ ca, options: [...tls, '--head-timeout', '6s'] }, async (target) => {
  await target.attack('hands that are never shaken for TLS are let go', { most: 32 }, () =>
    repeat(ATTACKERS, async (i) => {
      const line = await target.line({ ca: null });
      if (i % 2) line.say(HELLO);
      if (i % 3 === 0) line.drip(Buffer.from([0]), DRIP_MS);
      await line.end();
    }),
  );

  await target.attack('who has shaken hands and asks for nothing is let go', { most: 48 }, () =>
    repeat(ATTACKERS / 4, async (i) => {
      const line = await target.line({ ALPNProtocols: i % 2 ? ['h2'] : ['http/1.1'] });
      await line.end();
    }),
  );
});

await withTarget({ ca, options: [...tls, ...few] }, async (target) => {
  await target.attack('of hands that are never shaken, only the newest wait', { most: 48 }, () =>
    crowd(target, HELLO, { ca: null }),
  );
});

finish();
