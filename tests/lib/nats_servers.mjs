// nats-servers of a test's own: one, or a cluster of several.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from './free_port.mjs';

const running = new Set();
const home = mkdtempSync(join(tmpdir(), 'guildhall-nats.'));
process.on('exit', () => {
  running.forEach((child) => child.kill('SIGKILL'));
  rmSync(home, { recursive: true });
});

class NatsServer {
  #child = null;

  constructor(port, routePort, { address, config }) {
    this.port = port;
    this.routePort = routePort;
    this.address = address;
    this.configFile = join(home, `${port}.conf`);
    writeFileSync(this.configFile, config);
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`;
  }

  // Resolves when clients can connect. routes: of the cluster; none for a server on its own.
  async start(routes) {
    const cluster = routes.length
      ? ['--cluster_name', 'tests', '--cluster', `nats://127.0.0.1:${this.routePort}`, '--routes', routes.join(',')]
      : [];
    const words = ['-c', this.configFile, '-a', this.address, '-p', String(this.port), ...cluster];
    this.#child = spawn('nats-server', words, { stdio: 'ignore' });
    running.add(this.#child);
    while (!(await this.#answers())) {
      if (this.#child.exitCode !== null) throw new Error(`nats-server ended with ${this.#child.exitCode}`);
      await delay(20);
    }
  }

  #answers() {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('data', () => socket.destroy());
    });
  }

  async kill() {
    const child = this.#child;
    running.delete(child);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

export class NatsServers {
  // address: to listen at; config: lines of each server's configuration.
  static async start(n, { address = '127.0.0.1', config = '' } = {}) {
    const servers = new NatsServers();
    servers.all = [];
    for (let i = 0; i < n; i++)
      servers.all.push(new NatsServer(await freePort(), await freePort(), { address, config }));
    servers.routes = n > 1 ? servers.all.map(({ routePort }) => `nats://127.0.0.1:${routePort}`) : [];
    await Promise.all(servers.all.map((server) => server.start(servers.routes)));
    return servers;
  }

  get urls() {
    return this.all.map(({ url }) => url).join(',');
  }

  // Killed and started again.
  async restart(place, pauseMs) {
    await this.all[place].kill();
    await delay(pauseMs);
    await this.all[place].start(this.routes);
  }

  async stop() {
    await Promise.all(this.all.map((server) => server.kill()));
  }
}
