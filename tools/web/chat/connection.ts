// One WebSocket for everything: urql asks, graphql-ws carries it. Three things in here are what an
// application needs so as to lose nothing:
//
//   resuming()   a subscription that comes back after a cut goes on behind what it heard last
//   retryWait    the socket comes back by itself, however long it takes, and never all at once
//   renew()      a newer token is put in place of the old one on the open socket

import {
  Client,
  CombinedError,
  subscriptionExchange,
  type OperationResult,
  type SubscriptionOperation,
  type TypedDocumentNode,
} from '@urql/core';
import type { FormattedExecutionResult } from 'graphql';
import { createClient, type Client as Socket, type Sink } from 'graphql-ws';

import { RenewDocument } from './documents.ts';
import { Observable } from './observable.ts';
import type { Session } from './session.ts';

type Values = Record<string, unknown>;
type Phase = 'connecting' | 'live' | 'waiting' | 'cut' | 'stopped';

// A root field is null beside an error only, and errors are thrown.
type Answer<Result> = { [Field in keyof Result]-?: NonNullable<Result[Field]> };

const FORBIDDEN = 4403; // the close code for a token that is not valid, or has ended
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 400;
const RENEW_BEFORE_END_MS = 60_000;
const LONGEST_TIMER_MS = 24 * 3_600_000; // what setTimeout takes ends at 24.8 days

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

// Random, so that those who were cut together do not come back together.
const backoff = (attempt: number) =>
  Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

interface Place {
  cursor: string;
  replayed: boolean; // from the log, not live
}

// Where in its room's log a message that was heard has its place.
export const placeOf = ({ extensions }: { extensions?: Values }): Partial<Place> =>
  extensions?.guildhall ?? {};

// graphql-ws sends the same request again when the socket is back: by then `since` is the place of
// the newest message that was heard.
function resuming(socket: Socket, { query = '', variables }: SubscriptionOperation) {
  const again: { query: string; variables: Values } = { query, variables: { ...variables } };
  return (sink: Sink<FormattedExecutionResult<Values, Values>>) =>
    socket.subscribe<Values, Values>(again, {
      ...sink,
      next(result) {
        const { cursor } = placeOf(result);
        if (cursor) again.variables.since = cursor;
        sink.next(result);
      },
    });
}

interface Refusal {
  code: string;
  retryAfterMs?: number;
  earliestCursor?: string;
}

// What the server said, or else what became of the socket.
export function refusalOf(error: unknown): Refusal {
  const said = error instanceof CombinedError ? error.graphQLErrors[0]?.extensions : undefined;
  return { code: 'NETWORK', ...said };
}

export const codeOf = (error: unknown) => refusalOf(error).code;

export class Connection {
  // phase: connecting, live, waiting (for the next attempt), cut (by the user), stopped (for good).
  // returns: how often it came back.
  state = new Observable({ phase: 'connecting' as Phase, returns: 0, renewing: false });
  #session;
  #socket;
  #client;
  #mayReturn = Promise.resolve();
  #release = () => {};
  #renewal = 0;
  #pongTimer = 0;
  #ended = false;

  constructor(session: Session) {
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
        closed: (event) => this.#closed(event as CloseEvent),
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
  async ask<Result, Variables extends object>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Answer<Result>> {
    if (this.#ended) throw new Error('the connection has ended'); // graphql-ws would open another
    const isMutation = document.definitions.some(
      (each) => each.kind === 'OperationDefinition' && each.operation === 'mutation',
    );
    const source = this.#client[isMutation ? 'mutation' : 'query'](document, variables);
    const { data, error } = await source.toPromise();
    if (error) throw error;
    return data as Answer<Result>;
  }

  // heard(result) for each; gives the function that ends it.
  follow<Result, Variables extends object>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
    heard: (result: OperationResult<Result, Variables>) => void,
  ) {
    return this.#client.subscription(document, variables).subscribe(heard).unsubscribe;
  }

  // As when somebody pulls the cable: it stays away until back().
  cut() {
    this.#mayReturn = new Promise<void>((resolve) => (this.#release = resolve));
    this.state.set({ phase: 'cut' });
    this.#socket.terminate();
  }

  back() {
    this.#mayReturn = Promise.resolve();
    this.#release();
    this.state.set({ phase: 'connecting' });
  }

  // Subscriptions stay. What the server does not like about the token is thrown. Without an open socket
  // there is nothing to renew: the next one begins with it.
  async renew(token: string, expiresAt: string | null) {
    if (this.state.value.phase !== 'live') {
      this.#session.accept(token, expiresAt);
      return this.#planRenewal();
    }
    this.state.set({ renewing: true });
    try {
      const { renewSession } = await this.ask(RenewDocument, { token });
      this.#session.accept(token, renewSession.expiresAt ?? null);
      this.#planRenewal();
    } finally {
      this.state.set({ renewing: false });
    }
  }

  async renewFromSource() {
    const next = await this.#session.another();
    if (next) return this.renew(next.token, next.expiresAt).catch(() => this.#planRenewal());
    if (!this.#session.demo) return this.#session.state.set({ wanted: true });
    this.#planRenewal();
  }

  async end() {
    this.#ended = true;
    clearTimeout(this.#renewal);
    clearTimeout(this.#pongTimer);
    await this.#socket.dispose();
  }

  #connected(again: boolean) {
    const { returns } = this.state.value;
    this.state.set({ phase: 'live', returns: again ? returns + 1 : returns });
    this.#planRenewal();
  }

  #closed({ code }: CloseEvent) {
    clearTimeout(this.#pongTimer);
    if (code === FORBIDDEN) this.#session.refuse();
    if (this.state.value.phase !== 'cut') this.state.set({ phase: 'waiting' });
  }

  async #beforeRetry(attempt: number) {
    await pause(backoff(attempt));
    await this.#session.usable();
    await this.#mayReturn;
    if (this.#ended) await new Promise(() => {}); // who has signed out does not come back
  }

  // A socket that says nothing any more is not open, whatever the browser believes.
  #awaitPong() {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = window.setTimeout(() => this.#socket.terminate(), PONG_WITHIN_MS);
  }

  #planRenewal() {
    clearTimeout(this.#renewal);
    const { expiresAt } = this.#session.state.value;
    if (!expiresAt || this.#ended) return;
    const left = Date.parse(expiresAt) - Date.now();
    // Of a short life the last third, so that it does not renew without end.
    const wait = left - Math.min(RENEW_BEFORE_END_MS, left / 3);
    const due = wait <= LONGEST_TIMER_MS;
    const act = () => (due ? this.renewFromSource() : this.#planRenewal());
    this.#renewal = window.setTimeout(act, Math.max(1_000, Math.min(wait, LONGEST_TIMER_MS)));
  }
}
