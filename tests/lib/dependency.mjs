// A server of a test's own that guildhall asks something of, which goes away and comes back.
//
//     class Issuer extends Dependency { constructor() { super(); this.serve(createServer(…)); } }
//     await issuer.return(); … await issuer.leave(); … await issuer.return();

export class Dependency {
  #server;
  #port;

  serve(server) {
    this.#server = server;
  }

  get port() {
    return this.#port;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  // Nobody listens any more; those who are connected are cut off.
  leave() {
    this.#server.closeAllConnections?.();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  // To the same port.
  return() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port ?? 0, '127.0.0.1', () => {
        this.#port = this.#server.address().port;
        resolve();
      });
    });
  }
}
