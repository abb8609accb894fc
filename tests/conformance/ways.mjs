// Every transport at either of two servers on one database, of which one speaks TLS.

import { Certificate } from '../lib/certificate.mjs';
import { withNodes } from '../lib/harness.mjs';
import { Clear, Secure } from './places.mjs';
import { TRANSPORTS } from './transports.mjs';

const CLAIMS = { reader: { scope: 'CHAT_READ' } };

// A transport at one of the places, and a session of each user's who comes that way.
class Way {
  #sessions = new Map();

  constructor(transport, place) {
    Object.assign(this, transport);
    this.place = place;
    this.name = `${transport.name}, ${place.name}`;
    this.told ??= (result) => result;
  }

  takes({ kind, inRoom }) {
    return this.isRoom ? inRoom : this.can.includes(kind);
  }

  session(user) {
    const token = this.place.hall.token(user, CLAIMS[user]);
    if (!this.#sessions.has(user)) this.#sessions.set(user, this.open(this.place, token));
    return this.#sessions.get(user);
  }

  // Of a row of the documents.
  async results({ as, query, variables, operationName, extensions, take }) {
    const session = await this.session(as);
    const request = { query, variables, operationName, extensions };
    return take ? session.take(request, take.length) : session.run(request);
  }

  async done() {
    for (const session of this.#sessions.values()) (await session).cut();
  }
}

export const certificate = new Certificate();

// Two servers for as long as body(clear, secure) runs.
export function withPlaces(options, body) {
  const all = ['--bus', 'postgres', ...options];
  return withNodes([{ options: all }, { options: [...all, ...certificate.options] }], ([clear, secure]) =>
    body(clear, secure));
}

export function withWays(options, body) {
  return withPlaces(options, async (clear, secure) => {
    const places = [new Clear(clear), new Secure(secure, certificate)];
    const ways = places.flatMap((place) => TRANSPORTS.map((transport) => new Way(transport, place)));
    await body(clear, ways);
    for (const way of ways) await way.done();
    for (const place of places) place.done();
  });
}
