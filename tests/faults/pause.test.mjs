// A node stands still (SIGSTOP) for longer than every timeout of its own and of those it talks to, while
// the others go on.

import { setTimeout as delay } from 'node:timers/promises';

import { withNodes } from '../lib/harness.mjs';
import { SEED } from '../lib/dice.mjs';
import { NatsServers } from '../lib/nats_servers.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, TURNS } from './load.mjs';

const IMPATIENT = [
  ...['--ping-interval', '1s', '--pong-timeout', '1s', '--init-timeout', '1s'],
  ...['--statement-timeout', '1s', '--position-interval', '500ms'],
  ...['head', 'body', 'keep-alive', 'send'].flatMap((what) => [`--${what}-timeout`, '5s']),
];
// A PostgreSQL that says nothing is given up within six and a half seconds, and a NATS at the third ping,
// one every two seconds.
const STANDS_STILL_MS = 8000;
// By when the NATS server has given a node up to which it has nothing to send: two pings were not answered.
const GIVEN_UP_MS = 4000;
const IMPATIENT_NATS = 'ping_interval: "500ms"\nping_max: 2\nwrite_deadline: "1s"\n';

const connections = (node) => node.log.filter(({ event }) => event === 'bus.connected').length;

async function pause(node, meanwhile) {
  process.kill(node.pid, 'SIGSTOP');
  try {
    await Promise.all([delay(STANDS_STILL_MS), meanwhile()]);
  } finally {
    process.kill(node.pid, 'SIGCONT');
  }
}

const nodesOn = (bus, body) => {
  const node = { options: ['--bus', bus, ...IMPATIENT] };
  return withNodes([node, node, node], body);
};

async function playOn(turn, bus) {
  await nodesOn(bus, async (nodes) => {
    const load = new Load(nodes, { roaming: false, longestPause: 100 });

    await check(`a node that stood still for longer than its timeouts goes on (${bus}, turn ${turn})`, async () => {
      await load.begin();
      await load.more(100);
      await pause(nodes[turn % nodes.length], () => load.more(100));
      await load.more(100);
      await load.end();
    });
    await check('nothing is missed and nothing comes twice, there and elsewhere', () => load.check());
  });
}

// The last is sent when the bus has given the node up, and nothing that comes later tells its followers.
async function playLast(turn, bus) {
  await nodesOn(bus, async (nodes) => {
    const [still, ...others] = nodes;
    const load = new Load(nodes, { roaming: false, writersAt: others, longestPause: 100 });

    await check(`what was sent last while a node stood still is heard there (${bus}, turn ${turn})`, async () => {
      await load.begin();
      await load.more(100);
      await load.stopWriting();
      await load.followersKeepUp();
      const before = connections(still);
      await pause(still, async () => {
        await delay(GIVEN_UP_MS);
        await load.sendLast();
      });
      await load.followersEnd();
      while (connections(still) === before) await delay(20); // it had given it up indeed
    });
    await check('nothing is missed and nothing comes twice by then', () => load.check());
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);
const servers = await NatsServers.start(1, { config: IMPATIENT_NATS });
for (let turn = 1; turn <= TURNS; turn++) {
  await playOn(turn, 'postgres');
  await playLast(turn, servers.urls);
}
await servers.stop();
finish();
