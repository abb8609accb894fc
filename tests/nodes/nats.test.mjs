// Several nodes that wake each other through NATS.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { NatsServers } from '../lib/nats_servers.mjs';
import { Scene } from './scene.mjs';

async function withNats(n, body) {
  const servers = await NatsServers.start(n);
  try {
    await body(servers);
  } finally {
    await servers.stop();
  }
}

// Nodes with only this option beside: what is heard in time with an hour was heard by the bus.
const on = (servers, interval) => ({ options: ['--bus', servers.urls, '--position-interval', interval] });

// The nodes are connected before anything is said that nobody would look for.
async function connected(nodes) {
  for (const node of nodes)
    while (node.log.filter(({ event }) => event === 'bus.connected').length < 2) await delay(20);
}

await withNats(1, async (servers) => {
  await withNodes([on(servers, '1h'), on(servers, '1h')], async (nodes) => {
    await connected(nodes);
    const scene = new Scene(nodes);
    await scene.prepare();

    await check('two nodes hear each other by NATS alone, each message once and in order', () => scene.play());
    await check('the log holds what was acknowledged', () => scene.checkLog());
    await check('on both nodes there was something live', () => {
      for (const node of nodes) assert.ok(scene.live(node) > 0);
    });
  });

  await withNodes([on(servers, '500ms'), on(servers, '500ms')], async (nodes) => {
    const scene = new Scene(nodes);
    await scene.prepare();

    await check('nothing is missed while the NATS server is killed and started again', () =>
      scene.play({
        trouble: async () => {
          await servers.restart(0, 300);
          await delay(300);
        },
      }),
    );
    await check('the log holds what was acknowledged meanwhile', () => scene.checkLog());
  });
});

await withNats(3, async (servers) => {
  await withNodes([on(servers, '2s'), on(servers, '2s'), on(servers, '2s')], async (nodes) => {
    const scene = new Scene(nodes);
    let place = 0;
    await scene.prepare();

    await check('nothing is missed while servers of a cluster of three are killed one after another', () =>
      scene.play({
        trouble: async () => {
          await servers.restart(place++ % 3, 500);
          await delay(500);
        },
      }),
    );
    await check('the log holds what was acknowledged through the cluster', () => scene.checkLog());
  });
});

finish();
