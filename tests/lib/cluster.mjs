// The PostgreSQL that tests/lib/with_postgres.sh has started: taken away, and brought back.

import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

// A zombie too: whoever should bury it may never do so.
function isGone(pid) {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export class Cluster {
  #home = new URL(process.env.GUILDHALL_TEST_DATABASE_URL.replace('@/', '@placeholder/')).searchParams.get('host');

  get #data() {
    return join(this.#home, 'data');
  }

  get #log() {
    return join(this.#home, 'postgres.log');
  }

  // PostgreSQL refuses to run as root.
  #control(...words) {
    const [postgres] = readFileSync(join(this.#data, 'postmaster.opts'), 'utf8').split(' ');
    const { uid, gid } = statSync(this.#data);
    return run(join(dirname(postgres), 'pg_ctl'), ['-D', this.#data, '-w', ...words], { uid, gid, cwd: '/' });
  }

  // immediate: as by a crash; fast: what is under way is rolled back, and the clients are told.
  stop(mode = 'immediate') {
    return this.#control('-m', mode, 'stop');
  }

  // Resolves when connections are taken again.
  start() {
    return this.#control('-l', this.#log, 'start');
  }

  restart(mode = 'fast') {
    return this.#control('-l', this.#log, '-m', mode, 'restart');
  }

  get #lock() {
    return join(this.#data, 'postmaster.pid');
  }

  // Every process, the postmaster first: one that is stopped starts no others.
  #stopAll() {
    const postmaster = parseInt(readFileSync(this.#lock, 'utf8'), 10);
    signal(postmaster, 'SIGSTOP');
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').split(' ').filter(Boolean);
    const pids = [postmaster, ...children.map(Number)];
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return pids;
  }

  // As by a power cut, but that what was written is there: no process has the time to say anything.
  async kill() {
    const pids = this.#stopAll();
    for (const pid of pids) signal(pid, 'SIGKILL');
    while (!pids.every(isGone)) await delay(5);
    // A postmaster that nobody buries would look alive to the next.
    for (const lock of [this.#lock, `${this.address}.lock`]) rmSync(lock);
  }

  // As by a machine that is frozen. Returns what lets it go on.
  pause() {
    const pids = this.#stopAll();
    const goOn = () => {
      process.off('exit', goOn);
      for (const pid of pids.reverse()) signal(pid, 'SIGCONT');
    };
    process.on('exit', goOn);
    return goOn;
  }

  // Of its Unix socket.
  get address() {
    return join(this.#home, '.s.PGSQL.5432');
  }

  // All that PostgreSQL has said so far.
  log() {
    return readFileSync(this.#log, 'utf8');
  }
}
