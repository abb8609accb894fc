// Validation against graphql-js: verdicts, messages and places must be equal.
//
//     npm ci --prefix tests/engine/oracle
//     node tests/engine/oracle.mjs PROGRAM [--seed N] [--count N] [FILE|DIRECTORY]...
//
// PROGRAM is validate_lines of the build. Documents are those of oracle/documents and of the files
// named: .graphql, against oracle/schema.graphql, and .case, against their own. Then as many as
// --count says are made from them. Ends with `N passed, N failed`, and with 1 when one failed.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { grow } from './oracle/grow.mjs';
import { garble, mutate, poolOf } from './oracle/mutate.mjs';
import { randomFrom } from './oracle/random.mjs';

const home = join(dirname(fileURLToPath(import.meta.url)), 'oracle');
const { buildSchema, GraphQLError, isExecutableDefinitionNode, parse, print, validate } =
  createRequire(join(home, 'package.json'))('graphql');

// What differs on purpose. `ours` and `theirs` are lists of errors to be left out of both.
const differences = [
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

function locate(text, position) {
  const before = text.slice(0, position).split(/\r\n|[\n\r]/);

  return { line: before.length, column: [...before.at(-1)].length + 1 };
}

// A column is a number of characters; graphql-js counts UTF-16.
const theirsAsOurs = (text) => (error) => ({
  message: error.message,
  ...(error.positions?.length ? { locations: error.positions.map((at) => locate(text, at)) } : {}),
});

function theirErrors(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { syntax: true, errors: [error].map(theirsAsOurs(text)) };
  }
  try {
    return { document, errors: validate(schema, document).map(theirsAsOurs(text)) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { document, threw: true, errors: [] };
  }
}

function leaveOut(ours, theirs, document) {
  for (const difference of differences) {
    if (difference.when && !difference.when(ours)) continue;
    if (difference.whenDocument && !difference.whenDocument(document)) continue;
    const keep = (pattern) => (error) =>
      difference.only ? difference.only.test(error.message) : !pattern?.test(error.message);
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

class Program {
  constructor(path) {
    this.process = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ask(question) {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`validate_lines has ended, asked ${JSON.stringify(question).slice(0, 4000)}`);
    return JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
  }
}

function* filesIn(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesIn(join(path, name));
}

// [{schema, document, name}] of a file.
function documentsOf(path) {
  const text = readFileSync(path, 'utf8');

  if (path.endsWith('.graphql')) return [{ document: text, name: path }];
  if (!path.endsWith('.case')) return [];
  let schema;
  return text.split(/^=== /m).slice(1).flatMap((part) => {
    const sections = Object.fromEntries(
      part.split(/^--- /m).slice(1).map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end).trim(), section.slice(end + 1)];
      }),
    );
    schema = sections.schema ?? schema;
    const document = sections.document?.replace(/\n$/, '');
    return document && schema ? [{ schema, document, name: `${path}: ${part.split('\n')[0]}` }] : [];
  });
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

function options(args) {
  const found = { seed: Date.now() >>> 0, count: 5000, paths: [] };

  while (args.length) {
    const arg = args.shift();
    if (arg === '--seed' || arg === '--count') found[arg.slice(2)] = Number(args.shift());
    else if (!found.program) found.program = arg;
    else found.paths.push(arg);
  }
  return found;
}

async function main() {
  const { program: path, seed, count, paths } = options(process.argv.slice(2));
  const ownText = readFileSync(join(home, 'schema.graphql'), 'utf8');
  const own = buildSchema(ownText);
  const program = new Program(path);
  const tally = { passed: 0, failed: 0, invalid: 0, unparsed: 0 };
  let current;

  async function check({ schema: text = ownText, document, name }) {
    if (text !== current) {
      const { errors } = await program.ask({ schema: text });
      if (errors) throw new Error(`${name}: the schema is refused: ${JSON.stringify(errors)}`);
      current = text;
    }
    const schema = text === ownText ? own : buildSchema(text, { assumeValidSDL: true });
    const { errors } = await program.ask({ document });
    const theirs = theirErrors(schema, document);
    const difference = compare(errors, theirs);
    tally.invalid += theirs.errors.length > 0;
    tally.unparsed += !!theirs.syntax;
    tally[difference ? 'failed' : 'passed']++;
    if (difference && tally.failed <= 20)
      console.log(`not equal: ${name}\n${document}\n${difference}\n`);
  }

  const files = [join(home, 'documents'), ...paths].flatMap((p) => [...filesIn(p)]);
  const given = files.flatMap(documentsOf);
  for (const one of given) await check(one);
  const ours = given.filter(({ schema }) => !schema);
  for (const one of made(own, ours, { seed, count })) await check(one);
  program.end();

  console.log(`seed ${seed}: ${tally.invalid} invalid, ${tally.unparsed} of them do not parse`);
  for (const { reason } of differences) console.log(`differs on purpose: ${reason}`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed ? 1 : 0;
}

await main();
