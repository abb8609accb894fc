// node cases_oracle.mjs FILE...: the cases against graphql-js. What a case expects must be what
// graphql-js gives; a case that says `--- differs` and why is not compared, and counted at the end.

import { check, Failure, finish } from '../lib/tap.mjs';
import { readCases } from './oracle/cases.mjs';
import { graphql, validateSDL } from './oracle/graphql.mjs';
import { theirError } from './oracle/locate.mjs';
import { buildSchema, plainResponse, run } from './oracle/world.mjs';

const json = (text) => (text === undefined ? undefined : JSON.parse(text));

// A case without a document asks about its schema.
function schemaErrors(text) {
  let document;
  try {
    document = graphql.parse(text);
  } catch (error) {
    return [error];
  }
  const errors = validateSDL(document);
  return errors.length ? errors : graphql.validateSchema(graphql.buildASTSchema(document, { assumeValidSDL: true }));
}

async function answer(c) {
  if (c.document === undefined)
    return { errors: schemaErrors(c.schema).map((error) => theirError(error, c.schema)) };
  const request = {
    document: c.document,
    operation: c.operation,
    variables: json(c.variables),
    scopes: json(c.scopes),
    root: json(c.root),
    events: json(c.events),
  };
  const plain = (one) => plainResponse(one, c.document);
  const result = await run(buildSchema(c.schema), request);
  return Array.isArray(result) ? result.map(plain) : plain(result);
}

// Errors come in the order of the document here; graphql-js gives them in the order of time.
function normalise(result) {
  if (Array.isArray(result)) return result.map(normalise);
  const { errors, ...rest } = JSON.parse(JSON.stringify(result));
  const place = (error) => JSON.stringify(error.path ?? 0);
  if (!errors) return rest;
  for (const error of errors) delete error.extensions;
  return { errors: errors.sort((a, b) => place(a).localeCompare(place(b))), ...rest };
}

const given = process.argv.slice(2).flatMap(readCases);
const compared = given.filter(({ differs }) => differs === undefined);

for (const c of compared) {
  await check(`${c.name} (${c.file.split('/').at(-1)}:${c.line})`, async () => {
    const theirs = JSON.stringify(normalise(await answer(c)));
    const expected = JSON.stringify(normalise(json(c.expect)));
    if (theirs !== expected) throw new Failure(`graphql-js: ${theirs}\nexpected:   ${expected}`);
  });
}
console.log(`# ${given.length - compared.length} differ on purpose: see \`--- differs\` in the files`);
finish();
