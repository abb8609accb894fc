// One WebSocket for everything: urql asks, graphql-ws carries it. Three things in here are what an
// application needs so as to lose nothing:
//
//   resuming()   a subscription that comes back after a cut goes on behind what it heard last
//   retryWait    the socket comes back by itself, however long it takes, and never all at once
//   renew()      a newer token is put in place of the old one on the open socket

import { Client, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';

import { Observable } from './observable.js';
import { Renew } from './operations.js';

const FORBIDDEN = 4403; // the close code for a token that is not valid, or has ended
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 400;
const RENEW_BEFORE_END_MS = 60_000;
const LONGEST_TIMER_MS = 24 * 3_600_000; // what setTimeout takes ends at 24.8 days

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Random, so that those who were cut together do not come back together.
const backoff = (attempt) => Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

// graphql-ws sends the same request again when the socket is back: by then `since` is the place of
// the newest message that was heard.
function resuming(socket, request) {
  const again = { ...request, variables: { ...request.variables } };
  return (sink) =>
    socket.subscribe(again, {
      ...sink,
      next(result) {
        const cursor = result.extensions?.guildhall?.cursor;
        if (cursor) again.variables.since = cursor;
        sink.next(result);
      },
    });
}

// What the server said, or else what became of the socket.
export function codeOf(error) {
  return error?.graphQLErrors?.[0]?.extensions?.code ?? 'NETWORK';
}

export class Connection {
  // phase: connecting, live, waiting (for the next attempt), cut (by the user), stopped (for good).
  // returns: how often it came back.
  state = new Observable({ phase: 'connecting', returns: 0, renewing: false });
  #session;
  #socket;
  #client;
  #mayReturn = Promise.resolve();
  #release = () => {};
  #renewal;
  #pongTimer;

  constructor(session) {
    this.#session = session;
    this.#socket = createClient({
      url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
      lazy: false,
      connectionParams: () => ({ authorization: `Bearer ${session.token}` }),
      keepAlive: PING_EVERY_MS,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (attempt) => this.#beforeRetry(attempt),
      onNonLazyError: () => this.state.set({ phase: 'stopped' }),
      on: {
        connecting: () => this.state.set({ phase: 'connecting' }),
        connected: (_socket, _payload, again) => this.#connected(again),
        closed: (event) => this.#closed(event),
        ping: (received) => !received && this.#awaitPong(),
        pong: (received) => received && clearTimeout(this.#pongTimer),
      },
    });
    this.#client = new Client({
      url: '/graphql',
      requestPolicy: 'network-only',
      exchanges: [
        subscriptionExchange({
          enableAllOperations: true,
          forwardSubscription: (request) => {
            const subscribe = resuming(this.#socket, request);
            return { subscribe: (sink) => ({ unsubscribe: subscribe(sink) }) };
          },
        }),
      ],
    });
    this.#planRenewal();
  }

  // The data, or the error thrown. While the socket is away it waits, and asks again once it is back.
  async ask(document, variables = {}) {
    const [{ operation }] = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
    const { data, error } = await this.#client[operation](document, variables).toPromise();
    if (error) throw error;
    return data;
  }

  // heard(result) for each; gives the function that ends it.
  follow(document, variables, heard) {
    return this.#client.subscription(document, variables).subscribe(heard).unsubscribe;
  }

  // As when somebody pulls the cable: it stays away until back().
  cut() {
    this.#mayReturn = new Promise((resolve) => (this.#release = resolve));
    this.state.set({ phase: 'cut' });
    this.#socket.terminate();
  }

  back() {
    this.#mayReturn = Promise.resolve();
    this.#release();
    this.state.set({ phase: 'connecting' });
  }

  // Subscriptions stay. What the server does not like about the token is thrown.
  async renew(token) {
    this.state.set({ renewing: true });
    try {
      const { renewSession } = await this.ask(Renew, { token });
      this.#session.accept(token, renewSession.expiresAt);
      this.#planRenewal();
    } finally {
      this.state.set({ renewing: false });
    }
  }

  async renewFromSource() {
    const next = await this.#session.another();
    if (next) return this.renew(next.token).catch(() => this.#planRenewal());
    if (!this.#session.demo) return this.#session.state.set({ wanted: true });
    this.#planRenewal();
  }

  async end() {
    clearTimeout(this.#renewal);
    clearTimeout(this.#pongTimer);
    this.#release();
    await this.#socket.dispose();
  }

  #connected(again) {
    const { returns } = this.state.value;
    this.state.set({ phase: 'live', returns: again ? returns + 1 : returns });
    this.#planRenewal();
  }

  #closed({ code }) {
    clearTimeout(this.#pongTimer);
    if (code === FORBIDDEN) this.#session.refuse();
    if (this.state.value.phase !== 'cut') this.state.set({ phase: 'waiting' });
  }

  async #beforeRetry(attempt) {
    await pause(backoff(attempt));
    await this.#session.usable();
    await this.#mayReturn;
  }

  // A socket that says nothing any more is not open, whatever the browser believes.
  #awaitPong() {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#socket.terminate(), PONG_WITHIN_MS);
  }

  #planRenewal() {
    clearTimeout(this.#renewal);
    const { expiresAt } = this.#session.state.value;
    if (!expiresAt) return;
    const left = Date.parse(expiresAt) - Date.now();
    // Of a short life the last third, so that it does not renew without end.
    const wait = left - Math.min(RENEW_BEFORE_END_MS, left / 3);
    const due = wait <= LONGEST_TIMER_MS;
    const act = () => (due ? this.renewFromSource() : this.#planRenewal());
    this.#renewal = setTimeout(act, Math.max(1_000, Math.min(wait, LONGEST_TIMER_MS)));
  }
}
