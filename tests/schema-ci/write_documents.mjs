// Writes the chat's typed documents anew, after a change of schema.graphql or of its operations:
//
//     node tests/schema-ci/write_documents.mjs

import { writeFileSync } from 'node:fs';

import { Project } from './project.mjs';

const project = new Project();
project.must('graphql-codegen --config .graphqlrc.yml');
writeFileSync(new URL('../../tools/web/chat/documents.ts', import.meta.url), project.read('src/documents.ts'));
