// One room: its history by pages, what is heard of it live, what is unread, and what is on its way.
//
// There is no gap between the pages and the stream. The room is followed from the position at which
// the unread messages were counted, so whatever page is read later, all that is newer than the page
// has been heard, or will be; and what is heard while a page is on its way is kept until it is there.
// So nothing is read, and nothing sent, before that position is known.

import type { CombinedError } from '@urql/core';

import { codeOf, pause, placeOf, refusalOf, type Connection } from './connection.ts';
import {
  FollowDocument,
  HistoryDocument,
  SendDocument,
  UnreadDocument,
  type HistoryQueryVariables,
  type RoomFactsFragment,
} from './documents.ts';
import { Observable } from './observable.ts';
import type { ReadMarks } from './read-marks.ts';
import { Outbox, type Unsent } from './outbox.ts';
import * as timeline from './timeline.ts';
import type { Message, Page, Timeline } from './timeline.ts';

const PAGE = 40;
const LONGEST = 1000; // messages that are kept in the page while the room is followed
const UNREAD_COUNTED = 100; // messages that are looked at for it

// A refusal that more patience does not mend.
const FINAL = ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'];

// On its way. seq: its place in the log, once the server has told.
export interface PendingMessage extends Unsent {
  phase: 'sending' | 'sent' | 'failed';
  seq?: number;
}

interface RoomState extends RoomFactsFragment, Timeline {
  phase: 'new' | 'loading' | 'ready' | 'failed'; // of the stretch that is shown
  failure: string | null; // the code with which it failed
  from: 'oldest' | 'newest'; // the end at which reading began
  turning: 'older' | 'newer' | null; // a page on its way
  gone: string | null; // the code with which the server ended it
  unread: number;
  uncounted: boolean; // there is more unread than was counted
  divider: number; // behind this seq it was unread when the room was opened
  pending: PendingMessage[]; // what was sent and not seen in the log yet
}

interface Surroundings {
  connection: Connection;
  marks: ReadMarks;
  me: string;
  owner: string;
  onHeard: (room: Room, heard: Message[], others: Message[]) => void;
}

type PageAsked = Omit<HistoryQueryVariables, 'roomId'>;

export class Room {
  id: string;
  state: Observable<RoomState>;
  #connection;
  #marks;
  #me;
  #onHeard;
  #inbox: Message[] = []; // heard in this moment
  #arriving: Message[] | null = null; // heard while a page is on its way
  #seen = 0; // the newest place in the log that was shown or heard
  #outbox;
  #followed!: () => void;
  #isFollowed = new Promise<void>((resolve) => (this.#followed = resolve));
  #sending = this.#isFollowed; // one message after the other
  #stop = () => {};
  #ended = false;
  #reading = 0; // which page is waited for: an answer to an older question is dropped

  constructor(facts: RoomFactsFragment, { connection, marks, me, owner, onHeard }: Surroundings) {
    this.id = facts.id;
    this.#connection = connection;
    this.#marks = marks;
    this.#me = me;
    this.#onHeard = onHeard;
    this.#outbox = new Outbox(owner, facts.id);
    this.state = new Observable({
      ...facts,
      ...timeline.NOTHING,
      phase: 'new',
      failure: null,
      from: 'newest',
      turning: null,
      gone: null,
      unread: 0,
      uncounted: false,
      divider: 0,
      pending: this.#outbox.all().map((unsent) => ({ ...unsent, phase: unsent.code ? 'failed' : 'sending' })),
    });
    this.state.value.pending.forEach((item) => item.phase === 'sending' && this.#send(item));
  }

  get #shown() {
    const { messages, older, newer } = this.state.value;
    return { messages, older, newer };
  }

  // What the list of the rooms says, but for what is heard.
  update({ name, memberCount, membership }: RoomFactsFragment) {
    this.state.set({ name, memberCount, membership });
  }

  // ---- following

  async begin() {
    const { cursor } = this.#marks.of(this.id);
    const counted = await this.#untilItWorks(() => this.#countUnread(cursor));
    if (counted && !this.#ended) {
      this.state.set({ unread: counted.unread, uncounted: counted.more });
      if (this.state.value.phase !== 'new') this.#markUnread(); // it was opened before that was known
      this.#follow(counted.resume);
    }
    this.#followed();
  }

