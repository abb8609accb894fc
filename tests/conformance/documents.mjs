// The documents that are sent over every transport, and what they must give. A row is
//
//     what                      a sentence
//     as                        whose it is, ann's when not said
//     query, variables, operationName, extensions
//     data                      what a result's data holds; a function of it, which asserts, when the
//                               database chose the values
//     errors                    [{ code, path, message }], as much of each as is said here
//     take                      results of a subscription, which is stopped then: what each one's data is
//     inRoom                    a room's own socket can say it as well

import assert from 'node:assert/strict';

export const EPOCH = '1970-01-01T00:00:00.000Z';

const MESSAGE = 'id roomId seq senderId text ts cursor'; // as room sockets tell it

export const FOLLOW = `subscription ($roomId: ID!, $since: String) {
  onMessage(roomId: $roomId, since: $since) { ${MESSAGE} }
}`;
export const SEND = `mutation ($roomId: ID!, $text: String!, $key: ID) {
  sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) { ${MESSAGE} }
}`;
export const HISTORY = `query ($roomId: ID!, $after: String) {
  messages(roomId: $roomId, after: $after, order: OLDEST_FIRST) { items { ${MESSAGE} } }
}`;

// Small ones, so that what is beyond them can be read.
export const LIMITS = [
  ...['--max-depth', '5', '--max-tokens', '120', '--max-aliases', '4', '--max-directives', '3'],
  ...['--max-fields', '20', '--max-root-fields', '6'],
];

const SENT = ['first', 'second ✓ \u{1f5e3}', 'third "quoted" \\ \n'];

// What they are asked about. club has three messages, old has lost its first two.
export async function furnish(hall) {
  await hall.room('club', ['ann', 'bob', 'reader']);
  await hall.room('cafe', ['bob']);
  await hall.guild('red', ['ann']);
  await hall.room('old', ['ann']);
  await hall.sql(`INSERT INTO member VALUES ('default', 'club', 'gus', 'GUEST', 0)`);
  await hall.sql(`
    INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
    SELECT 'default', 'old', n, 'm' || n, 'ann', 't' || n, 1700000000000 + n * 1000 FROM generate_series(1, 4) n;
    UPDATE room SET last_seq = 4, last_ts = 1700000004000 WHERE room_id = 'old'`);
  for (const [i, text] of SENT.entries()) await hall.send('ann', 'club', text, `key ${i + 1}`);
  const { messages } = await hall.ask('ann', HISTORY, { roomId: 'old' });
  await hall.sql(`DELETE FROM gg_core WHERE room_id = 'old' AND seq <= 2;
                  UPDATE room SET first_kept_seq = 3 WHERE room_id = 'old'`);
  const { messages: club } = await hall.ask('ann', HISTORY, { roomId: 'club' });
  return { old: messages.items.map(({ cursor }) => cursor), club: club.items.map(({ cursor }) => cursor) };
}

const isFirst = ({ sendMessage: { seq, text, senderId, roomId } }) =>
  assert.deepEqual({ seq, text, senderId, roomId }, { seq: 1, text: 'first', senderId: 'ann', roomId: 'club' });

const hears = (n) => ({ onMessage: { seq, text } }) => assert.deepEqual([seq, text], [n, SENT[n - 1]]);

const QUERIES = [
  { what: 'a query', query: '{ viewer { userId } }', data: { viewer: { userId: 'ann' } } },
  {
    what: 'aliases, fragments, @skip and @include',
    query: `query ($no: Boolean!) { me: viewer { ...U tenantId @skip(if: $no) } other: __typename @include(if: $no) }
            fragment U on Viewer { userId }`,
    variables: { no: false },
    data: { me: { userId: 'ann', tenantId: 'default' } },
  },
  {
    what: 'a page of history, with texts of all kinds',
    query: '{ messages(roomId: "club", order: OLDEST_FIRST) { items { seq text } pageInfo { hasNextPage } } }',
    data: { messages: { items: SENT.map((text, i) => ({ seq: i + 1, text })), pageInfo: { hasNextPage: false } } },
  },
  {
    what: 'cursors of a page',
    query: `{ messages(roomId: "club", first: 2) {
              edges { cursor } pageInfo { startCursor endCursor } nextToken resume } }`,
    data: ({ messages: { edges, pageInfo, nextToken } }) => {
      assert.deepEqual([pageInfo.startCursor, pageInfo.endCursor], edges.map(({ cursor }) => cursor));
      assert.equal(nextToken, pageInfo.endCursor);
    },
  },
  {
    what: 'one of several operations, by its name',
    query: 'query A { __typename } query B($id: ID!) { room(id: $id) { id lastSeq } }',
    operationName: 'B',
    variables: { id: 'club' },
    data: { room: { id: 'club', lastSeq: 3 } },
  },
  { what: 'introspection', query: '{ __type(name: "Scope") { kind } }', data: { __type: { kind: 'ENUM' } } },
  {
    what: 'nulls and what is left out',
    query: 'query ($after: String) { messages(roomId: "club", first: 1, after: $after) { items { guildId } } }',
    variables: { after: null },
    data: { messages: { items: [{ guildId: null }] } },
  },
];

