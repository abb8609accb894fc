// Networks for nodes, each in a namespace of its own with three links: one to its clients, one to the
// database and one to NATS, of which each can be cut. Everything else stands at their far ends, in the
// namespace of this process, which tests/lib/with_network.sh has made: it ends with this process.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LINKS = ['clients', 'database', 'nats'];
const DATABASE_PORT = 5432;

// SILENT: what is sent arrives nowhere. REFUSED: the sender is told that there is no way.
export const SILENT = 'silent';
export const REFUSED = 'refused';

export class Network {
  static #made = 0;

  static async make() {
    const network = new Network();
    network.place = ++Network.#made;
    // It has nothing to do, until the pipe ends: when this process does.
    network.holder = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(network.holder.stdout, 'data');
    network.holder.stdout.destroy();
    for (const link of LINKS) await network.#connect(link);
    return network;
  }

  // In front of a command, which then runs in this network.
  get within() {
    return ['nsenter', `--net=/proc/${this.holder.pid}/ns/net`];
  }

  // For a Hall's option `network`.
  get forHall() {
    return { within: this.within, address: this.near('clients'), cluster: `${this.far('database')}:${DATABASE_PORT}` };
  }

  near(link) {
    return `10.${LINKS.indexOf(link)}.${this.place}.2`;
  }

  far(link) {
    return `10.${LINKS.indexOf(link)}.${this.place}.1`;
  }

  #far(link, ...words) {
    return run('ip', [...words.map((word) => (word === 'DEV' ? `${link}${this.place}` : word))]);
  }

  #near(link, ...words) {
    const [nsenter, ...where] = this.within;
    return run(nsenter, [...where, 'ip', ...words.map((word) => (word === 'DEV' ? link : word))]);
  }

  async #connect(link) {
    const far = `${link}${this.place}`;
    await run('ip', ['link', 'add', far, 'type', 'veth', 'peer', 'name', link, 'netns', `${this.holder.pid}`]);
    await this.#far(link, 'address', 'add', `${this.far(link)}/30`, 'dev', 'DEV');
    await this.#near(link, 'address', 'add', `${this.near(link)}/30`, 'dev', 'DEV');
    await this.mend(link);
  }

  cut(link, how) {
    return (how === SILENT ? this.#far : this.#near).call(this, link, 'link', 'set', 'DEV', 'down');
  }

  async mend(link) {
    await this.#far(link, 'link', 'set', 'DEV', 'up');
    await this.#near(link, 'link', 'set', 'DEV', 'up');
  }

  remove() {
    this.holder.kill();
  }
}

// Takes connections for the cluster of tests/lib/with_postgres.sh, which has a Unix socket and no other.
// Returns what ends that, with the connections: those that lost their node in silence would stay.
export async function forwardToDatabase() {
  const url = new URL(process.env.GUILDHALL_TEST_DATABASE_URL.replace('@/', '@placeholder/'));
  const path = `${url.searchParams.get('host')}/.s.PGSQL.${DATABASE_PORT}`;
  const open = new Set();
  const server = createServer((outside) => {
    const inside = connect(path);
    open.add(outside);
    outside.on('close', () => open.delete(outside));
    for (const [from, to] of [[outside, inside], [inside, outside]]) {
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  server.listen(DATABASE_PORT, '0.0.0.0');
  await once(server, 'listening');
  return () => {
    server.close();
    open.forEach((socket) => socket.destroy());
  };
}
