// The PostgreSQL that tests/lib/with_postgres.sh has started: taken away, and brought back.

import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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

  // All that PostgreSQL has said so far.
  log() {
    return readFileSync(this.#log, 'utf8');
  }
}
