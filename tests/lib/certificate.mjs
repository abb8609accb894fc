// A certificate of a test's own for localhost and 127.0.0.1, and how a server is told of it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Certificate {
  #folder = mkdtempSync(join(tmpdir(), 'guildhall-tls-'));
  ca; // what a client has to trust

  constructor() {
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
    this.renew();
  }

  file(name) {
    return join(this.#folder, name);
  }

  get options() {
    return ['--tls-certificate', this.file('cert.pem'), '--tls-key', this.file('key.pem')];
  }

  // Another one, in place of the one before.
  renew() {
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', this.file('key.pem'), '-out', this.file('cert.pem')];
    execFileSync('openssl', [...words.split(' '), ...names, ...files], { stdio: 'ignore' });
    this.ca = readFileSync(this.file('cert.pem'));
  }
}
