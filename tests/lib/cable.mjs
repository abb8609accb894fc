// The way between a client and a server, which can be cut: all connections end as by a pulled cable,
// and none is made until it is back.
//
//     const cable = new Cable(hall);
//     const response = await cable.fetch(`http://${hall.address}/graphql`, …);

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export class Cable {
  #hall;
  #unwrap;
  #ends = new Set(); // sockets
  #server = createServer({ allowHalfOpen: true }, (socket) => this.#come(socket));
  #listening;
  #allowed = null; // a promise while it is cut
  back = () => {};
  refusals = []; // the statuses of all responses so far that were none of success

  // unwrap(socket) gives, or promises, what is to be laid on to the server: where the client speaks
  // TLS, what is inside.
  constructor(hall, unwrap = (socket) => socket) {
    this.#hall = hall;
    this.#unwrap = unwrap;
    this.#listening = once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  #keep(end) {
    this.#ends.add(end);
    end.on('error', () => end.destroy());
    end.on('close', () => this.#ends.delete(end));
  }

  async #come(socket) {
    if (this.#allowed) return socket.destroy();
    this.#keep(socket);
    const near = await this.#unwrap(socket);
    return socket.destroyed ? undefined : this.#lay(near);
  }

  #lay(near) {
    const far = connect({ port: this.#hall.port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [end, other] of [[near, far], [far, near]]) {
      this.#keep(end);
      end.on('error', () => other.destroy());
      end.pipe(other);
    }
  }

  // Where a client connects that is to be on this cable.
  async address() {
    await this.#listening;
    return `127.0.0.1:${this.#server.address().port}`;
  }

  // fetch() over this cable, as clients take it.
  fetch = async (url, init) => {
    await this.#listening;
    const over = new URL(url);
    over.port = this.#server.address().port;
    const response = await fetch(over, init);
    if (!response.ok) this.refusals.push(response.status);
    return response;
  };

  get isCut() {
    return this.#allowed !== null;
  }

  cut() {
    this.#allowed = new Promise((resolve) => {
      this.back = () => {
        this.#allowed = null;
        resolve();
      };
    });
    for (const end of this.#ends) end.destroy();
  }

  // Before each new attempt.
  async mayReturn() {
    await this.#allowed;
    await delay(20);
  }

  dispose() {
    for (const end of this.#ends) end.destroy();
    this.#server.close();
  }
}
