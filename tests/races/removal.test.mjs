// Members are removed while others send. A round is a room and one who follows it from its first
// message on: what he hears are the messages below his removal in the room's log, each once and in
// order, then FORBIDDEN. The log is the truth.

import assert from 'node:assert/strict';

import { withNodes } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { codeOf, FOLLOW_WHOLE, Line, MANY, newDice, numbers, SEED, TURNS } from './race.mjs';

const ROUNDS = 3000 * TURNS; // of each of the two settings
const TOGETHER = 200; // rooms at a time, of their own members
const GUILDS = 8; // and those of guilds beside
const GUILD_ROOMS = 12; // of a guild: who is removed from it is removed from each
const LINES = 3; // of the follower, of the writers and of the owner each, on every node
const LONG_TEXT = '\u{1f5e3}'.repeat(4000); // 16,000 bytes
const LONG_TEXTS = 6;

const REMOVE = `mutation ($roomId: ID!) {
  removeMember(input: {roomId: $roomId, userId: "bob"}) { room { id } }
}`;
const LEAVE = `mutation ($roomId: ID!) { leaveRoom(input: {roomId: $roomId}) { roomId } }`;
const LET_IN = `mutation ($roomId: ID!) {
  setMembers(input: {roomId: $roomId, members: [{userId: "bob"}]}) { room { id } }
}`;
const REMOVE_FROM_GUILD = `mutation ($guildId: ID!) {
  setGuildMembers(input: {guildId: $guildId, put: [{userId: "dan"}], removeUserIds: ["bob"]}) { guild { id } }
}`;

const ROLE = `CASE u WHEN 'ann' THEN 'OWNER' ELSE 'MEMBER' END`;

class Round {
  removed = 0; // the seq of his removal
  mayBeBack = false; // he was let in again at once
  waited = false; // he was heard to follow before anything else began
  last = 0;

  constructor(roomId) {
    this.roomId = roomId;
  }

  // All that he may hear of the log. Its other rows are removals of his.
  isHeard(log) {
    const { seqs, error } = this.stream;
    const messages = log.filter(({ type }) => type === 'Message').map(({ seq }) => seq);
    const removed = log.find(({ type }) => type === 'MemberRemoved').seq;
    const what = `${this.roomId}: he was removed at ${removed}, heard ${seqs}, then ${error?.message}`;

    if (this.mayBeBack && !this.stream.ended) return assert.deepEqual(seqs, messages, what);
    assert.equal(codeOf(error), 'FORBIDDEN', what);
    if (seqs.length === 0 && !this.waited) return undefined; // removed before he began
    return assert.deepEqual(seqs, messages.filter((seq) => seq < removed), what);
  }
}

class Race {
  counts = { rounds: 0, live: 0, log: 0, refused: 0, back: 0 };
  #rooms = 0;

  constructor(nodes, dice) {
    this.nodes = nodes;
    this.dice = dice;
  }

  async prepare() {
    const lines = (nodes, user) =>
      Promise.all(nodes.flatMap((node) => numbers(1, LINES).map(() => Line.open(node, user))));
    // The follower is on the last node, his removal comes from the first, messages come from all.
    this.followers = await lines(this.nodes.slice(-1), 'bob');
    this.owners = await lines(this.nodes.slice(0, 1), 'ann');
    this.writers = await lines(this.nodes, 'carl');
  }

