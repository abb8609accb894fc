// One room: its history by pages, what is heard of it live, what is unread, and what is on its way.
//
// There is no gap between the pages and the stream. The room is followed from the position at which
// the unread messages were counted, so whatever page is read later, all that is newer than the page
// has been heard, or will be; and what is heard while a page is on its way is kept until it is there.

import { codeOf, pause } from './connection.js';
import { Observable } from './observable.js';
import { Follow, History, Send, Unread } from './operations.js';
import * as timeline from './timeline.js';

const PAGE = 40;
const LONGEST = 1000; // messages that are kept in the page while the room is followed
const UNREAD_COUNTED = 100; // messages that are looked at for it

// 128 random bits. crypto.randomUUID() is there only where the page came by TLS or from this machine.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const retryAfterOf = (error) => error.graphQLErrors?.[0]?.extensions?.retryAfterMs;

// A refusal that more patience does not mend.
const FINAL = ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'];

export class Room {
  // phase: of the stretch that is shown: new, loading, ready, failed. turning: a page on its way. gone:
  // the code with which the server ended it. pending: what was sent and not heard yet. uncounted: there
  // is more unread than was counted. divider: behind this seq it was unread when the room was opened.
  state;
  #connection;
  #marks;
  #me;
  #onHeard;
  #inbox = []; // heard in this moment
  #arriving = null; // heard while a page is on its way
  #outbox = Promise.resolve();
  #stop = () => {};
  #ended = false;
  #reading = 0; // which page is waited for: an answer to an older question is dropped

  constructor(facts, { connection, marks, me, onHeard }) {
    this.id = facts.id;
    this.#connection = connection;
    this.#marks = marks;
    this.#me = me;
    this.#onHeard = onHeard;
    this.state = new Observable({
      ...facts,
      ...timeline.NOTHING,
      phase: 'new',
      turning: null,
      gone: null,
      unread: 0,
      uncounted: false,
      divider: 0,
      pending: [],
    });
  }

