// Apollo's Rover asks a running server for its schema.

import { createRequire } from 'node:module';

import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { expect, Project } from './project.mjs';

// The program comes as a package for this kind of machine: meson.build says which.
const rover = createRequire(import.meta.url).resolve('@apollo/rover-linux-x64/rover');
const project = new Project();

// Rover does not ask where a scalar is specified.
const plain = (sdl) => printSchema(lexicographicSortSchema(buildSchema(sdl))).replaceAll(/ @specifiedBy\(.*\)/g, '');

await withServer({}, async (hall) => {
  await check('what Rover introspects is the schema', () => {
    const env = { APOLLO_TELEMETRY_DISABLED: '1', HOME: project.folder };
    project.must(`${rover} graph introspect http://${hall.address}/graphql --output introspected.graphql`, env);
    project.write('introspected.graphql', plain(project.read('introspected.graphql')));
    project.write('printed.graphql', plain(project.must('guildhall schema print')));
    project.must('diff printed.graphql introspected.graphql');
  });
});

finish();