  #any(list) {
    return list[this.dice(list.length)];
  }

  done() {
    for (const line of [...this.followers, ...this.owners, ...this.writers]) line.cut();
  }

  async #makeRooms() {
    const ids = numbers(1, TOGETHER).map(() => `r${++this.#rooms}`);
    await this.nodes[0].sql(
      `INSERT INTO room (tenant_id, room_id, created_at) SELECT 'default', unnest('{${ids}}'::text[]), 0;
       INSERT INTO member SELECT 'default', r, u, ${ROLE}, 0
         FROM unnest('{${ids}}'::text[]) r, unnest('{ann,bob,carl}'::text[]) u`,
    );
    return ids.map((id) => new Round(id));
  }

  async #makeGuilds() {
    const ids = numbers(1, GUILDS).map(() => `g${++this.#rooms}`);
    await this.nodes[0].sql(
      `INSERT INTO guild SELECT 'default', unnest('{${ids}}'::text[]), 'x', 0;
       INSERT INTO room (tenant_id, room_id, guild_id, created_at)
         SELECT 'default', concat('GUILD#', g, '#', n), g, 0
           FROM unnest('{${ids}}'::text[]) g, generate_series(1, ${GUILD_ROOMS}) n;
       INSERT INTO guild_member SELECT 'default', g, u, ${ROLE}, 0
         FROM unnest('{${ids}}'::text[]) g, unnest('{ann,bob,carl}'::text[]) u`,
    );
    const roundsOf = (id) => numbers(1, GUILD_ROOMS).map((n) => new Round(`GUILD#${id}#${n}`));
    return ids.map((guildId) => ({ guildId, rounds: roundsOf(guildId) }));
  }

  #send(round, text) {
    return this.#any(this.writers)
      .send(round.roomId, text)
      .then(({ seq }) => (round.last = Math.max(round.last, seq)));
  }

  // He follows; mostly he has heard something before the race is on.
  async #begin(round, query) {
    const first = this.#send(round);
    round.stream = this.#any(this.followers).follow(round.roomId, undefined, query);
    round.waited = this.dice(6) > 0;
    if (round.waited) await round.stream.until(({ last }) => last > 0);
    await first;
  }

  // Messages before, beside and behind whatever happens, all on their way at once.
  async #storm(round, happens, text) {
    const when = this.dice(4);
    const under = [];
    for (let n = 0; n < 5; n++) {
      if (n === when) under.push(happens());
      under.push(this.#send(round, text));
      if (this.dice(4) === 0) await under.at(-1);
    }
    await Promise.all(under);
  }

  async #removeAndLetIn(round) {
    const owner = this.#any(this.owners);
    round.mayBeBack = true;
    await Promise.all([REMOVE, LET_IN].map((change) => owner.ask(change, { roomId: round.roomId })));
  }

  #takeOut(round) {
    switch (this.dice(8)) {
      case 0:
        return this.#removeAndLetIn(round);
      case 1:
      case 2:
        return this.#any(this.followers).ask(LEAVE, { roomId: round.roomId });
      default:
        return this.#any(this.owners).ask(REMOVE, { roomId: round.roomId });
    }
  }

  async #play(round) {
    await this.#begin(round);
    await this.#storm(round, () => this.#takeOut(round));
    await this.#end(round);
  }

  // One removal for several rooms, when the first of them is ready for it.
  async #playTogether(rounds, remove) {
    let removal = null;
    await Promise.all(rounds.map((round) => this.#begin(round)));
    await Promise.all(rounds.map((round) => this.#storm(round, () => (removal ??= remove()))));
    await Promise.all(rounds.map((round) => this.#end(round)));
  }

  async #end(round) {
    await round.stream.until(({ last }) => round.mayBeBack && last === round.last);
  }

  // By an operator: PostgreSQL tells the servers.
  #playByOperator(rounds) {
    const ids = rounds.map(({ roomId }) => roomId);
    const remove = `room_remove_member('default', unnest('{${ids}}'::text[]), 'root', true, 'bob', 1, true)`;
    return this.#playTogether(rounds, () => this.nodes[0].sql(`SELECT ${remove}`));
  }

  #playGuild(guildId, rounds) {
    return this.#playTogether(rounds, () => this.#any(this.owners).ask(REMOVE_FROM_GUILD, { guildId }));
  }

  async #judge(rounds) {
    const rows = await this.nodes[0].sql(
      `SELECT room_id, type, seq FROM (TABLE gg_core UNION ALL TABLE gg_guild) l
        WHERE room_id = ANY ('{${rounds.map(({ roomId }) => roomId)}}') ORDER BY seq`,
    );
    const logs = new Map(rounds.map(({ roomId }) => [roomId, []]));
    for (const [roomId, type, seq] of rows.split('\n').map((row) => row.split('|')))
      logs.get(roomId).push({ type, seq: Number(seq) });
    for (const round of rounds) {
      round.isHeard(logs.get(round.roomId));
      this.#count(round);
    }
  }

  #count({ stream }) {
    this.counts.rounds++;
    if (!stream.ended) this.counts.back++;
    else if (stream.heard.length === 0) this.counts.refused++;
    else this.counts[stream.heard.at(-1).replayed ? 'log' : 'live']++;
    for (const line of this.followers) line.complete(stream);
  }

  // Those who follow look away until all is over: their sockets are full, their streams lag, and the
  // log is read when they look again.
  async lookAway() {
    const rounds = await this.#makeRooms();
    const remove = (round) => this.#any(this.owners).ask(REMOVE, { roomId: round.roomId });
    await Promise.all(rounds.map((round) => this.#begin(round, FOLLOW_WHOLE)));
    await Promise.all(rounds.map((round) => round.stream.until(({ last }) => last > 0)));
    for (const line of this.followers) line.pause();
    for (let n = 0; n < LONG_TEXTS; n++) await Promise.all(rounds.map((round) => this.#send(round, LONG_TEXT)));
    await Promise.all(rounds.map((round) => this.#storm(round, () => remove(round), LONG_TEXT)));
    for (const line of this.followers) line.resume();
    await Promise.all(rounds.map((round) => this.#end(round)));
    await this.#judge(rounds);
    const lagged = rounds.filter(({ stream }) => stream.hasLagged);
    console.log(`# ${lagged.length} of ${rounds.length} streams lagged`);
    assert.ok(lagged.length > 0);
  }

  async #playAll() {
    const rooms = await this.#makeRooms();
    const guilds = await this.#makeGuilds();
    const operators = rooms.slice(0, rooms.length / 8);
    await Promise.all([
      this.#playByOperator(operators),
      ...rooms.slice(operators.length).map((round) => this.#play(round)),
      ...guilds.map(({ guildId, rounds }) => this.#playGuild(guildId, rounds)),
    ]);
    await this.#judge([...rooms, ...guilds.flatMap(({ rounds }) => rounds)]);
  }

  async run(rounds) {
    while (this.counts.rounds < rounds) await this.#playAll();
  }
}

async function race(options, where) {
  await withNodes(options, async (nodes) => {
    const race = new Race(nodes, newDice(SEED));
    await race.prepare();
    await check(`who is removed ${where} has heard all messages below it, and none behind`, () => race.run(ROUNDS));
    await check(`and so has who looked away meanwhile`, () => race.lookAway());
    await check(`some were live when it came, and some were reading the log`, () => {
      console.log(`# ${JSON.stringify(race.counts)}`);
      assert.ok(race.counts.live > 0 && race.counts.log > 0);
    });
    race.done();
  });
}

console.log(`# GUILDHALL_TEST_SEED=${SEED} makes the same choices again`);
const NODE = { options: [...MANY, '--bus', 'postgres'] };
await race([{ options: MANY }], 'while others send');
await race([NODE, NODE], 'on one node and follows on another');
finish();
