// What the tests of tokens and keys have in common.

import assert from 'node:assert/strict';

export const WHO = '{ viewer { userId } }';
const FOLLOW = 'subscription ($roomId: ID!) { onMessage(roomId: $roomId) { text } }';

export async function assertUser(hall, token, user) {
  const { status, body } = await hall.graphql(WHO, { token });
  assert.equal(body.data?.viewer.userId, user, `${status} ${JSON.stringify(body)}`);
}

export async function assertRefused(hall, token, status, code) {
  const { status: got, body } = await hall.graphql(WHO, { token });
  assert.equal(body.errors?.[0].extensions.code, code, `${got} ${JSON.stringify(body)}`);
  assert.equal(got, status);
}

// A socket that was let in by what the payload shows. On a machine that is very busy a fetch of keys
// may take longer than it is given: who is told to come again does.
export async function enter(hall, payload) {
  const socket = await hall.socket();
  socket.sendJson({ type: 'connection_init', payload });
  const { text, close } = await socket.next();
  if (close?.code === 1013) return enter(hall, payload);
  assert.equal(text && JSON.parse(text).type, 'connection_ack', text ?? JSON.stringify(close));
  return socket;
}

// The answer of what may be told to come again.
export async function persist(ask, isUnavailable) {
  for (;;) {
    const answer = await ask();
    if (!isUnavailable(answer)) return answer;
  }
}

// How a socket was closed that was not.
export async function turnedAway(hall, payload) {
  const socket = await hall.socket();
  socket.sendJson({ type: 'connection_init', payload });
  const { close } = await socket.next();
  return close;
}

// The next message of a socket that is no ping.
async function next(socket) {
  for (;;) {
    const message = await socket.nextJson();
    if (message.type !== 'ping') return message;
  }
}

export async function ask(socket, id, query, variables = {}) {
  socket.sendJson({ id, type: 'subscribe', payload: { query, variables } });
  const message = await next(socket);
  assert.deepEqual([message.type, message.id], ['next', id], JSON.stringify(message));
  assert.equal((await next(socket)).type, 'complete');
  return message.payload;
}

export async function follow(socket, id, roomId) {
  socket.sendJson({ id, type: 'subscribe', payload: { query: FOLLOW, variables: { roomId } } });
  // Subscriptions begin in order: behind this one, which is refused, the other stands.
  const refused = `behind ${id}`;
  socket.sendJson({ id: refused, type: 'subscribe', payload: { query: FOLLOW, variables: { roomId: 'nowhere' } } });
  const message = await next(socket);
  assert.deepEqual([message.type, message.id], ['error', refused], JSON.stringify(message));
}

export async function hears(socket, text) {
  const message = await next(socket);
  assert.equal(message.payload?.data?.onMessage.text, text, JSON.stringify(message));
}

export const bearer = (token) => ({ authorization: `Bearer ${token}` });

export const logged = (hall, event) => hall.log.filter((entry) => entry.event === event);
