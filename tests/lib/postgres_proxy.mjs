// A wire between a server and PostgreSQL that understands as much of the protocol as is needed to
// fail at the worst moment. It looks at the messages of each connection; what is to happen to a batch
// of sendMessage is asked of `trouble`, when the whole of it has arrived and nothing was passed on:
//
//     'none'     it passes
//     'unheard'  it passes and is committed; then the connection ends instead of the answer
//     'cut'      it passes, and the connection ends at once: PostgreSQL may commit it or not
//     'half'     half of it passes, then the connection ends

import { connect, createServer } from 'node:net';

const STARTUP = 0; // the first message of a client has no type
const BIND = 'B'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);

// Whole messages, put together from what a socket brings.
class Messages {
  #bytes = Buffer.alloc(0);
  #startup;

  constructor({ startup }) {
    this.#startup = startup;
  }

  *take(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const head = this.#startup ? 0 : 1;
      if (this.#bytes.length < head + 4) return;
      const end = head + this.#bytes.readInt32BE(head);
      if (this.#bytes.length < end) return;
      yield { type: this.#startup ? STARTUP : this.#bytes[0], bytes: this.#bytes.subarray(0, end) };
      this.#bytes = this.#bytes.subarray(end);
      this.#startup = false;
    }
  }
}

function sendsMessages({ type, bytes }) {
  if (type !== BIND) return false;
  const name = bytes.indexOf(0, 5) + 1; // behind the portal's
  return bytes.toString('latin1', name, bytes.indexOf(0, name)).startsWith('message_send');
}

class Wire {
  #batch = null; // its messages so far
  #unheard = false;

  constructor(proxy, client, address) {
    this.proxy = proxy;
    this.client = client;
    this.server = connect(address);
    this.#follow(client, new Messages({ startup: true }), (message) => this.#fromClient(message));
    this.#follow(this.server, new Messages({ startup: false }), (message) => this.#fromServer(message));
  }

  #follow(socket, messages, onMessage) {
    socket.on('data', (bytes) => {
      for (const message of messages.take(bytes)) onMessage(message);
    });
    socket.on('error', () => {});
    socket.on('close', () => this.end());
  }

  end() {
    this.client.destroy();
    this.server.destroy();
    this.proxy.wires.delete(this);
  }

  #fromClient(message) {
    if (this.#batch || sendsMessages(message)) this.#gather(message);
    else this.server.write(message.bytes);
  }

  #gather(message) {
    this.#batch = [...(this.#batch ?? []), message.bytes];
    if (message.type !== SYNC) return;
    const bytes = Buffer.concat(this.#batch);
    this.#batch = null;
    this.#pass(bytes, this.proxy.trouble(bytes));
  }

  #pass(bytes, trouble) {
    this.#unheard = trouble === 'unheard';
    if (trouble === 'none' || trouble === 'unheard') this.server.write(bytes);
    if (trouble === 'cut') this.server.write(bytes, () => this.end());
    if (trouble === 'half') this.server.write(bytes.subarray(0, bytes.length / 2), () => this.end());
  }

  // PostgreSQL says that it is ready for more when it has committed.
  #fromServer(message) {
    if (!this.#unheard) this.client.write(message.bytes);
    else if (message.type === READY) this.end();
  }
}

export class PostgresProxy {
  wires = new Set();
  trouble = () => 'none';
  #listener;

  // Resolves when it can be reached.
  static async open(address) {
    const proxy = new PostgresProxy();
    proxy.#listener = createServer({ noDelay: true }, (client) => proxy.wires.add(new Wire(proxy, client, address)));
    await new Promise((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve));
    proxy.address = `127.0.0.1:${proxy.#listener.address().port}`;
    return proxy;
  }

  close() {
    this.#listener.close();
    for (const wire of this.wires) wire.end();
  }
}
