// The seam between the log and live: writers never stop while subscribers subscribe, leave, are cut,
// and resume with the cursor they had last. Whatever the moment, each hears 1, 2, 3 … in order, each once.
//
// GUILDHALL_TEST_TURNS (1) multiplies the rounds, GUILDHALL_TEST_SEED repeats the choices of a run.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { newDice, SEED } from '../lib/dice.mjs';
import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';

const ROOMS = ['busy', 'GUILD#busy']; // one of each table
const SUBSCRIBERS = 60; // by turns in the one and in the other
const WRITERS = 2; // in each
const MESSAGES = 300; // in each, at least
const STRETCHES = 3000; // of all subscribers together, at least; the writers go on until then
const LONGEST_STRETCH = 40;
const TURNS = Number(process.env.GUILDHALL_TEST_TURNS ?? 1);

const SEND = `mutation ($roomId: ID!, $text: String!) {
  sendMessage(roomId: $roomId, text: $text) { seq }
}`;
const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { seq cursor text }
}`;
const RESUME = 'query ($roomId: ID!) { messages(roomId: $roomId, first: 1) { resume } }';

class Room {
  texts = []; // as acknowledged: texts[seq - 1]
  end = Infinity; // the last seq, once it is known
  log = 0; // messages that were told from the log, and live
  live = 0;

  constructor(id) {
    this.id = id;
  }

  acknowledge(seq, text) {
    assert.equal(this.texts[seq - 1], undefined, `${seq} was given twice`);
    this.texts[seq - 1] = text;
  }
}

class Subscriber {
  #seq = 0;
  #since;
  #socket = null;
  #operations = 0;

  constructor(run, room, since, place) {
    this.run = run;
    this.room = room;
    this.roll = newDice(place);
    this.#since = since;
  }

  async follow() {
    while (this.#seq < this.room.end) {
      this.#socket ??= await this.run.hall.login('reader');
      await this.#stretch(1 + this.roll(LONGEST_STRETCH));
      await this.#leave();
      this.run.stretches++;
    }
    this.#socket?.cut();
  }

  async #stretch(length) {
    const id = `${++this.#operations}`;
    const variables = { roomId: this.room.id, since: this.#since };
    this.#socket.sendJson({ id, type: 'subscribe', payload: { query: FOLLOW, variables } });
    if (this.roll(4) === 0) await this.#lookAway();
    for (let n = 0; n < length && this.#seq < this.room.end; n++) this.#take(await this.#next(id));
    // What was on its way when it was completed is of no account.
    this.#socket.sendJson({ id, type: 'complete' });
  }

  async #lookAway() {
    this.#socket.pause();
    await delay(this.roll(30));
    this.#socket.resume();
  }

  async #next(id) {
    for (;;) {
      const message = await this.#socket.nextJson();
      if (message.id !== id) continue;
      assert.equal(message.type, 'next', JSON.stringify(message));
      return message.payload;
    }
  }

  #take({ data, extensions }) {
    const { seq, cursor, text } = data.onMessage;
    const { guildhall } = extensions;
    assert.equal(seq, this.#seq + 1, `after ${this.#seq} came ${seq}`);
    assert.deepEqual([guildhall.seq, guildhall.cursor], [seq, cursor]);
    // The acknowledgement may come later than the message.
    this.run.heard.push({ room: this.room, seq, text });
    this.room[guildhall.replayed ? 'log' : 'live']++;
    this.#seq = seq;
    this.#since = cursor;
  }

  // Mostly the socket is cut; or it stays, and the next stretch begins on it. Some come back at once.
  async #leave() {
    if (this.roll(3) > 0) {
      this.#socket.cut();
      this.#socket = null;
    }
    if (this.roll(3) > 0) await delay(this.roll(100));
  }
}

class Run {
  stretches = 0;
  heard = [];
  rooms = ROOMS.map((id) => new Room(id));

  constructor(hall, turn) {
    this.hall = hall;
    this.turn = turn;
  }

  async prepare() {
    const users = ['reader', ...Array.from({ length: WRITERS }, (_, i) => `writer ${i}`)];
    await this.hall.room('busy', users);
    await this.hall.guild('busy', users);
    for (const room of this.rooms) {
      const { messages } = await this.hall.ask('reader', RESUME, { roomId: room.id });
      room.start = messages.resume;
    }
  }

