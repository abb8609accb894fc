// What the peers have in common: the schema's three fields as guildhall has them, and the messages in
// PostgreSQL, which answers once they are on the disk (fsync is on, as for guildhall). A message is
// told to subscribers when it is committed.

import pg from 'pg';

const PAGE_MOST = 200;
const CONNECTIONS = 16;

export const typeDefs = /* GraphQL */ `
  type Message {
    id: ID!
    roomId: ID!
    senderId: ID!
    text: String!
    ts: String!
    seq: Float!
  }
  type MessageConnection {
    items: [Message!]!
    nextToken: String
    resume: String!
  }
  type Query {
    messages(roomId: ID!, first: Int, after: String): MessageConnection
  }
  type Mutation {
    sendMessage(roomId: ID!, text: String!): Message
  }
  type Subscription {
    onMessage(roomId: ID!, since: String): Message
  }
`;

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: CONNECTIONS });

await pool.query('DROP TABLE IF EXISTS bench_peer');
await pool.query(`CREATE TABLE bench_peer (
  room_id text, seq bigserial, id text, sender_id text, text text, ts bigint, PRIMARY KEY (room_id, seq))`);

const insert = {
  name: 'insert',
  text: `INSERT INTO bench_peer (room_id, id, sender_id, text, ts)
         VALUES ($1, gen_random_uuid(), 'bench', $2, $3) RETURNING seq, id`,
};
const page = {
  name: 'page',
  text: `SELECT seq, id, sender_id, text, ts FROM bench_peer
          WHERE room_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`,
};

const time = (ms) => new Date(ms).toISOString();

export async function addMessage({ roomId, text }) {
  const ts = Date.now();
  const { rows } = await pool.query({ ...insert, values: [roomId, text, ts] });
  return { id: rows[0].id, roomId, senderId: 'bench', text, ts: time(ts), seq: Number(rows[0].seq) };
}

// Newest first. A cursor is the seq of the last message before it.
export async function readPage({ roomId, first, after }) {
  const most = Math.min(first ?? 50, PAGE_MOST);
  const values = [roomId, after ?? Number.MAX_SAFE_INTEGER, most + 1];
  const { rows } = await pool.query({ ...page, values });
  const items = rows.slice(0, most).map((row) => ({
    id: row.id,
    roomId,
    senderId: row.sender_id,
    text: row.text,
    ts: time(Number(row.ts)),
    seq: Number(row.seq),
  }));
  const nextToken = rows.length > most ? String(items.at(-1).seq) : null;
  return { items, nextToken, resume: 'here' };
}

// Told as guildhall tells it: tools/bench/run.sh reads it from the log.
export function announce(port) {
  console.error(JSON.stringify({ event: 'listening', address: `127.0.0.1:${port}` }));
}

process.on('SIGTERM', () => process.exit(0));
