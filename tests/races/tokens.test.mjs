// Tokens end and are renewed while others send, on sockets that follow rooms.
//
// Client and server have one clock: what the client sees later happened later. So a socket that is
// closed was not closed before its token's end when that has passed; and whatever the server took
// in at the end or behind it (a message's ts) nobody with that token may see.

import assert from 'node:assert/strict';

import { makeToken, withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { codeOf, FOLLOW_WHOLE, Line, MANY, newDice, numbers, RENEW, SEED, tokenFor, TURNS, Writers } from './race.mjs';

const ENDS = 1000 * TURNS; // tokens that end
const RENEWALS = 2000 * TURNS;
const SOCKETS = 40; // at a time
const RENEWERS = 20;
const ROOMS = numbers(1, 12).map((n) => `room-${n}`);
const SEES = 3; // rooms that a socket follows
const FLOOD = 24; // streams of one room of long messages, on one socket
const LONG_TEXT = '\u{1f5e3}'.repeat(4000); // 16,000 bytes

function assertGapless({ seqs }) {
  if (seqs.length) assert.deepEqual(seqs, numbers(seqs[0], seqs[0] + seqs.length - 1));
}

// n rounds, several at a time.
async function inTurns(n, play) {
  let begun = 0;
  const work = async () => {
    while (begun < n) await play(begun++);
  };
  await Promise.all(numbers(1, SOCKETS).map(work));
}

// Closed for this end, not before it, and nothing was heard that came later.
function assertEnded(line, end, streams = []) {
  assert.deepEqual(line.gone.event?.close, { code: 4403, reason: 'Token expired' }, line.gone.message);
  assert.ok(line.goneAt >= Date.parse(end), `closed at ${line.goneAt}, before ${end}`);
  for (const { heard } of streams)
    for (const { ts } of heard) assert.ok(ts < end, `a message of ${ts} was heard, the token ended at ${end}`);
}

class Ends {
  heard = 0;
  refused = 0;
  sent = []; // { room, seq }: what was acknowledged on sockets that ended
  #dice = newDice(SEED);
  #opening = 0; // ms that it took the last time: most tokens last longer

  constructor(hall) {
    this.hall = hall;
  }

  // What is under way when the token ends is not answered; what was answered was done.
  async #sendUntilGone(line, room) {
    while (!line.gone) await line.send(room).then(({ seq }) => this.sent.push({ room, seq }), () => {});
  }

  async play(n) {
    const began = Date.now();
    const ms = this.#dice(3) ? this.#opening + this.#dice(300) : this.#dice(12);
    const line = await Line.open(this.hall, 'reader', tokenFor('reader', ms));
    this.#opening = Date.now() - began;
    if (!line.ack) {
      this.refused++;
      assert.equal(line.gone.event.close?.reason, 'Token expired', line.gone.message);
      return;
    }
    const end = line.ack.sessionExpiresAt;
    const streams = numbers(1, SEES).map((i) => line.follow(ROOMS[(n + i) % ROOMS.length], null));
    if (n % 4 === 0) await this.#sendUntilGone(line, ROOMS[n % ROOMS.length]);
    await line.untilGone();
    assertEnded(line, end, streams);
    for (const stream of streams) {
      this.heard += stream.heard.length;
      assertGapless(stream);
    }
  }

  // Who does not read: the socket is full, the streams lag, the close has to wait its turn. False: the
  // token ended too early for that.
  async flood(ms) {
    const line = await Line.open(this.hall, 'reader', tokenFor('reader', ms));
    if (!line.ack) return false;
    const end = line.ack.sessionExpiresAt;
    const streams = numbers(1, FLOOD).map(() => line.follow('flood', null, FOLLOW_WHOLE));
    await streams.at(-1).until(({ heard }) => heard.length > 0);
    line.pause();
    const inTime = [];
    while (Date.now() < Date.parse(end)) inTime.push(await this.hall.send('writer', 'flood', LONG_TEXT));
    line.resume();
    await line.untilGone();
    assertEnded(line, end, streams);
    for (const stream of streams) assertGapless(stream);
    const last = inTime.findLast(({ ts }) => ts < end)?.seq ?? 0;
    console.log(`# of ${last} messages that came in time ${Math.max(...streams.map((s) => s.last))} fitted in`);
    return streams.every((stream) => stream.last < last);
  }
}

async function ends(hall) {
  const all = new Ends(hall);
  const writers = new Writers(hall, ROOMS);
  await writers.start();
  await check('a token that ends closes its socket with 4403 then, and nothing is heard behind it', () =>
    inTurns(ENDS, (n) => all.play(n)));
  await writers.stop();
  await check('there was something to hear, and tokens that had ended before they came', () => {
    console.log(`# heard ${all.heard}, acknowledged ${all.sent.length}, refused ${all.refused}`);
    assert.ok(all.heard > 0 && all.sent.length > 0 && all.refused > 0);
  });
  await check('what was acknowledged before is in the log', async () => {
    for (const room of ROOMS) {
      const seqs = all.sent.filter((sent) => sent.room === room).map(({ seq }) => seq);
      const found = await hall.sql(
        `SELECT count(*) FROM gg_core WHERE room_id = '${room}' AND sender_id = 'reader' AND seq = ANY ('{${seqs}}')`,
      );
      assert.equal(Number(found), seqs.length);
    }
  });
  await check('also the socket of who does not read, whose streams lag', async () => {
    const flood = new Writers(hall, ['flood'], LONG_TEXT);
    await flood.start();
    for (let ms = 1000; !(await all.flood(ms)); ms *= 2);
    await flood.stop();
  });
}

