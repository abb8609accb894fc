// All of a user's rooms, over one connection.

import { codeOf, Connection, pause } from './connection.ts';
import { RoomsDocument, type RoomFactsFragment } from './documents.ts';
import { Observable } from './observable.ts';
import { ReadMarks } from './read-marks.ts';
import { Room } from './room.ts';
import type { Session } from './session.ts';
import type { Message } from './timeline.ts';

const ANNOUNCED = 5;
const MOST_LISTED = 100; // rooms that the question asks for

interface HallState {
  phase: 'loading' | 'ready' | 'failed';
  rooms: Room[];
  maxTextLength: number;
  refreshing: boolean; // the list of the rooms is asked for
  caughtUp: number;
  heard: { room: Room; message: Message }[];
}

// Calls back() when the window is looked at again; gives the function that ends it.
function onReturn(back: () => void) {
  const look = () => document.visibilityState === 'visible' && back();
  addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
  return () => {
    removeEventListener('focus', look);
    document.removeEventListener('visibilitychange', look);
  };
}

export class Hall {
  // caughtUp: messages that came from the log since the connection was last lost. heard: the newest
  // messages of others, for whoever announces them.
  state = new Observable<HallState>({
    phase: 'loading',
    rooms: [],
    maxTextLength: 4000,
    refreshing: false,
    caughtUp: 0,
    heard: [],
  });
  session;
  connection;
  #forget: (() => void)[] = [];
  #marks: ReadMarks | undefined;
  #owner = ''; // of what the browser keeps
  #outdated = false; // the list was asked for after the last question for it went out
  #returns = 0;

  constructor(session: Session) {
    this.session = session;
    this.connection = new Connection(session);
    this.#forget.push(this.connection.state.watch(() => this.#connectionChanged()));
    this.#forget.push(onReturn(() => this.load()));
    this.load();
  }

  // Rooms that were made, or joined, by somebody else are told by nothing: the list is read again when the
  // connection is back, when somebody comes back to the window or to the list, and for the asking.
  async load(): Promise<void> {
    this.#outdated = true;
    if (this.state.value.refreshing) return;
    this.state.set({ refreshing: true });
    try {
      while (this.#outdated) await this.#readRooms();
    } finally {
      this.state.set({ refreshing: false });
    }
  }

  async #readRooms(): Promise<void> {
    this.#outdated = false;
    try {
      const { viewer, serverInfo } = await this.connection.ask(RoomsDocument, {});
      this.#take(viewer.rooms.items, this.#beUser(viewer));
      this.state.set({ phase: 'ready', maxTextLength: serverInfo.limits.maxTextLength });
    } catch (error) {
      if (codeOf(error) === 'UNAVAILABLE') return pause(1_000).then(() => this.#readRooms());
      if (this.state.value.phase === 'loading') this.state.set({ phase: 'failed' });
    }
  }

  // The server says which of the token's claims is the user. A name may be one in each tenant.
  #beUser({ userId, tenantId }: { userId: string; tenantId: string }) {
    if (this.#marks) return this.#marks;
    this.#owner = [tenantId, userId].map(encodeURIComponent).join(':');
    const marks = new ReadMarks(this.#owner);
    this.session.user = userId;
    this.#forget.push(marks.watch(() => this.state.value.rooms.forEach((room) => room.readElsewhere())));
    return (this.#marks = marks);
  }

  // Those that are known stay: they know more than the list; and each where it is, for somebody may be about
  // to choose it. One that the user was taken out of, and is in again, begins anew. A list that is full says
  // nothing of those that are not in it.
  #take(items: RoomFactsFragment[], marks: ReadMarks) {
    const known = this.state.value.rooms;
    const listed = new Map(items.map((facts) => [facts.id, facts]));
    const isFull = items.length >= MOST_LISTED;
    const begun = items.filter(({ id }) => !known.some((room) => room.id === id));
    const rooms = begun.map((facts) => this.#begin(facts, marks));
    for (const room of known) {
      const facts = listed.get(room.id);
      const { gone } = room.state.value;
      if (facts) room.update(facts);
      if (facts && gone) rooms.push(this.#begin(facts, marks));
      else if (!gone && (facts || isFull)) rooms.push(room);
    }
    for (const room of known) if (!rooms.includes(room)) room.end();
    this.state.set({ rooms });
  }

  #begin(facts: RoomFactsFragment, marks: ReadMarks) {
    const room = new Room(facts, {
      connection: this.connection,
      marks,
      me: this.session.user,
      owner: this.#owner,
      onHeard: (...heard) => this.#heard(...heard),
    });
    room.begin();
    return room;
  }

  #heard(room: Room, heard: Message[], others: Message[]) {
    const caughtUp = this.state.value.caughtUp + heard.filter(({ replayed }) => replayed).length;
    const announced = [...this.state.value.heard, ...others.map((message) => ({ room, message }))];
    this.state.set({ caughtUp, heard: announced.slice(-ANNOUNCED) });
  }

  #connectionChanged() {
    const { phase, returns } = this.connection.state.value;
    if (phase === 'cut' || phase === 'waiting') this.state.set({ caughtUp: 0 });
    if (returns === this.#returns) return;
    this.#returns = returns;
    this.load(); // of rooms that were made meanwhile
  }

  async end() {
    this.#forget.forEach((forget) => forget());
    this.state.value.rooms.forEach((room) => room.end());
    await this.connection.end();
  }
}
