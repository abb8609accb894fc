// node validation_oracle.mjs PROGRAM [--seed N] [--count N] [FILE|DIRECTORY]...: validation against
// graphql-js. Verdicts, messages and places must be equal.
//
// PROGRAM is validate_lines of the build. Documents are those of oracle/documents and of the files
// named: .graphql, against oracle/schema.graphql, and .case, against their own. Then as many as
// --count says are made from them.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { check, Failure, finish } from '../lib/tap.mjs';
import { readCases } from './oracle/cases.mjs';
import { graphql } from './oracle/graphql.mjs';
import { grow } from './oracle/grow.mjs';
import { theirError } from './oracle/locate.mjs';
import { garble, mutate, poolOf } from './oracle/mutate.mjs';
import { Program } from './oracle/program.mjs';
import { randomFrom, readOptions } from './oracle/random.mjs';

const { buildSchema, GraphQLError, isExecutableDefinitionNode, parse, print, validate } = graphql;
const home = join(dirname(fileURLToPath(import.meta.url)), 'oracle');

// In two halves, the places of one field and those of another.
const isConflictWithItself = ({ message, locations }) =>
  message.includes('differing arguments') &&
  JSON.stringify(locations.slice(0, locations.length / 2)) === JSON.stringify(locations.slice(locations.length / 2));

// What differs on purpose. `ours` and `theirs` say which errors are left out of both, by their message
// or by a function.
const differences = [
  {
    reason: 'a field that gives an argument twice is told of once: in a fragment that spreads itself graphql-js finds that it conflicts with itself, too',
    when: (errors) => errors.some(({ message }) => message.startsWith('There can be only one argument named')),
    theirs: isConflictWithItself,
  },
  {
    reason: 'September 2025 asks that the operation type exists; graphql-js 17 says it in these words, 16 does not ask',
    ours: /^The (query|mutation|subscription) operation is not supported by the schema\.$/,
  },
  {
    reason: 'September 2025 forbids @skip and @include at the root of a subscription, in the words of graphql-js 17; 16 evaluates them instead, and may throw',
    when: (errors) => errors.some(({ message }) => message.includes('must not use `@skip` or `@include`')),
    ours: /^(Anonymous Subscription|Subscription ".*") must /,
    theirs: /^(Anonymous Subscription|Subscription ".*") must /,
  },
  {
    reason: 'a variable in a oneOf object must not be null, also where the object itself is required or in a list: graphql-js looks at the bare type only',
    ours: /^Variable ".*" is of type ".*" but must be non-nullable to be used for OneOf Input Object/,
    theirs: /^Variable ".*" is of type ".*" but must be non-nullable to be used for OneOf Input Object/,
  },
  {
    reason: 'a Float that no double holds is refused, as section 3.5.2 asks: graphql-js makes it infinite',
    ours: /^Float cannot represent non numeric value: -?[0-9]/,
  },
  {
    reason: 'type system definitions in a document are refused; the other rules do not look into them',
    whenDocument: (document) => document.definitions.some((node) => !isExecutableDefinitionNode(node)),
    only: /^The .* definition is not executable\.$/,
  },
];

// Past its own bound on work graphql-js gives up on documents that we still answer.
const gaveUp = ({ message }) => message === 'Validation aborted.';

function theirErrors(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { syntax: true, errors: [theirError(error, text)] };
  }
  try {
    return { document, errors: validate(schema, document).map((error) => theirError(error, text)) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { document, threw: true, errors: [] };
  }
}

function leaveOut(ours, theirs, document) {
  for (const difference of differences) {
    if (difference.when && !difference.when(ours)) continue;
    if (difference.whenDocument && !difference.whenDocument(document)) continue;
    const isLeftOut = (which, error) => (typeof which === 'function' ? which(error) : which?.test(error.message));
    const keep = (which) => (error) =>
      difference.only ? difference.only.test(error.message) : !isLeftOut(which, error);
    ours = ours.filter(keep(difference.ours));
    theirs = theirs.filter(keep(difference.theirs));
  }
  return [ours, theirs];
}

// Where the hundredth error was the last, what was left out makes room for others.
function cutAlike(a, b) {
  const isLast = ({ message }) => message.startsWith('Too many validation errors');
  if (![...a, ...b].some(isLast)) return [a, b];
  const n = Math.min(a.filter((e) => !isLast(e)).length, b.filter((e) => !isLast(e)).length);
  return [a.slice(0, n), b.slice(0, n)];
}