const REFUSED = [
  {
    what: 'a document that does not parse',
    query: '{ viewer { userId }',
    errors: [{ code: 'GRAPHQL_PARSE_FAILED', message: 'Syntax Error: Expected Name, found <EOF>.' }],
  },
  { what: 'an empty document', query: '', errors: [{ code: 'GRAPHQL_PARSE_FAILED' }] },
  {
    what: 'a document that is not valid, in two places',
    query: '{ nothing viewer { userId xyzzy } }',
    errors: [
      { code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot query field "nothing" on type "Query".' },
      { code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot query field "xyzzy" on type "Viewer".' },
    ],
  },
  {
    what: 'an operationName that names nothing',
    query: 'query A { __typename }',
    operationName: 'B',
    errors: [{ code: 'OPERATION_RESOLUTION_FAILURE' }],
  },
  {
    what: 'several operations and no operationName',
    query: 'query A { __typename } query B { __typename }',
    errors: [{ code: 'OPERATION_RESOLUTION_FAILURE' }],
  },
  {
    what: 'a variable that is missing',
    query: 'query ($id: ID!) { room(id: $id) { id } }',
    errors: [{ code: 'BAD_USER_INPUT', message: 'Variable "$id" of required type "ID!" was not provided.' }],
  },
  {
    what: 'variables of wrong types',
    query: 'query ($n: Int, $b: Boolean!) { messages(roomId: "club", first: $n) { resume @skip(if: $b) nextToken } }',
    variables: { n: 'ten', b: 1 },
    errors: [{ code: 'BAD_USER_INPUT' }, { code: 'BAD_USER_INPUT' }],
  },
  {
    what: 'a hash of which no document is known',
    extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } },
    errors: [{ code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' }],
  },
];

const LIMITED = [
  { what: 'a document too deep', query: '{ viewer { rooms { edges { node { lastMessage { id } } } } } }' },
  { what: 'too many tokens', query: `{ room(id: "club") { ${'id '.repeat(120)} } }` },
  { what: 'too many aliases', query: '{ a: __typename b: __typename c: __typename d: __typename e: __typename }' },
  { what: 'too many directives', query: `{ viewer { userId ${'@skip(if: false) '.repeat(4)} } }` },
  { what: 'too many fields', query: `{ ...A ...A ...A } fragment A on Query { viewer { ${'userId '.repeat(10)} } }` },
  { what: 'too many fields at the root', query: `{ ${'__typename '.repeat(7)} }` },
].map((row) => ({ ...row, errors: [{ code: 'QUERY_TOO_COMPLEX' }] }));

const IN_PART = [
  {
    what: 'one refused field beside a good one',
    query: '{ good: room(id: "club") { id } bad: room(id: "nowhere") { id } }',
    data: { good: { id: 'club' }, bad: null },
    errors: [{ code: 'NOT_FOUND', path: ['bad'] }],
  },
  {
    what: 'the room of others',
    as: 'eve',
    query: '{ messages(roomId: "club") { resume } guild(id: "red") { id } }',
    data: { messages: null, guild: null },
    errors: [{ code: 'FORBIDDEN', path: ['messages'] }, { code: 'NOT_FOUND', path: ['guild'] }],
  },
  {
    what: 'an argument out of bounds, and a cursor of another room',
    query: `{ many: messages(roomId: "club", first: 201) { resume }
              off: messages(roomId: "club", after: "x") { resume } }`,
    data: { many: null, off: null },
    errors: [{ code: 'BAD_USER_INPUT', path: ['many'] }, { code: 'INVALID_CURSOR', path: ['off'] }],
  },
];

const MUTATIONS = [
  {
    what: 'a repeated send, which gives back the first message',
    query: SEND,
    variables: { roomId: 'club', text: 'first', key: 'key 1' },
    data: isFirst,
    inRoom: true,
  },
  {
    what: 'a key that was used for another text',
    query: SEND,
    variables: { roomId: 'club', text: 'another', key: 'key 1' },
    data: { sendMessage: null },
    errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['sendMessage'] }],
    inRoom: true,
  },
  {
    what: 'a text that is empty, and one that is too long',
    query: `mutation ($long: String!) { a: sendMessage(roomId: "club", text: "") { id }
            b: sendMessage(roomId: "club", text: $long) { id } }`,
    variables: { long: 'ö'.repeat(4001) },
    data: { a: null, b: null },
    errors: [{ code: 'BAD_USER_INPUT', path: ['a'] }, { code: 'PAYLOAD_TOO_LARGE', path: ['b'] }],
  },
  {
    what: 'sending where one is a guest',
    as: 'gus',
    query: SEND,
    variables: { roomId: 'club', text: 'x', key: 'guest' },
    data: { sendMessage: null },
    errors: [{ code: 'FORBIDDEN', path: ['sendMessage'] }],
    inRoom: true,
  },
  {
    what: 'sending with a token that only reads',
    as: 'reader',
    query: SEND,
    variables: { roomId: 'club', text: 'x', key: 'read' },
    data: { sendMessage: null },
    errors: [{ code: 'FORBIDDEN', path: ['sendMessage'] }],
    inRoom: true,
  },
  {
    what: 'what comes behind a refused field of a mutation',
    query: `mutation { a: sendMessage(roomId: "nowhere", text: "x") { id }
            b: sendMessage(roomId: "club", text: "first", idempotencyKey: "key 1") { seq } }`,
    data: { a: null, b: { seq: 1 } },
    errors: [{ code: 'NOT_FOUND', path: ['a'] }],
  },
];

