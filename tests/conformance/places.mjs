// The ways to a server: in the clear with HTTP/1.1, and over TLS with HTTP/2.

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';

import { sendTo } from '../lib/http.mjs';
import { WebSocketClient } from '../lib/websocket.mjs';

// Each request on a connection of its own.
export class Clear {
  name = 'in the clear';

  constructor(hall) {
    this.hall = hall;
    this.send = sendTo(hall.address);
  }

  socket(options) {
    return WebSocketClient.open(this.hall.address, options);
  }

  done() {}
}

// All requests on one connection, and WebSockets beside it on connections of their own.
export class Secure {
  name = 'over TLS';
  #session = null;

  constructor(hall, certificate) {
    this.hall = hall;
    this.ca = certificate.ca;
  }

  socket(options) {
    const over = async () => {
      const socket = connectTls({ host: '127.0.0.1', port: this.hall.port, ca: this.ca });
      await once(socket, 'secureConnect');
      return socket;
    };
    return WebSocketClient.open(this.hall.address, { ...options, over });
  }

  // When it breaks, its streams do, each by itself.
  #connection() {
    if (this.#session) return this.#session;
    this.#session = connectHttp2(`https://127.0.0.1:${this.hall.port}`, { ca: this.ca });
    this.#session.on('error', () => {});
    return this.#session;
  }

  // The response looks like one of HTTP/1.1's.
  send = ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const stream = this.#connection().request({ ':method': method, ':path': path, ...headers });
      stream.on('error', reject);
      stream.on('response', ({ ':status': statusCode, ...rest }) => {
        Object.defineProperty(stream, 'complete', { get: () => stream.readableEnded && stream.rstCode === 0 });
        resolve(Object.assign(stream, { statusCode, headers: rest }));
      });
      stream.end(body);
    });

  done() {
    this.#session?.destroy();
  }
}
