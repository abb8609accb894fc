// npm's tools read guildhall's schema and the chat's documents by .graphqlrc.yml, and find what was broken.

import { readFileSync } from 'node:fs';

import { loadConfig } from 'graphql-config';
import { parse, validate } from 'graphql';

import { check, Failure, finish } from '../lib/tap.mjs';
import { webFile, expect, Project, renameSender } from './project.mjs';

const TSC = 'tsc --noEmit --project src';

const whole = new Project();
const renamed = new Project();
renamed.change('schema.graphql', renameSender);

await check('graphql-config finds the schema and every document', async () => {
  const config = await loadConfig({ rootDir: whole.folder });
  const schema = await config.getDefault().getSchema();
  const documents = await config.getDefault().getDocuments();
  if (!documents.length) throw new Failure('there are no documents');
  for (const { document } of documents) expect(validate(schema, document).length === 0, document.loc?.source.name);
});

await check('graphql-inspector sees no difference between the schema and itself', () => {
  whole.must('git show HEAD:schema.graphql >old.graphql && graphql-inspector diff old.graphql schema.graphql');
});

await check('graphql-inspector and guildhall call the same change breaking', () => {
  renamed.must('git show HEAD:schema.graphql >old.graphql');
  const theirs = renamed.sh('graphql-inspector diff old.graphql schema.graphql');
  const ours = renamed.sh('guildhall schema diff old.graphql schema.graphql');
  expect(theirs.status === 1 && theirs.output.includes('Field senderId was removed from object type Message'), theirs.output);
  expect(ours.status === 1 && ours.output.includes('FIELD_REMOVED:Message.senderId'), ours.output);
});

await check('graphql-inspector validates every document', () => {
  whole.must("graphql-inspector validate 'src/*.graphql' schema.graphql");
});

await check('graphql-inspector and guildhall refuse the same document when a field was renamed', () => {
  const theirs = renamed.sh("graphql-inspector validate 'src/*.graphql' schema.graphql");
  const ours = renamed.sh('guildhall validate --schema schema.graphql src/*.graphql');
  expect(theirs.status === 1 && theirs.output.includes('Cannot query field senderId on type Message'), theirs.output);
  expect(ours.status === 1 && ours.output.includes('Cannot query field "senderId" on type "Message"'), ours.output);
});

await check('graphql-inspector tells which fields the documents use', () => {
  const output = whole.must("graphql-inspector coverage 'src/*.graphql' schema.graphql");
  for (const field of ['messages', 'sendMessage', 'onMessage'])
    expect(new RegExp(`^\\[log\\] +${field} x [1-9]`, 'm').test(output), output);
});

await check('ESLint has nothing against the documents', () => {
  whole.must('eslint --max-warnings 0 src');
});

await check('ESLint names the line of a field that is gone', () => {
  const { status, output } = renamed.sh('eslint src');
  expect(status === 1 && /^ +\d+:\d+ +error +Cannot query field "senderId"/m.test(output), output);
});

const WRITE = 'node tests/schema-ci/write_documents.mjs';

await check('the typed documents of the chat are those that graphql-codegen makes of its operations', () => {
  whole.must('graphql-codegen --config .graphqlrc.yml');
  if (whole.read('src/documents.ts') !== webFile('chat/documents.ts'))
    throw new Failure(`tools/web/chat/documents.ts is of other operations or another schema: run \`${WRITE}\``);
});

await check('the chat is checked against the packages that it is made of', () => {
  const built = JSON.parse(webFile('package.json')).dependencies;
  const { dependencies: checked } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  const minor = (version) => version.split('.').slice(0, 2).join('.');
  for (const name of ['@urql/core', 'graphql', 'graphql-ws']) expect(checked[name] === built[name], name);
  for (const name of ['react', 'react-dom']) expect(minor(checked[`@types/${name}`]) === minor(built[name]), name);
});

await check('the chat takes of every answer what its documents ask for, and nothing else', () => {
  whole.must(TSC);
});

// The documents have followed the schema; the sources have not. `any` would let them pass.
await check('a field that was renamed is an error at the line of each source of the chat that takes it', () => {
  const followed = new Project();
  followed.change('schema.graphql', renameSender);
  followed.change('src/operations.graphql', (text) => text.replaceAll('senderId', 'authorId'));
  followed.must('graphql-codegen --config .graphqlrc.yml');
  const { status, output } = followed.sh(TSC);
  const errors = [...output.matchAll(/^(src\/[\w./-]+)\((\d+),\d+\): error TS\d+: (.*)/gm)];
  const takers = followed.must("grep -rlw --include='*.ts' --include='*.tsx' senderId src").trim().split('\n');
  expect(status !== 0 && takers.length > 0, output);
  for (const taker of takers) expect(errors.some(([, file]) => file === taker), `nothing of ${taker}:\n${output}`);
  for (const [, file, line] of errors) expect(followed.read(file).split('\n')[line - 1].includes('senderId'), output);
});

// What the chat asks by keeps the types of the variables and of the answer.
const asking = (variables) => `
import type { Connection } from './connection.ts';
import { SendDocument } from './documents.ts';
export const send = async (connection: Connection): Promise<string> =>
  (await connection.ask(SendDocument, ${variables})).sendMessage.id;
`;

await check('a typed document takes its own variables only, and gives its own result', () => {
  const asked = new Project();
  asked.write('src/right.ts', asking("{ roomId: 'club', text: 'hello', idempotencyKey: 'k' }"));
  asked.write('src/wrong.ts', asking("{ roomId: 'club', idempotencyKey: 'k' }"));
  const { status, output } = asked.sh(TSC);
  expect(status !== 0 && output.match(/error/g).length === 1, output);
  expect(/^src\/wrong\.ts\(5,/m.test(output) && output.includes("'text' is missing"), output);
});

await check('each operation is a typed document', () => {
  const generated = whole.read('src/documents.ts');
  const names = whole.must('cat src/*.graphql');
  for (const { kind, name } of parse(names).definitions)
    if (kind === 'OperationDefinition') expect(generated.includes(`export const ${name.value}Document = `), name.value);
});

await check('the code generator refuses documents of a schema that has not got their fields', () => {
  const { status, output } = renamed.sh('graphql-codegen --config .graphqlrc.yml');
  expect(status !== 0 && output.includes('Cannot query field "senderId" on type "Message"'), output);
});

finish();