const bare = ({ message, locations }) => ({ message, ...(locations ? { locations } : {}) });

// Its lexer is a token ahead of its parser: of two mistakes in a row it tells of the later one.
function isAhead(ours, theirs) {
  const place = ({ locations: [{ line, column }] }) => line * 1e6 + column;
  const isOne = (errors) => errors.length === 1 && errors[0].message.startsWith('Syntax Error');
  return isOne(ours) && isOne(theirs) && place(theirs[0]) > place(ours[0]);
}

// Undefined when equal; else the first error that is not.
function compare(ours, theirs) {
  if (theirs.threw || theirs.errors.some(gaveUp)) return undefined;
  if (theirs.syntax && isAhead(ours, theirs.errors)) return undefined;
  let [a, b] = [ours.map(bare), theirs.errors];
  if (!theirs.syntax) [a, b] = leaveOut(a, b, theirs.document);
  if (a.length !== ours.length || b.length !== theirs.errors.length) [a, b] = cutAlike(a, b);
  const same = (i) => JSON.stringify(a[i]) === JSON.stringify(b[i]);
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    if (!same(i)) return `error ${i}\n  ours:   ${JSON.stringify(a[i])}\n  theirs: ${JSON.stringify(b[i])}`;
  return undefined;
}

function* filesIn(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesIn(join(path, name));
}

// [{schema, document, name}] of a file.
function documentsOf(path) {
  if (path.endsWith('.graphql')) return [{ document: readFileSync(path, 'utf8'), name: path }];
  if (!path.endsWith('.case')) return [];
  return readCases(path)
    .filter(({ document, differs }) => document !== undefined && differs === undefined)
    .map(({ name, schema, document, line }) => ({ schema, document, name: `${path}:${line}: ${name}` }));
}

function* made(schema, documents, { seed, count }) {
  const random = randomFrom(seed);
  const parsed = documents.flatMap(({ document }) => {
    try {
      return [parse(document)];
    } catch {
      return [];
    }
  });
  const pool = poolOf(parsed);

  for (let i = 0; i < count; i++) {
    const name = `made ${i} of seed ${seed}`;
    const from = random.below(3) === 0 ? parse(grow(schema, random)) : random.pick(parsed);
    const document = print(random.chance(0.8) ? mutate(from, pool, random) : from);
    yield { name, document: random.chance(0.1) ? garble(document, random) : document };
  }
}

async function main() {
  const { program: path, seed, count, paths } = readOptions(process.argv.slice(2), 3000);
  const ownText = readFileSync(join(home, 'schema.graphql'), 'utf8');
  const own = buildSchema(ownText);
  const program = new Program(path);
  const tally = { invalid: 0, unparsed: 0 };
  let current;

  // What is not equal, in words; undefined when all is.
  async function differenceOf({ schema: text = ownText, document, name }) {
    if (text !== current) {
      const { errors } = await program.ask({ schema: text });
      if (errors) throw new Failure(`${name}: the schema is refused: ${JSON.stringify(errors)}`);
      current = text;
    }
    const schema = text === ownText ? own : buildSchema(text, { assumeValidSDL: true });
    const { errors } = await program.ask({ document });
    const theirs = theirErrors(schema, document);
    const difference = compare(errors, theirs);
    tally.invalid += theirs.errors.length > 0;
    tally.unparsed += !!theirs.syntax;
    return difference && `${name}\n${document}\n${difference}\n`;
  }

  async function checkAll(documents) {
    const found = [];
    for (const one of documents) {
      const difference = await differenceOf(one);
      if (difference) found.push(difference);
    }
    if (found.length) throw new Failure(`${found.length} are not equal:\n${found.slice(0, 20).join('\n')}`);
  }

  const files = [join(home, 'documents'), ...paths].flatMap((p) => [...filesIn(p)]);
  const given = files.flatMap(documentsOf);
  await check(`${given.length} documents of files are judged alike`, () => checkAll(given));
  const seeds = given.filter(({ schema }) => !schema);
  await check(`${count} documents made from seed ${seed} are judged alike`, () =>
    checkAll(made(own, seeds, { seed, count })));
  program.end();
  console.log(`# ${tally.invalid} were invalid, ${tally.unparsed} of them did not parse`);
  for (const { reason } of differences) console.log(`# differs on purpose: ${reason}`);
  finish();
}

await main();