const follow = (what, variables, more) => ({ what, query: FOLLOW, variables, inRoom: true, ...more });

const followRefused = (what, variables, code, more) =>
  follow(what, variables, { errors: [{ code, path: ['onMessage'], ...more }] });

const subscriptions = ({ old, club }) => [
  follow('a subscription from the first message on', { roomId: 'club', since: EPOCH }, { take: [1, 2, 3].map(hears) }),
  follow('one from a cursor on', { roomId: 'club', since: club[1] }, { take: [hears(3)] }),
  {
    what: 'one with an alias and a fragment',
    query: `subscription S($since: String) { line: onMessage(roomId: "club", since: $since) { ...P } }
            fragment P on Message { n: seq type }`,
    operationName: 'S',
    variables: { since: club[1] },
    take: [{ line: { n: 3, type: 'Message' } }],
  },
  followRefused('following no room', { roomId: 'nowhere' }, 'NOT_FOUND'),
  followRefused('following the room of others', { roomId: 'cafe' }, 'FORBIDDEN'),
  followRefused('a cursor of another room', { roomId: 'club', since: old[3] }, 'INVALID_CURSOR'),
  followRefused('a cursor that is none', { roomId: 'club', since: 'garbage' }, 'INVALID_CURSOR'),
  followRefused('history that is gone', { roomId: 'old', since: old[0] }, 'HISTORY_EXPIRED', {
    earliestCursor: old[1],
  }),
  {
    what: 'two fields at the root of a subscription',
    query: 'subscription { a: onMessage(roomId: "club") { seq } b: onMessage(roomId: "club") { seq } }',
    errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
  },
];

const ofKind = (kind, rows) => rows.map((row) => ({ as: 'ann', kind, ...row }));

export const rowsOf = (cursors) => [
  ...ofKind('query', [...QUERIES, ...REFUSED, ...LIMITED, ...IN_PART]),
  ...ofKind('mutation', MUTATIONS),
  ...ofKind('subscription', subscriptions(cursors)),
];
