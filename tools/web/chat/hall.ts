// All of a user's rooms, over one connection.

import { codeOf, Connection, pause } from './connection.ts';
import { RoomsDocument, type RoomFactsFragment } from './documents.ts';
import { Observable } from './observable.ts';
import { ReadMarks } from './read-marks.ts';
import { Room } from './room.ts';
import type { Session } from './session.ts';
import type { Message } from './timeline.ts';

const ANNOUNCED = 5;

interface HallState {
  phase: 'loading' | 'ready' | 'failed';
  rooms: Room[];
  maxTextLength: number;
  caughtUp: number;
  heard: { room: Room; message: Message }[];
}

export class Hall {
  // caughtUp: messages that came from the log since the connection was last lost. heard: the newest
  // messages of others, for whoever announces them.
  state = new Observable<HallState>({
    phase: 'loading',
    rooms: [],
    maxTextLength: 4000,
    caughtUp: 0,
    heard: [],
  });
  session;
  connection;
  #forget: (() => void)[] = [];
  #marks: ReadMarks | undefined;
  #returns = 0;

  constructor(session: Session) {
    this.session = session;
    this.connection = new Connection(session);
    this.#forget.push(this.connection.state.watch(() => this.#connectionChanged()));
    this.load();
  }

  async load(): Promise<void> {
    try {
      const { viewer, serverInfo } = await this.connection.ask(RoomsDocument, {});
      this.#take(viewer.rooms.items, this.#beUser(viewer.userId));
      this.state.set({ phase: 'ready', maxTextLength: serverInfo.limits.maxTextLength });
    } catch (error) {
      if (codeOf(error) === 'UNAVAILABLE') return pause(1_000).then(() => this.load());
      if (this.state.value.phase === 'loading') this.state.set({ phase: 'failed' });
    }
  }

  // The server says which of the token's claims is the user.
  #beUser(userId: string) {
    if (this.#marks) return this.#marks;
    const marks = new ReadMarks(userId);
    this.session.user = userId;
    this.#forget.push(marks.watch(() => this.state.value.rooms.forEach((room) => room.readElsewhere())));
    return (this.#marks = marks);
  }

  // Those that are known stay as they are: they know more than the list.
  #take(items: RoomFactsFragment[], marks: ReadMarks) {
    const known = new Map(this.state.value.rooms.map((room) => [room.id, room]));
    const rooms = items.map((facts) => known.get(facts.id) ?? this.#begin(facts, marks));
    for (const room of known.values()) if (!rooms.includes(room)) room.end();
    this.state.set({ rooms });
  }

  #begin(facts: RoomFactsFragment, marks: ReadMarks) {
    const room = new Room(facts, {
      connection: this.connection,
      marks,
      me: this.session.user,
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
