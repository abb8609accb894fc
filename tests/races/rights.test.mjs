// A token is renewed with less while others send: what it gave the right to ends before the next
// message is heard; what its user has a right to as a member goes on without a gap.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { codeOf, Line, MANY, newDice, numbers, RENEW, SEED, tokenFor, TURNS, Writers } from './race.mjs';

const ROUNDS = 1000 * TURNS; // streams that end by it
const GUESTS = 10;
const SEES = 3; // rooms of the guild that only the token vouches for, at a time
const ROOMS = 4; // of each of the two guilds

const CHANGE_GUILD = `mutation ($input: SetGuildMembersInput!) {
  setGuildMembers(input: $input) { guild { id } }
}`;

// Follows rooms of a guild that only its token vouches for, and of one whose member it is; then comes
// with a token that allows less, and with the first one again.
class Guest {
  static judged = []; // streams that are over, to be compared with the log
  rounds = 0;
  kept = 0; // streams that a renewal left alone
  #removals = 0; // of this user from the guild, so far

  constructor(hall, owner, place) {
    this.hall = hall;
    this.owner = owner;
    this.user = `guest ${place}`;
    this.dice = newDice(SEED + place);
  }

  #token(claims) {
    return tokenFor(this.user, 600_000, claims);
  }

  #follow(guild) {
    const room = `GUILD#${guild}#${1 + this.dice(ROOMS)}`;
    return Object.assign(this.line.follow(room, this.dice(2) ? null : undefined), { room });
  }

  async #begin() {
    this.streams = numbers(1, SEES).map(() => this.#follow('vouched'));
    this.streams.push(this.#follow('own'));
    // Mostly there was something to hear before; else the question where to begin is still under way.
    if (this.dice(4)) await Promise.all(this.streams.map((stream) => stream.until(({ last }) => last > 0)));
  }

  // Each stream knows what it had heard when the answer came.
  #renew(claims) {
    const onData = () => this.streams.forEach((stream) => (stream.before = stream.heard.length));
    return this.line.ask(RENEW, { token: this.#token(claims) }, onData);
  }

  async #end(stream) {
    await stream.untilEnd();
    assert.equal(codeOf(stream.error), 'FORBIDDEN', stream.error?.message);
    Guest.judged.push(stream);
    this.rounds++;
  }

  async #goOn(stream) {
    const { last, before } = stream;
    await stream.until((s) => s.last > last);
    assert.ok(!stream.ended && stream.heard.length > before);
    this.line.complete(stream);
    Guest.judged.push(stream);
    this.kept++;
  }

  // With another scope nothing may be heard at all.
  async #comeForNothing() {
    await this.#renew({ scope: 'of another service' });
    for (const stream of this.streams) {
      await this.#end(stream);
      assert.equal(stream.heard.length, stream.before, 'heard behind the answer');
    }
  }

  async #comeWithoutTheGuild() {
    await this.#renew({});
    for (const stream of this.streams.slice(0, SEES)) {
      await this.#end(stream);
      assert.equal(stream.heard.length, stream.before, 'heard behind the answer');
    }
    await this.#goOn(this.streams[SEES]);
  }

  // A member for a while, who is removed as the token is renewed: whichever comes first.
  async #comeWhileBeingRemoved() {
    const change = (input) => this.owner.ask(CHANGE_GUILD, { input: { guildId: 'vouched', ...input } });
    await change({ put: [{ userId: this.user }] });
    await Promise.all([this.#renew({}), change({ removeUserIds: [this.user] })]);
    for (const stream of this.streams.slice(0, SEES)) {
      await this.#end(stream);
      Object.assign(stream, { user: this.user, removal: this.#removals });
    }
    await this.#goOn(this.streams[SEES]);
    this.#removals++;
  }

  async run(rounds) {
    this.line = await Line.open(this.hall, this.user, this.#token({ guilds: ['vouched'] }));
    while (this.rounds < rounds) {
      await this.#begin();
      const way = this.dice(4);
      if (way === 0) await this.#comeForNothing();
      else if (way === 1) await this.#comeWhileBeingRemoved();
      else await this.#comeWithoutTheGuild();
      this.streams = [];
      await this.#renew({ guilds: ['vouched'] });
    }
    this.line.cut();
  }
}

// Of the logs what is no message: by room, [{ user, seq }].
async function removalsOf(hall) {
  const rows = await hall.sql(`SELECT room_id, text, seq FROM gg_guild WHERE type <> 'Message' ORDER BY seq`);
  const removals = new Map();
  for (const [room, user, seq] of rows.split('\n').map((row) => row.split('|')))
    removals.set(room, [...(removals.get(room) ?? []), { user, seq: Number(seq) }]);
  return removals;
}

// Nothing between the first and the last was left out; and what came behind the answer, to one who was
// a member still, was below his removal.
async function judge(hall) {
  const removals = await removalsOf(hall);
  for (const { room, seqs, last, heard, before, user, removal } of Guest.judged) {
    const here = removals.get(room) ?? [];
    const messages = numbers(seqs[0] ?? 1, last).filter((seq) => !here.some((each) => each.seq === seq));
    assert.deepEqual(seqs, messages, room);
    if (user && heard.length > before)
      assert.ok(last < here.filter((each) => each.user === user)[removal].seq, `${room}: ${user} heard ${last}`);
  }
}

async function play(hall) {
  const rooms = ['vouched', 'own'].flatMap((guild) => numbers(1, ROOMS).map((n) => `GUILD#${guild}#${n}`));
  const writers = new Writers(hall, rooms);
  const owner = await Line.open(hall, 'ann');
  const guests = numbers(1, GUESTS).map((place) => new Guest(hall, owner, place));
  const count = (what) => guests.reduce((sum, guest) => sum + guest[what], 0);
  await hall.guild('vouched', ['ann', 'writer']);
  await hall.guild('own', ['writer', ...guests.map(({ user }) => user)]);
  await hall.sql(
    `UPDATE guild_member SET role = 'OWNER' WHERE user_id = 'ann';
     INSERT INTO room (tenant_id, room_id, guild_id, created_at)
       SELECT 'default', r, split_part(r, '#', 2), 0 FROM unnest('{${rooms}}'::text[]) r`,
  );
  await writers.start();
  await check('who comes with a token that allows less hears nothing behind the answer, but where a member', () =>
    Promise.all(guests.map((guest) => guest.run(ROUNDS / guests.length))));
  await writers.stop();
  await check('and misses nothing of what may be heard', () => judge(hall));
  await check('streams were ended, and others kept', () => {
    console.log(`# ${count('rounds')} streams ended, ${count('kept')} kept`);
    assert.ok(count('rounds') > 0 && count('kept') > 0);
  });
  owner.cut();
}

console.log(`# GUILDHALL_TEST_SEED=${SEED} makes the same choices again`);
await withServer({ options: MANY }, play);
finish();