  async #write(room, writer) {
    const socket = await this.hall.login(writer);
    for (let n = 0; room.texts.length < MESSAGES || this.stretches < STRETCHES; n++) {
      const variables = { roomId: room.id, text: `${writer} says ${n}` };
      socket.sendJson({ id: 'w', type: 'subscribe', payload: { query: SEND, variables } });
      const { type, payload } = await socket.nextJson();
      assert.ok(type === 'next' && payload.data?.sendMessage, JSON.stringify(payload));
      room.acknowledge(payload.data.sendMessage.seq, variables.text);
      await socket.nextJson(); // complete
    }
    socket.cut();
  }

  // Who waits for one message more gets it, and knows by then that it is the last.
  async #writeAll(room) {
    await Promise.all(Array.from({ length: WRITERS }, (_, i) => this.#write(room, `writer ${i}`)));
    room.end = room.texts.length + 1;
    const { seq, text } = await this.hall.send('writer 0', room.id, 'the last');
    room.acknowledge(seq, text);
  }

  async all() {
    const subscribers = Array.from({ length: SUBSCRIBERS }, (_, i) => {
      const room = this.rooms[i % this.rooms.length];
      const since = i % 4 < 2 ? room.start : '1970-01-01T00:00:00.000Z';
      return new Subscriber(this, room, since, SUBSCRIBERS * this.turn + i);
    });
    await Promise.all([
      ...this.rooms.map((room) => this.#writeAll(room)),
      ...subscribers.map((subscriber) => subscriber.follow()),
    ]);
  }
}

async function play(turn) {
  await withServer({ threads: 2 }, async (hall) => {
    const run = new Run(hall, turn);
    await run.prepare();

    await check(`each subscriber hears every message once and in order, across cuts and resumes`, () =>
      run.all());

    await check(`what is heard is what was acknowledged`, async () => {
      for (const { room, seq, text } of run.heard) assert.equal(text, room.texts[seq - 1]);
      for (const { id, texts, end } of run.rooms)
        assert.equal(
          await hall.sql(
            `SELECT count(*), min(seq), max(seq) FROM ${id === 'busy' ? 'gg_core' : 'gg_guild'} WHERE room_id = '${id}'`,
          ),
          `${end}|1|${texts.length}`,
        );
    });

    await check(`both the log and the live stream were heard, of both rooms`, async () => {
      for (const { id, log, live, end } of run.rooms) {
        console.log(`# ${id}: ${end} messages; ${log} heard from the log, ${live} live`);
        assert.ok(log > 0 && live > 0);
      }
      console.log(`# ${run.stretches} stretches`);
    });
  });
}

// Far more than the kernel keeps for one socket: the streams have to leave what is live, and come back.
const STREAMS = 20; // on the one socket
const LARGE_MESSAGES = 60;
const LARGE_TEXT = '\u{1f5e3}'.repeat(4000); // 16,000 bytes

async function stall() {
  await withServer({ threads: 2 }, async (hall) => {
    await hall.room('busy', ['reader', 'writer']);
    const { resume } = (await hall.ask('reader', RESUME, { roomId: 'busy' })).messages;
    const socket = await hall.login('reader');
    const ids = Array.from({ length: STREAMS }, (_, i) => `${i}`);
    const heard = new Map(ids.map((id) => [id, 0]));
    const takeAll = async (n) => {
      while (ids.some((id) => heard.get(id) < n)) {
        const { id, type, payload } = await socket.nextJson();
        assert.equal(type, 'next', JSON.stringify(payload));
        assert.equal(payload.data.onMessage.seq, heard.get(id) + 1, `on stream ${id}`);
        heard.set(id, heard.get(id) + 1);
      }
    };
    const variables = { roomId: 'busy', since: resume };

    await check('a reader who looks away while much is sent hears all of it, once and in order', async () => {
      for (const id of ids) socket.sendJson({ id, type: 'subscribe', payload: { query: FOLLOW, variables } });
      await hall.send('writer', 'busy', 'the first');
      await takeAll(1);
      socket.pause();
      for (let n = 0; n < LARGE_MESSAGES; n++) await hall.send('writer', 'busy', LARGE_TEXT);
      socket.resume();
      await takeAll(1 + LARGE_MESSAGES);
      await hall.send('writer', 'busy', 'the last');
      await takeAll(2 + LARGE_MESSAGES);
    });
    socket.cut();
  });
}

// More than is read at once, all of it in memory. Nobody looks where the room stands meanwhile.
const RECENT = 250;

async function comeBack() {
  await withServer({ threads: 2, options: ['--position-interval', '1h'] }, async (hall) => {
    await hall.room('busy', ['reader', 'writer']);
    for (let n = 0; n < RECENT; n++) await hall.send('writer', 'busy', `message ${n}`);
    const socket = await hall.login('reader');
    const variables = { roomId: 'busy', since: '1970-01-01T00:00:00.000Z' };

    await check('who comes back to much that is recent hears all of it, and not only when more is sent', async () => {
      socket.sendJson({ id: 'f', type: 'subscribe', payload: { query: FOLLOW, variables } });
      for (let seq = 1; seq <= RECENT; seq++)
        assert.equal((await socket.nextJson()).payload.data.onMessage.seq, seq);
    });
    socket.cut();
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED} makes the same choices again`);
for (let turn = 1; turn <= TURNS; turn++) await play(turn);
await stall();
await comeBack();
finish();
