// What the cases of this folder share: messages that come back, and closes that must come.

import assert from 'node:assert/strict';
import { constants, deflateRawSync } from 'node:zlib';

import { bytesOf, FINAL, OPCODE } from '../lib/websocket.mjs';

export { bytesOf, FINAL };
export const { continuation, text, binary, close, ping, pong } = OPCODE;

// A message of so many bytes, which the server echoes as a pong: "ping" and "pong" are as long.
export function message(length) {
  const empty = '{"type":"ping","payload":{"p":""}}';
  assert.ok(length >= empty.length);
  return empty.replace('""', `"${'*'.repeat(length - empty.length)}"`);
}

export const saying = (value) => JSON.stringify({ type: 'ping', payload: { p: value } });

export const echoed = (said) => said.toString().replace('"ping"', '"pong"');

// The next message is the echo of what was said.
export async function echoes(socket, said) {
  const event = await socket.next();
  assert.equal(event.text, echoed(said), JSON.stringify(event).slice(0, 200));
}

// The payload of the pong that comes next.
export async function ponged(socket) {
  const event = await socket.next();
  assert.ok(event.payload, JSON.stringify(event).slice(0, 200));
  return event.payload;
}

// The next thing is a close with this code.
export async function closes(socket, code) {
  const event = await socket.next();
  assert.equal(event.close?.code, code, JSON.stringify(event).slice(0, 200));
}

// --- permessage-deflate

export const PACKED = 0x40;

export const NO_TAKEOVER = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

// A compressed message's payload: what a sync flush ends with is not sent.
export function pack(said, options = {}) {
  return deflateRawSync(said, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

// The frames of a payload, each of so many bytes.
export function framesOf(first, payload, size = Math.max(payload.length, 1)) {
  const frames = [];
  for (let at = 0; at === 0 || at < payload.length; at += size) {
    const last = at + size >= payload.length;
    frames.push(bytesOf((last ? FINAL : 0) | (at ? continuation : first), payload.subarray(at, at + size)));
  }
  return frames;
}