// Follows some rooms on one socket and renews its token again and again, mostly in time.
class Renewer {
  renewals = 0; // that were acknowledged
  refusals = 0;
  losses = 0; // sockets that ended, because the renewal came too late or not at all
  #end = null; // of the token in force
  #lost = 0; // sockets in a row: on a busy machine tokens have to last longer
  #next = new Map(); // the next seq, by room

  constructor(hall, place) {
    this.hall = hall;
    this.dice = newDice(SEED + place);
    this.rooms = numbers(1, SEES).map((i) => ROOMS[(place + i) % ROOMS.length]);
    for (const room of this.rooms) this.#next.set(room, { seq: 1, since: undefined });
  }

  #token(ms = (60 + this.dice(200)) * (1 + this.#lost)) {
    return tokenFor('reader', ms);
  }

  // Each stream goes on where the one before it on this room ended: exactly 1, 2, 3 …
  #collect() {
    for (const stream of this.streams) {
      const next = this.#next.get(stream.room);
      assert.deepEqual(stream.seqs, numbers(next.seq, next.seq + stream.heard.length - 1), stream.room);
      if (!stream.heard.length) continue;
      next.seq = stream.last + 1;
      next.since = stream.heard.at(-1).cursor;
    }
  }

  async #open(ms) {
    do {
      this.line = await Line.open(this.hall, 'reader', this.#token(ms));
      this.#lost++;
    } while (!this.line.ack);
    this.#end = this.line.ack.sessionExpiresAt;
    const follow = (room) => Object.assign(this.line.follow(room, this.#next.get(room).since), { room });
    this.streams = this.rooms.map(follow);
  }

  async #close() {
    await this.line.untilGone();
    assertEnded(this.line, this.#end, this.streams);
    this.#collect();
    this.losses++;
  }

  // Tokens that are refused: nothing changes by them, the end of the one in force neither.
  async #renewWithout() {
    const [code, token] = [
      ['FORBIDDEN', tokenFor('another', 60_000)],
      ['FORBIDDEN', tokenFor('reader', 60_000, { tenant: 'another' })],
      ['TOKEN_EXPIRED', tokenFor('reader', -1)],
      ['UNAUTHENTICATED', makeToken({ sub: 'reader' }, { secret: 'nobody has told guildhall of this one' })],
    ][this.dice(4)];
    const error = await this.line.ask(RENEW, { token }).then(() => null, (e) => e);
    // Gone meanwhile, or about to be: the token in force has ended on the way.
    const hasEnded = codeOf(error) === 'TOKEN_EXPIRED' && Date.now() >= Date.parse(this.#end);
    if (this.line.gone || hasEnded) return;
    assert.equal(codeOf(error), code, error?.message);
    this.refusals++;
  }

  async #renew(ms) {
    const token = this.#token(ms);
    const onData = ({ renewSession }) => {
      this.#end = renewSession.expiresAt;
      this.renewals++;
      this.#lost = 0;
    };
    // Gone meanwhile, or ended on the way.
    await this.line.ask(RENEW, { token }, onData).catch((error) => {
      if (!this.line.gone) assert.equal(codeOf(error), 'TOKEN_EXPIRED', error.message);
    });
  }

  async #wait() {
    const left = Date.parse(this.#end) - Date.now();
    const ms = this.dice(8) === 0 ? left + this.dice(4) - 2 : this.dice(40);
    if (this.dice(12) === 0) await this.line.untilGone();
    else await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
  }

  async run(wanted) {
    await this.#open();
    while (this.renewals < wanted) {
      await this.#wait();
      if (this.dice(4) === 0) await this.#renewWithout();
      await this.#renew();
      for (const { ended, error } of this.streams) assert.ok(!ended || this.line.gone, error?.message);
      if (!this.line.gone) continue;
      await this.#close();
      await this.#open();
    }
  }

  // All of it was heard, each once and in order.
  async finish(last) {
    await this.#renew(60_000);
    if (this.line.gone) {
      await this.#close();
      await this.#open(60_000);
    }
    const heardAll = ({ room }) => (stream) => Math.max(stream.last, this.#next.get(room).seq - 1) >= last.get(room);
    await Promise.all(this.streams.map((stream) => stream.until(heardAll(stream))));
    this.#collect();
    for (const room of this.rooms) assert.equal(this.#next.get(room).seq, last.get(room) + 1);
    this.line.cut();
  }
}

async function renewals(hall) {
  const writers = new Writers(hall, ROOMS);
  const renewers = numbers(1, RENEWERS).map((place) => new Renewer(hall, place));
  const count = (what) => renewers.reduce((sum, renewer) => sum + renewer[what], 0);
  await writers.start();
  await check('a renewal in time keeps the streams until the new end, a token that is refused changes nothing', () =>
    Promise.all(renewers.map((renewer) => renewer.run(RENEWALS / RENEWERS))));
  await writers.stop();
  await check('whatever was renewed, refused or too late, each message was heard once and in order', () =>
    Promise.all(renewers.map((renewer) => renewer.finish(writers.sent))));
  await check('there was some of each', () => {
    console.log(`# ${count('renewals')} renewals, ${count('refusals')} refused, ${count('losses')} sockets ended`);
    assert.ok(count('refusals') > 0 && count('losses') > 0);
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED} makes the same choices again`);
for (const play of [ends, renewals])
  await withServer({ options: MANY }, async (hall) => {
    for (const room of [...ROOMS, 'flood']) await hall.room(room, ['reader', 'writer']);
    await play(hall);
  });
finish();