  async #countUnread(after: string | null) {
    const variables = { roomId: this.id, after, first: UNREAD_COUNTED };
    const { messages } = await this.#connection.ask(UnreadDocument, variables).catch((error) => {
      const code = codeOf(error);
      if (!after || !['INVALID_CURSOR', 'HISTORY_EXPIRED'].includes(code)) throw error;
      // The place that was read last is not kept any more, or is of a log that was there before this one.
      if (code === 'INVALID_CURSOR') this.#marks.forget(this.id);
      return this.#connection.ask(UnreadDocument, { ...variables, after: null });
    });
    const unread = messages.items.filter(({ senderId }) => senderId !== this.#me).length;
    return { unread, more: messages.pageInfo.hasNextPage, resume: messages.resume };
  }

  async #untilItWorks<Result>(attempt: () => Promise<Result>): Promise<Result | null> {
    while (!this.#ended && !this.state.value.gone) {
      try {
        return await attempt();
      } catch (error) {
        const { code, retryAfterMs = 1_000 } = refusalOf(error);
        if (FINAL.includes(code)) this.state.set({ gone: code });
        else await pause(retryAfterMs);
      }
    }
    return null;
  }

  #follow(since: string) {
    let cursor = since;
    this.#stop = this.#connection.follow(FollowDocument, { roomId: this.id, since }, (result) => {
      if (result.error) return void this.#streamEnded(result.error, cursor);
      const message = result.data?.onMessage;
      if (!message) return;
      cursor = message.cursor;
      this.#hear({ ...message, replayed: placeOf(result).replayed });
    });
  }

  // The server ended this one stream; the socket, and the others, go on.
  async #streamEnded(error: CombinedError, cursor: string) {
    this.#stop();
    const { code, earliestCursor, retryAfterMs = 1_000 } = refusalOf(error);
    if (this.#ended) return;
    if (FINAL.includes(code)) return this.state.set({ gone: code });
    await pause(retryAfterMs);
    if (!this.#ended) this.#follow(earliestCursor ?? cursor);
  }

  // What comes in one go, after a cut for instance, is shown in one go.
  #hear(message: Message) {
    this.#inbox.push(message);
    if (this.#inbox.length === 1) setTimeout(() => this.#take(this.#inbox.splice(0)));
  }

  #take(heard: Message[]) {
    const { unread } = this.state.value;
    const read = this.#marks.of(this.id).seq;
    const others = heard.filter(({ senderId }) => senderId !== this.#me);
    this.#arriving?.push(...heard);
    this.state.set({
      ...timeline.withLive(this.#shown, heard),
      pending: this.#unseen(heard),
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
    this.#markUnread();
    if (this.state.value.phase === 'new' || this.state.value.newer) await this.toNewest();
  }

  #markUnread() {
    this.state.set({ divider: this.state.value.unread ? this.#marks.of(this.id).seq : 0 });
  }

  toNewest() {
    return this.#show('newest', { first: PAGE }, timeline.newestPage);
  }

  toOldest() {
    return this.#show('oldest', { last: PAGE }, timeline.oldestPage);
  }

  async #show(from: RoomState['from'], page: PageAsked, arrange: (page: Page, heard: Message[]) => Timeline) {
    this.state.set({ ...timeline.NOTHING, phase: 'loading', failure: null, from, turning: null });
    const got = await this.#read(page);
    if (got) this.#lay(arrange(got.page, got.heard), { phase: 'ready' });
  }

  async loadOlder() {
    const { older, turning, phase, messages } = this.state.value;
    if (!older || turning || phase !== 'ready') return;
    this.state.set({ turning: 'older' });
    const got = await this.#read({ first: PAGE, after: messages[0].cursor });
    if (got) this.#lay(timeline.withOlder(this.#shown, got.page), { turning: null });
  }

  async loadNewer() {
    const { newer, turning, phase, messages } = this.state.value;
    const last = messages.at(-1);
    if (!newer || !last || turning || phase !== 'ready') return;
    this.state.set({ turning: 'newer' });
    const got = await this.#read({ last: PAGE, before: last.cursor });
    if (got) this.#lay(timeline.withNewer(this.#shown, got.page, got.heard), { turning: null });
  }

  #lay(stretch: Timeline, changes: Partial<RoomState>) {
    this.state.set({ ...stretch, pending: this.#unseen(stretch.messages), ...changes });
  }

  async #read(page: PageAsked) {
    const question = ++this.#reading;
    await this.#isFollowed;
    // What was heard since an older question is kept: urql gives two that are alike the answer to the older.
    this.#arriving ??= [];
    try {
      const { messages } = await this.#patiently(
        () => this.#connection.ask(HistoryDocument, { roomId: this.id, ...page }),
        () => question === this.#reading,
      );
      if (question !== this.#reading) return null;
      const heard = this.#arriving;
      this.#arriving = null;
      return { page: messages, heard };
    } catch (error) {
      if (question !== this.#reading) return null;
      this.#arriving = null;
      this.state.set({ phase: 'failed', turning: null, failure: codeOf(error) });
      return null;
    }
  }

  // As long as the server says when to come again, and somebody still wants to know.
  async #patiently<Result>(ask: () => Promise<Result>, isWanted: () => boolean) {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const { retryAfterMs } = refusalOf(error);
        if (retryAfterMs === undefined || this.#ended || !isWanted()) throw error;
        await pause(retryAfterMs);
      }
    }
  }

  // Everything up to the newest message has been seen.
  markRead() {
    const { messages, newer, unread, turning } = this.state.value;
    const last = messages.at(-1);
    const longest = turning ? Infinity : LONGEST; // the page on its way goes before what is there now
    if (newer || !last) return;
    this.#marks.put(this.id, last);
    if (unread || messages.length > longest)
      this.state.set({ ...timeline.shortened(this.#shown, longest), unread: 0, uncounted: false });
  }

  // The same user has read it in another window.
  readElsewhere() {
    const { lastMessage } = this.state.value;
    if (lastMessage && this.#marks.of(this.id).seq >= lastMessage.seq)
      this.state.set({ unread: 0, uncounted: false });
  }

  // ---- sending

  // Shown at once; one after the other, so that they keep their order whatever happens on the way.
  send(text: string) {
    const item: PendingMessage = { ...this.#outbox.put(text), phase: 'sending' };
    this.state.set({ pending: [...this.state.value.pending, item] });
    if (this.state.value.newer) this.toNewest();
    this.#send(item);
  }

  // Under the same key: had the first attempt arrived after all, this one sends nothing.
  sendAgain(key: string) {
    const item = this.state.value.pending.find((other) => other.key === key);
    if (!item) return;
    this.#change(key, { phase: 'sending' });
    this.#send(item);
  }

  discard(key: string) {
    this.#outbox.remove(key);
    this.state.set({ pending: this.state.value.pending.filter((item) => item.key !== key) });
  }

  #send(item: PendingMessage) {
    this.#sending = this.#sending.then(() => this.#deliver(item));
  }

  async #deliver({ key, text }: PendingMessage) {
    const isWanted = () => !this.#ended && this.state.value.pending.some((item) => item.key === key);
    const variables = { roomId: this.id, text, idempotencyKey: key };
    if (!isWanted()) return;
    try {
      const { sendMessage } = await this.#patiently(
        () => this.#connection.ask(SendDocument, variables),
        isWanted,
      );
      this.#outbox.remove(key);
      this.#change(key, { phase: 'sent', seq: sendMessage.seq });
      this.state.set({ pending: this.#unseen([]) });
    } catch (error) {
      const code = codeOf(error);
      if (FINAL.includes(code)) this.#outbox.refuse(key, code);
      this.#change(key, { phase: 'failed', code });
    }
  }

  #change(key: string, changes: Partial<PendingMessage>) {
    const { pending } = this.state.value;
    this.state.set({ pending: pending.map((item) => (item.key === key ? { ...item, ...changes } : item)) });
  }

  // What is on its way after these messages were seen: it leaves the list when it is one of them, or when
  // the log is known as far as its place. The latter is for what an earlier page had sent already: that is
  // older than what is followed, and never heard.
  #unseen(messages: Message[]) {
    const { pending } = this.state.value;
    const keys = new Set(messages.map(({ idempotencyKey }) => idempotencyKey));
    this.#seen = Math.max(this.#seen, messages.at(-1)?.seq ?? 0);
    const isSeen = ({ key, seq = Infinity }: PendingMessage) => keys.has(key) || seq <= this.#seen;
    pending.filter(isSeen).forEach(({ key }) => this.#outbox.remove(key));
    return pending.filter((item) => !isSeen(item));
  }
}
