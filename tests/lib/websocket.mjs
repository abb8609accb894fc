// A WebSocket client (RFC 6455) that can do wrong on purpose: it sends what it is told to, frame by
// frame, and tells all that comes, a close with its code and reason included. It reads compressed
// messages (RFC 7692) where that was offered, in `headers`, and taken.

import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { constants, inflateRawSync } from 'node:zlib';

// What stands behind each compressed message, unsent: each is compressed by itself.
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

function unpacked(payload) {
  return inflateRawSync(Buffer.concat([payload, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH });
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
export const FINAL = 0x80; // the bit beside it

// Nothing is asserted about time: this only ends a test that would wait for ever.
const PATIENCE_MS = 30_000;

function connectTo(address) {
  const [, host, port] = /^(.*):(\d+)$/.exec(address);
  return connect({ host, port: Number(port), noDelay: true });
}

function lengthOf(n) {
  if (n < 126) return Buffer.from([Number(n)]);
  const wide = n > 0xffff;
  const length = Buffer.alloc(wide ? 9 : 3, wide ? 127 : 126);
  if (wide) length.writeBigUInt64BE(BigInt(n), 1);
  else length.writeUInt16BE(Number(n), 1);
  return length;
}

// A frame's bytes with any first byte, masked as a client's must be. length: what it says to have, in
// place of what it has.
export function bytesOf(first, payload = '', { masked = true, length } = {}) {
  const body = Buffer.from(payload);
  const says = lengthOf(length ?? body.length);
  if (!masked) return Buffer.concat([Buffer.from([first]), says, body]);
  const mask = randomBytes(4);
  says[0] |= 0x80;
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i & 3];
  return Buffer.concat([Buffer.from([first]), says, mask, body]);
}

// The request that opens a socket; key: of the handshake.
export function handshake(host, { protocols = ['graphql-transport-ws'], path = '/graphql', headers = {}, key } = {}) {
  const lines = {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key ?? randomBytes(16).toString('base64'),
    ...(protocols.length ? { 'Sec-WebSocket-Protocol': protocols.join(', ') } : {}),
    ...headers,
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${head.join('')}\r\n`;
}

export class WebSocketClient {
  #socket;
  #isOwn; // a TCP connection, which can be reset
  #input = Buffer.alloc(0);
  #arrived = []; // { text } or { pong, payload } or { close: { code, reason } } or { cut: true }
  #waiting = null;
  #upgraded = null;
  #fragments = [];
  #isPacked = false; // the message that arrives
  packed = 0; // messages that came compressed

  // Resolves when the server has answered the handshake with 101; throws on any other answer.
  // over: makes the stream to talk on, when it is not a TCP connection of its own.
  static async open(address, { over, ...how } = {}) {
    const client = new WebSocketClient();
    client.#isOwn = !over;
    client.#socket = over ? await over() : connectTo(address);
    await client.#connect(address, how);
    return client;
  }

  #connect(address, how) {
    const key = randomBytes(16).toString('base64');

    this.bytes(handshake(address, { ...how, key }));
    this.#socket.on('data', (bytes) => this.#onBytes(bytes));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#onEnd());
    return new Promise((resolve, reject) => {
      this.#upgraded = { resolve, reject, accept: createHash('sha1').update(key + GUID).digest('base64') };
    });
  }

  #onBytes(bytes) {
    this.#input = Buffer.concat([this.#input, bytes]);
    if (this.#upgraded && !this.#takeHandshake()) return;
    while (this.#takeFrame());
  }

  #takeHandshake() {
    const end = this.#input.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.#input.subarray(0, end).toString('latin1');
    const { resolve, reject, accept } = this.#upgraded;
    this.#input = this.#input.subarray(end + 4);
    if (!head.startsWith('HTTP/1.1 101 ')) {
      reject(new Error(`the handshake was answered with: ${head.split('\r\n')[0]}`));
      return false;
    }
    if (/^sec-websocket-accept: *(.*)$/im.exec(head)?.[1].trim() !== accept) {
      reject(new Error('Sec-WebSocket-Accept does not match the key'));
      return false;
    }
    this.protocol = /^sec-websocket-protocol: *(.*)$/im.exec(head)?.[1].trim() ?? '';
    this.extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1].trim() ?? '';
    this.#upgraded = null;
    resolve();
    return true;
  }

  #takeFrame() {
    const input = this.#input;
    if (input.length < 2) return false;
    let length = input[1] & 0x7f;
    let at = 2;
    if (length === 126) {
      if (input.length < 4) return false;
      length = input.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (input.length < 10) return false;
      length = Number(input.readBigUInt64BE(2));
      at = 10;
    }
    if (input.length < at + length) return false;
    this.#input = input.subarray(at + length);
    this.#onFrame(input[0], input.subarray(at, at + length), (input[1] & 0x80) !== 0);
    return true;
  }

  #onFrame(first, payload, masked) {
    const opcode = first & 0x0f;
    // Of a message's first frame only.
    const mayBePacked = this.extensions && (opcode === OPCODE.text || opcode === OPCODE.binary);
    const reserved = first & (mayBePacked ? 0x30 : 0x70);
    if (masked || reserved) throw new Error('the server sent a frame it must not send');
    if (opcode === OPCODE.ping) this.frame(OPCODE.pong, payload);
    else if (opcode === OPCODE.close) this.#onClose(payload);
    else if (opcode === OPCODE.pong) this.#arrive({ pong: payload.toString(), payload });
    else this.#onFragment(first, payload);
  }

  #onFragment(first, payload) {
    this.#fragments.push(payload);
    if ((first & 0x0f) !== OPCODE.continuation) this.#isPacked = (first & 0x40) !== 0;
    if ((first & 0x80) === 0) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    if (this.#isPacked) this.packed++;
    this.#arrive({ text: (this.#isPacked ? unpacked(whole) : whole).toString() });
  }

  #onClose(payload) {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    this.closed = { code, reason: payload.subarray(2).toString() };
    this.#arrive({ close: this.closed });
    if (!this.closing) this.frame(OPCODE.close, payload);
    this.closing = true;
    this.#socket.end();
  }

  #onEnd() {
    this.#upgraded?.reject(new Error('the connection ended before the handshake was answered'));
    this.#upgraded = null;
    if (!this.closed) this.#arrive({ cut: true });
  }

  #arrive(event) {
    if (this.#waiting) {
      const resolve = this.#waiting;
      this.#waiting = null;
      resolve(event);
    } else {
      this.#arrived.push(event);
    }
  }

  // What comes next: { text }, { pong, payload }, { close: { code, reason } }, or { cut: true }.
  next() {
    if (this.#arrived.length) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        reject(new Error('nothing came'));
      }, PATIENCE_MS);
      this.#waiting = (event) => {
        clearTimeout(timer);
        resolve(event);
      };
    });
  }

  // A frame as it is given, masked as a client must.
  frame(opcode, payload = '', { final = true, masked = true } = {}) {
    this.bytes(bytesOf((final ? FINAL : 0) | opcode, payload, { masked }));
  }

  // Bytes as they stand.
  bytes(bytes) {
    this.#socket.write(bytes);
  }

  send(text) {
    this.frame(OPCODE.text, text);
  }

  sendJson(value) {
    this.send(JSON.stringify(value));
  }

  // The next message, parsed; a close or a cut instead is an error.
  async nextJson() {
    const event = await this.next();
    if (event.text === undefined) throw new Error(`the connection ended: ${JSON.stringify(event)}`);
    return JSON.parse(event.text);
  }

  close(code = 1000, reason = '') {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code, 0);
    payload.write(reason, 2);
    this.closing = true;
    this.frame(OPCODE.close, payload);
  }

  // As when a cable is pulled. A socket that is shutting down cannot be reset any more: libuv refuses,
  // and Node would keep it for ever.
  cut() {
    if (this.#socket.writableEnded || !this.#isOwn) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  // What is sent between these goes out in one piece, and is read in one.
  cork() {
    this.#socket.cork();
  }

  uncork() {
    this.#socket.uncork();
  }

  // Leave bytes in the kernel's buffers, as a reader that is busy with something else.
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }
}
