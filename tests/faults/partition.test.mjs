// Nodes that are cut off from the database, from NATS, or from both, for longer than every timeout, while
// their clients go on asking them and the other nodes go on working.

import { setTimeout as delay } from 'node:timers/promises';

import { withNodes } from '../lib/harness.mjs';
import { SEED } from '../lib/dice.mjs';
import { NatsServers } from '../lib/nats_servers.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Load, TURNS } from './load.mjs';
import { forwardToDatabase, Network, REFUSED, SILENT } from './network.mjs';

const IMPATIENT = [
  ...['--ping-interval', '1s', '--pong-timeout', '1s', '--statement-timeout', '1s', '--position-interval', '500ms'],
];
// A PostgreSQL that says nothing is given up within six and a half seconds, and five seconds later a
// batch whose fate nobody knows.
const DATABASE_MS = 14_000;
// A NATS that says nothing is given up at the third ping, one every two seconds.
const NATS_MS = 8000;
const IMPATIENT_NATS = 'ping_interval: "500ms"\nping_max: 2\nwrite_deadline: "1s"\n';

const connections = (node) => node.log.filter(({ event }) => event === 'bus.connected').length;

// Behind this the node's bus is there again, if it was cut off from that.
async function cutOff(node, { links, how, ms }) {
  const before = connections(node);
  for (const link of links) await node.network.own.cut(link, how);
  await delay(ms);
  for (const link of links) await node.network.own.mend(link);
  while (links.includes('nats') && connections(node) === before) await delay(20);
}

// cases: [what is true meanwhile, which node is cut off, and how].
async function play(turn, networks, busOf, cases) {
  const options = networks.map((own) => ({
    options: ['--bus', busOf(own), ...IMPATIENT],
    network: { ...own.forHall, own },
  }));
  await withNodes(options, async (nodes) => {
    const load = new Load(nodes, { roaming: false, writersEach: 8, longestPause: 200 });

    await load.begin();
    for (const [sentence, place, how] of cases)
      await check(`${sentence} (turn ${turn})`, async () => {
        await load.more(100);
        await Promise.all([cutOff(nodes[place], how), load.more(100)]);
      });
    await check('everybody comes to an end', () => load.end());
    await check('nothing is missed and nothing comes twice, on whichever side', () => load.check());
  });
}

const FROM_DATABASE = { links: ['database'], how: SILENT, ms: DATABASE_MS };
const FROM_DATABASE_AND_BUS = { links: ['database'], how: SILENT, ms: NATS_MS };
const FROM_NATS = { links: ['nats'], how: SILENT, ms: NATS_MS };
const FROM_BOTH = { links: ['database', 'nats'], how: REFUSED, ms: NATS_MS };

console.log(`# GUILDHALL_TEST_SEED=${SEED}`);
const networks = [await Network.make(), await Network.make(), await Network.make()];
const endForwarding = await forwardToDatabase();
const nats = await NatsServers.start(1, { address: '0.0.0.0', config: IMPATIENT_NATS });
const byNats = (network) => `nats://${network.far('nats')}:${nats.all[0].port}`;

for (let turn = 1; turn <= TURNS; turn++) {
  await play(turn, networks, byNats, [
    ['two nodes go on while the third is cut off from the database', 0, FROM_DATABASE],
    ['three nodes go on while one is cut off from NATS', 1, FROM_NATS],
    ['two nodes go on while the third is cut off from both, and is told so', 2, FROM_BOTH],
  ]);
  await play(turn, networks.slice(1), () => 'postgres', [
    ['one node goes on while the other is cut off from the database, which is the bus', 0, FROM_DATABASE_AND_BUS],
  ]);
}
await nats.stop();
endForwarding();
networks.forEach((network) => network.remove());
finish();
