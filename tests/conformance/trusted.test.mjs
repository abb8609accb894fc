// Where only trusted documents run, they run by their ids and nothing else does, whatever the transport.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { check, finish } from '../lib/tap.mjs';
import { EPOCH, FOLLOW, SEND } from './documents.mjs';
import { withWays } from './ways.mjs';

const ROOM = { roomId: 'club' };

// An operation of each kind: its trusted document, its variables, and what its first result is.
const TRUSTED = {
  query: { id: 'me', text: '{ viewer { userId } }', is: ({ viewer }) => assert.equal(viewer.userId, 'ann') },
  mutation: {
    id: 'send',
    text: SEND,
    variables: { ...ROOM, text: 'the first', key: 'the same each time' },
    is: ({ sendMessage }) => assert.equal(sendMessage.seq, 1),
  },
  subscription: {
    id: 'follow',
    text: FOLLOW,
    variables: { ...ROOM, since: EPOCH },
    is: ({ onMessage }) => assert.equal(onMessage.text, 'the first'),
  },
};

const folder = mkdtempSync(join(tmpdir(), 'guildhall-trusted-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const manifest = join(folder, 'manifest.json');
writeFileSync(manifest, JSON.stringify(Object.fromEntries(Object.values(TRUSTED).map(({ id, text }) => [id, text]))));

const only = ['--trusted-documents', 'only', '--trusted-manifest', manifest];

async function runs(session, { variables, is }, document) {
  const operation = await session.begin({ ...document, variables });
  const { data, errors } = await operation.next();
  assert.equal(errors, undefined, JSON.stringify(errors));
  is(data);
  return operation;
}

async function isRefused(session, code, request) {
  const operation = await session.begin(request);
  const { data, errors } = await operation.next();
  assert.deepEqual([data, errors?.map(({ extensions }) => extensions.code)], [undefined, [code]]);
}

await withWays(only, async (hall, ways) => {
  await hall.room('club', ['ann']);
  await hall.sql(`SELECT guildhall.send('default', 'club', 'ann', 'the first', 'the same each time')`);

  for (const way of ways.filter(({ isRoom }) => !isRoom)) {
    const trusted = Object.entries(TRUSTED).filter(([kind]) => way.can.includes(kind));

    await check(`a trusted document runs by its id and by its text, over ${way.name}`, async () => {
      const session = await way.session('ann');
      for (const [kind, one] of trusted)
        for (const document of [{ documentId: one.id }, { query: one.text }]) {
          const operation = await runs(session, one, document);
          if (kind === 'subscription') await operation.stop();
        }
    });
    await check(`no other document runs over ${way.name}`, async () => {
      const session = await way.session('ann');
      for (const [, one] of trusted)
        await isRefused(session, 'FORBIDDEN', { query: `${one.text} `, variables: one.variables });
      await isRefused(session, 'PERSISTED_QUERY_NOT_FOUND', { documentId: 'none' });
    });
  }
});
finish();
