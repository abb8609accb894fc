// The protocols of WebSockets: graphql-transport-ws, the older graphql-ws, and AppSync's.

import assert from 'node:assert/strict';

import { Session, Shared } from './session.mjs';

const TRANSPORT_WS = {
  handshake: () => ({ protocols: ['graphql-transport-ws'] }),
  init: (token) => ({ authorization: `Bearer ${token}` }),
  greeting: ['connection_ack'],
  start: 'subscribe',
  stop: 'complete',
  payload: (request) => request,
  read({ type, payload }) {
    if (type === 'next') return { result: payload };
    if (type === 'error') return { result: { errors: payload }, ends: true };
    assert.equal(type, 'complete');
    return { ends: true };
  },
};

// A refusal is its first error; when there are more, all of them stand in it once more.
function legacyErrors({ errors, ...first }) {
  if (!errors) return [first];
  assert.ok(errors.length > 1);
  assert.deepEqual(errors[0], first);
  return errors;
}

const LEGACY = {
  handshake: () => ({ protocols: ['graphql-ws'] }),
  init: (token) => ({ headers: { Authorization: `Bearer ${token}` } }),
  greeting: ['connection_ack', 'ka'],
  start: 'start',
  stop: 'stop',
  payload: (request) => request,
  read({ type, payload }) {
    if (type === 'data') return { result: payload };
    if (type === 'error') return { result: { errors: legacyErrors(payload) }, ends: true };
    assert.equal(type, 'complete');
    return { ends: true };
  },
};

// Without what AppSync's clients want to find in each error.
export function undress({ errors, ...rest }) {
  if (!errors) return rest;
  return {
    ...rest,
    errors: errors.map(({ errorType, errorCode, ...error }) => {
      assert.match(errorType, /^[A-Z]\w+$/);
      assert.equal(errorCode, error.extensions.http.status);
      return error;
    }),
  };
}

const APPSYNC = {
  handshake(token) {
    const header = Buffer.from(JSON.stringify({ host: 'chat.example', Authorization: token })).toString('base64url');
    return { path: '/graphql/realtime', protocols: ['graphql-ws', `header-${header}`] };
  },
  init: () => undefined,
  greeting: ['connection_ack', 'ka'],
  start: 'start',
  stop: 'stop',
  payload: (request) => ({ data: JSON.stringify(request) }),
  read({ type, payload }) {
    if (type === 'start_ack') return {};
    if (type === 'data') return { result: undress(payload) };
    if (type === 'error') return { result: undress(payload), ends: true };
    assert.equal(type, 'complete');
    return { ends: true };
  },
};

class SocketSession extends Shared {
  #dialect;
  #socket;

  constructor(dialect, socket) {
    super();
    this.#dialect = dialect;
    this.#socket = socket;
  }

  async greet(token) {
    this.#socket.sendJson({ type: 'connection_init', payload: this.#dialect.init(token) });
    for (const type of this.#dialect.greeting) assert.equal((await this.#socket.nextJson()).type, type);
  }

  async read() {
    const message = await this.#socket.nextJson();
    if (message.type === 'ping') this.#socket.sendJson({ type: 'pong' });
    return message.id === undefined ? null : { id: message.id, ...this.#dialect.read(message) };
  }

  async begin(request) {
    const id = this.newId();
    this.#socket.sendJson({ id, type: this.#dialect.start, payload: this.#dialect.payload(request) });
    return {
      next: () => this.next(id),
      stop: async () => {
        this.forget(id);
        this.#socket.sendJson({ id, type: this.#dialect.stop });
      },
    };
  }

  cut() {
    this.#socket.cut();
  }
}

const openWith = (dialect) => async (place, token) => {
  const session = new SocketSession(dialect, await place.socket(dialect.handshake(token)));
  await session.greet(token);
  return session;
};

export const openTransportWs = openWith(TRANSPORT_WS);
export const openLegacy = openWith(LEGACY);
export const openAppSync = openWith(APPSYNC);

// ---- a room's own socket, where two operations can be said ---------------------------------------

class RoomOperation {
  constructor(socket) {
    this.socket = socket;
  }

  // The next that is not skipped, and at the end how the socket was closed.
  async next() {
    for (;;) {
      const event = await this.socket.next();
      if (event.close) return { closed: event.close.code };
      assert.ok(event.text !== undefined, JSON.stringify(event));
      const message = JSON.parse(event.text);
      if (message.type !== 'hello') return message;
    }
  }
}

const toldError = ({ type, ref, code, message, ...extensions }) => ({ message, extensions: { code, ...extensions } });

class Sending extends RoomOperation {
  #isOver = false;

  async next() {
    if (this.#isOver) return null;
    this.#isOver = true;
    for (;;) {
      const told = await super.next();
      if (told.ref === '1') this.socket.cut();
      if (told.type === 'sent') return { data: { sendMessage: told.message } };
      if (told.type === 'error') return { errors: [toldError(told)], data: { sendMessage: null } };
      assert.equal(told.type, 'message');
    }
  }
}

class Following extends RoomOperation {
  async next() {
    const told = await super.next();
    if (told.type === 'message') return { data: { onMessage: told.message } };
    if (told.closed) return null;
    return { errors: [toldError(told)] };
  }

  async stop() {
    this.socket.cut();
  }
}

// It has a socket for each operation, as each room has its own.
class RoomSession extends Session {
  #place;
  #token;
  #sockets = new Set();

  constructor(place, token) {
    super();
    this.#place = place;
    this.#token = token;
  }

  async begin({ query, variables: { roomId, text, key, since } }) {
    const path = `/ws/rooms/${encodeURIComponent(roomId)}${since ? `?since=${encodeURIComponent(since)}` : ''}`;
    const socket = await this.#place.socket({ path, protocols: ['guildhall-room', `bearer.${this.#token}`] });
    this.#sockets.add(socket);
    if (!query.startsWith('mutation')) return new Following(socket);
    socket.sendJson({ type: 'send', ref: '1', text, idempotencyKey: key });
    return new Sending(socket);
  }

  // Positions stand in the messages themselves.
  async follow(roomId, since) {
    const following = await this.begin({ query: 'subscription', variables: { roomId, since } });
    return {
      async next() {
        const result = await following.next();
        assert.ok(result?.data, JSON.stringify(result));
        return result.data.onMessage;
      },
      stop: () => following.stop(),
    };
  }

  cut() {
    for (const socket of this.#sockets) socket.cut();
  }
}

export const openRoom = async (place, token) => new RoomSession(place, token);
