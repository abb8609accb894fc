// A client leaves one transport at its cursor and goes on at that cursor on another, while others never
// stop to write: between any two transports, in either direction, it hears 1, 2, 3 …, each once.
//
// GUILDHALL_TEST_TURNS (1) multiplies how often each changes, GUILDHALL_TEST_SEED repeats the choices of a
// run.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { newDice, SEED } from '../lib/dice.mjs';
import { check, finish } from '../lib/tap.mjs';
import { Clear, Secure } from './places.mjs';
import { WAYS } from './transports.mjs';
import { certificate, withPlaces } from './ways.mjs';

const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);
const CHANGES = 4 * TURNS; // of each pair: twice there, and twice back
const LONGEST_STAY = 8; // messages
const WRITER_REST_MS = 10; // at most: who changes has to come to what is live
const ROOMS = ['busy', 'GUILD#busy']; // one of each table
const USERS = ['reader', 'writer'];

const NOW = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { resume items { seq } } }';

const heard = { log: 0, live: 0 };

class Wanderer {
  #roll;
  #seq;
  #since;

  constructor(pair, roomId, place) {
    this.pair = pair;
    this.roomId = roomId;
    this.#roll = newDice(place);
  }

  async #stay({ transport, newPlace }) {
    const place = newPlace();
    const session = await transport.open(place, place.hall.token('reader'));
    const following = await session.follow(this.roomId, this.#since);
    for (let n = 1 + this.#roll(LONGEST_STAY); n > 0; n--) {
      const { seq, text, cursor, replayed } = await following.next();
      assert.equal(seq, this.#seq + 1, `over ${transport.name}, ${place.name}, after ${this.#seq} came ${seq}`);
      assert.equal(text, `message ${seq}`);
      this.#seq = seq;
      this.#since = cursor;
      if (replayed !== undefined) heard[replayed ? 'log' : 'live']++;
    }
    // It goes in good order, or is cut with messages under way.
    if (this.#roll(2) === 0) await following.stop();
    session.cut();
    place.done();
  }

  async wander(hall) {
    const { messages } = await hall.ask('reader', NOW, { roomId: this.roomId });
    this.#seq = messages.items[0]?.seq ?? 0;
    this.#since = messages.resume;
    for (let i = 0; i <= CHANGES; i++) await this.#stay(this.pair[i % 2]);
  }
}

async function write(hall, roomId, roll, isOver) {
  for (let n = 1; !isOver(); n++) {
    assert.equal((await hall.send('writer', roomId, `message ${n}`)).seq, n);
    await delay(roll(WRITER_REST_MS));
  }
}

await withPlaces([], async (clear, secure) => {
  await clear.room('busy', USERS);
  await clear.guild('busy', USERS);
  const ends = [() => new Clear(clear), () => new Secure(secure, certificate)].flatMap((newPlace) =>
    WAYS.map((transport) => ({ transport, newPlace })),
  );
  const pairs = ends.flatMap((one, i) => ends.slice(i + 1).map((other) => [one, other]));
  const wanderers = pairs.map((pair, i) => new Wanderer(pair, ROOMS[i % 2], i));
  let over = false;

  console.log(`# GUILDHALL_TEST_SEED=${SEED} makes the same choices again`);
  const writing = Promise.all(ROOMS.map((roomId, i) => write(clear, roomId, newDice(pairs.length + i), () => over)));
  for (const first of ends) {
    const name = `${first.transport.name}, ${first.newPlace().name}`;
    const its = wanderers.filter(({ pair }) => pair[0] === first);
    if (its.length)
      await check(`between ${name} and ${its.length} other ways a client misses nothing and hears nothing twice`, () =>
        Promise.all(its.map((wanderer) => wanderer.wander(clear))));
  }
  over = true;
  await check('all that was sent stands in the logs in the order in which it was sent', () => writing);
  await check('both the log and what is live were heard', () => {
    console.log(`# ${heard.log} messages heard from the log, ${heard.live} live`);
    assert.ok(heard.log > 0 && heard.live > 0);
  });
});
finish();