  get #shown() {
    const { messages, older, newer } = this.state.value;
    return { messages, older, newer };
  }

  // ---- following

  async begin() {
    const { cursor } = this.#marks.of(this.id);
    const counted = await this.#untilItWorks(() => this.#countUnread(cursor));
    if (!counted || this.#ended) return;
    this.state.set({ unread: counted.unread, uncounted: counted.more });
    this.#follow(counted.resume);
  }

  async #countUnread(after) {
    const variables = { roomId: this.id, after, first: UNREAD_COUNTED };
    const { messages } = await this.#connection.ask(Unread, variables).catch((error) => {
      // The place that was read last is not kept any more.
      if (['INVALID_CURSOR', 'HISTORY_EXPIRED'].includes(codeOf(error)) && after)
        return this.#connection.ask(Unread, { ...variables, after: null });
      throw error;
    });
    const unread = messages.items.filter(({ senderId }) => senderId !== this.#me).length;
    return { unread, more: messages.pageInfo.hasNextPage, resume: messages.resume };
  }

  async #untilItWorks(attempt) {
    while (!this.#ended) {
      try {
        return await attempt();
      } catch (error) {
        if (FINAL.includes(codeOf(error))) return this.state.set({ gone: codeOf(error) });
        await pause(retryAfterOf(error) ?? 1_000);
      }
    }
    return undefined;
  }

  #follow(since) {
    let cursor = since;
    this.#stop = this.#connection.follow(
      Follow,
      { roomId: this.id, since },
      ({ data, error, extensions }) => {
        if (error) return this.#streamEnded(error, cursor);
        cursor = extensions.guildhall.cursor;
        this.#hear({ ...data.onMessage, replayed: extensions.guildhall.replayed });
      },
    );
  }

  // The server ended this one stream; the socket, and the others, go on.
  async #streamEnded(error, cursor) {
    this.#stop();
    const code = codeOf(error);
    if (this.#ended) return;
    if (FINAL.includes(code)) return this.state.set({ gone: code });
    const { earliestCursor, retryAfterMs = 1_000 } = error.graphQLErrors?.[0]?.extensions ?? {};
    await pause(retryAfterMs);
    if (!this.#ended) this.#follow(earliestCursor ?? cursor);
  }

  // What comes in one go, after a cut for instance, is shown in one go.
  #hear(message) {
    this.#inbox.push(message);
    if (this.#inbox.length === 1) setTimeout(() => this.#take(this.#inbox.splice(0)));
  }

  #take(heard) {
    const { pending, unread } = this.state.value;
    const read = this.#marks.of(this.id).seq;
    const keys = new Set(heard.map(({ idempotencyKey }) => idempotencyKey));
    const others = heard.filter(({ senderId }) => senderId !== this.#me);
    this.#arriving?.push(...heard);
    this.state.set({
      ...timeline.withLive(this.#shown, heard),
      pending: pending.filter(({ key }) => !keys.has(key)),
      unread: unread + others.filter(({ seq }) => seq > read).length,
      lastMessage: heard.at(-1),
    });
    this.#onHeard(this, heard, others);
  }

  end() {
    this.#ended = true;
    this.#stop();
  }

  // ---- history

  // The newest page, with a mark above what is unread.
  async open() {
    this.state.set({ divider: this.state.value.unread ? this.#marks.of(this.id).seq : 0 });
    if (this.state.value.phase === 'new' || this.state.value.newer) await this.toNewest();
  }

  toNewest() {
    return this.#show({ first: PAGE }, timeline.newestPage);
  }

  toOldest() {
    return this.#show({ last: PAGE }, timeline.oldestPage);
  }

  async #show(page, arrange) {
    this.state.set({ ...timeline.NOTHING, phase: 'loading', turning: null });
    const got = await this.#read(page);
    if (got) this.state.set({ ...arrange(got.page, got.heard), phase: 'ready' });
  }

  async loadOlder() {
    const { older, turning, phase, messages } = this.state.value;
    if (!older || turning || phase !== 'ready') return;
    this.state.set({ turning: 'older' });
    const got = await this.#read({ first: PAGE, after: messages[0].cursor });
    if (got) this.state.set({ ...timeline.withOlder(this.#shown, got.page), turning: null });
  }

  async loadNewer() {
    const { newer, turning, phase, messages } = this.state.value;
    if (!newer || turning || phase !== 'ready') return;
    this.state.set({ turning: 'newer' });
    const got = await this.#read({ last: PAGE, before: messages.at(-1).cursor });
    if (got) this.state.set({ ...timeline.withNewer(this.#shown, got.page, got.heard), turning: null });
  }

  async #read(page) {
    const question = ++this.#reading;
    this.#arriving = [];
    try {
      const { messages } = await this.#askPatiently(History, page, () => question === this.#reading);
      if (question !== this.#reading) return null;
      const heard = this.#arriving;
      this.#arriving = null;
      return { page: messages, heard };
    } catch (error) {
      if (question === this.#reading)
        this.state.set({ phase: 'failed', turning: null, failure: codeOf(error) });
      return null;
    }
  }

  // As long as the server says when to come again, and somebody still wants to know.
  async #askPatiently(document, variables, isWanted) {
    for (;;) {
      try {
        return await this.#connection.ask(document, { roomId: this.id, ...variables });
      } catch (error) {
        const retryAfter = retryAfterOf(error);
        if (retryAfter === undefined || this.#ended || !isWanted()) throw error;
        await pause(retryAfter);
      }
    }
  }

  // Everything up to the newest message has been seen.
  markRead() {
    const { messages, newer, unread } = this.state.value;
    const last = messages.at(-1);
    if (newer || !last) return;
    this.#marks.put(this.id, last);
    if (unread || messages.length > LONGEST)
      this.state.set({ ...timeline.shortened(this.#shown, LONGEST), unread: 0, uncounted: false });
  }

  // The same user has read it in another window.
  readElsewhere() {
    const { lastMessage } = this.state.value;
    if (lastMessage && this.#marks.of(this.id).seq >= lastMessage.seq)
      this.state.set({ unread: 0, uncounted: false });
  }

  // ---- sending

  // Shown at once; one after the other, so that they keep their order whatever happens on the way.
  send(text) {
    const item = { key: newKey(), text, phase: 'sending', ts: new Date().toISOString() };
    this.state.set({ pending: [...this.state.value.pending, item] });
    if (this.state.value.newer) this.toNewest();
    this.#outbox = this.#outbox.then(() => this.#deliver(item));
  }

  // Under the same key: had the first attempt arrived after all, this one sends nothing.
  sendAgain(key) {
    const item = this.state.value.pending.find((other) => other.key === key);
    this.#change(key, { phase: 'sending' });
    this.#outbox = this.#outbox.then(() => this.#deliver(item));
  }

  discard(key) {
    this.state.set({ pending: this.state.value.pending.filter((item) => item.key !== key) });
  }

  async #deliver({ key, text }) {
    try {
      await this.#askPatiently(Send, { text, idempotencyKey: key }, () => true);
      this.#change(key, { phase: 'sent' }); // it leaves the list when it is heard
    } catch (error) {
      this.#change(key, { phase: 'failed', code: codeOf(error) });
    }
  }

  #change(key, changes) {
    const { pending } = this.state.value;
    this.state.set({ pending: pending.map((item) => (item.key === key ? { ...item, ...changes } : item)) });
  }
}
