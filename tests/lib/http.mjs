// HTTP, each request on a connection of its own.

import { request } from 'node:http';

// Makes requests of an address; gives the response, whose body is still to come.
export function sendTo(address) {
  const [, host, port] = /^(.*):(\d+)$/.exec(address);
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host, port, method, path, headers, agent: false }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}

export async function bodyOf(response) {
  const pieces = [];
  for await (const piece of response) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

// A request and the whole of its response: { status, headers, text }.
export async function exchange(address, { method = 'POST', path = '/graphql', headers = {}, body } = {}) {
  const response = await sendTo(address)({ method, path, headers, body });
  return { status: response.statusCode, headers: response.headers, text: await bodyOf(response) };
}
