// npm's tools read guildhall's schema and the chat's documents by .graphqlrc.yml, and find what was broken.

import { loadConfig } from 'graphql-config';
import { parse, validate } from 'graphql';

import { check, Failure, finish } from '../lib/tap.mjs';
import { expect, Project, renameSender } from './project.mjs';

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

// A program that says what it takes for granted of a message; `any` would let it compile whatever it says.
const program = (field, type) => `
import type { Message } from './documents';
declare const message: Message;
const value: ${type} = message.${field};
export { value };
`;
const TSC = 'tsc --strict --noEmit --skipLibCheck --moduleResolution bundler --module esnext src/program.ts';

await check('the documents get types, and a program is checked against them', () => {
  whole.must('graphql-codegen --config .graphqlrc.yml');
  whole.write('src/program.ts', program('senderId', 'string'));
  whole.must(TSC);
  whole.write('src/program.ts', program('seq', 'string'));
  const { status, output } = whole.sh(TSC);
  expect(status !== 0 && output.includes("Type 'number' is not assignable to type 'string'"), output);
});

// As a client would ask, with the results' and the variables' types of an operation of the chat.
const asking = (variables) => `
import { SendDocument } from './documents';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
declare function ask<Result, Variables>(document: TypedDocumentNode<Result, Variables>, variables: Variables): Result;
const id: string | undefined = ask(SendDocument, ${variables}).sendMessage?.id;
export { id };
`;

await check('a typed document takes its own variables only, and gives its own result', () => {
  whole.write('src/program.ts', asking("{ roomId: 'club', text: 'hello', idempotencyKey: 'k' }"));
  whole.must(TSC);
  whole.write('src/program.ts', asking("{ roomId: 'club', idempotencyKey: 'k' }"));
  const { status, output } = whole.sh(TSC);
  expect(status !== 0 && output.includes("'text' is missing"), output);
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
