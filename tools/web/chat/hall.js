// All of a user's rooms, over one connection.

import { codeOf, Connection, pause } from './connection.js';
import { Observable } from './observable.js';
import { Rooms } from './operations.js';
import { ReadMarks } from './read-marks.js';
import { Room } from './room.js';

const ANNOUNCED = 5;

export class Hall {
  // caughtUp: messages that came from the log since the connection was last lost. heard: the newest
  // messages of others, for whoever announces them.
  state = new Observable({ phase: 'loading', rooms: [], maxTextLength: 4000, caughtUp: 0, heard: [] });
  #forget = [];
  #marks;
  #returns = 0;

  constructor(session) {
    this.session = session;
    this.connection = new Connection(session);
    this.#forget.push(this.connection.state.watch(() => this.#connectionChanged()));
    this.load();
  }

  async load() {
    try {
      const { viewer, serverInfo } = await this.connection.ask(Rooms);
      this.#beUser(viewer.userId);
      this.#take(viewer.rooms.items);
      this.state.set({ phase: 'ready', maxTextLength: serverInfo.limits.maxTextLength });
    } catch (error) {
      if (codeOf(error) === 'UNAVAILABLE') return pause(1_000).then(() => this.load());
      if (this.state.value.phase === 'loading') this.state.set({ phase: 'failed' });
    }
    return undefined;
  }

  // The server says which of the token's claims is the user.
  #beUser(userId) {
    if (this.#marks) return;
    this.session.user = userId;
    this.#marks = new ReadMarks(userId);
    this.#forget.push(
      this.#marks.watch(() => this.state.value.rooms.forEach((room) => room.readElsewhere())),
    );
  }

  // Those that are known stay as they are: they know more than the list.
  #take(items) {
    const known = new Map(this.state.value.rooms.map((room) => [room.id, room]));
    const rooms = items.map((facts) => known.get(facts.id) ?? this.#begin(facts));
    for (const room of known.values()) if (!rooms.includes(room)) room.end();
    this.state.set({ rooms });
  }

  #begin(facts) {
    const room = new Room(facts, {
      connection: this.connection,
      marks: this.#marks,
      me: this.session.user,
      onHeard: (...heard) => this.#heard(...heard),
    });
    room.begin();
    return room;
  }

  #heard(room, heard, others) {
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
