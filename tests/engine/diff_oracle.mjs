// node diff_oracle.mjs PROGRAM [--seed N] [--count N] [FILE]...: what a change of schema breaks or
// endangers, against graphql-js's findBreakingChanges() and findDangerousChanges(). Verdict, type,
// message and the thing it is about must be equal.
//
// PROGRAM is diff_lines of the build. Pairs are those of oracle/schema_pairs.mjs, then as many as
// --count says, made from its base and from the SDL files named; a schema is never unlike itself.

import { readFileSync } from 'node:fs';

import { check, Failure, finish } from '../lib/tap.mjs';
import { graphql } from './oracle/graphql.mjs';
import { mutate } from './oracle/mutate_schema.mjs';
import { Program } from './oracle/program.mjs';
import { randomFrom, readOptions } from './oracle/random.mjs';
import { base, pairs } from './oracle/schema_pairs.mjs';

const { buildASTSchema, buildSchema, findBreakingChanges, findDangerousChanges, parse, print, validateSchema, valueFromAST } =
  graphql;

// What breaks or endangers here and not there.
const differences = [
  {
    types: ['SCHEMA_QUERY_TYPE_CHANGED', 'SCHEMA_MUTATION_TYPE_CHANGED', 'SCHEMA_SUBSCRIPTION_TYPE_CHANGED'],
    reason: 'another root type breaks fragments on it, and none breaks its operations; graphql-js does not compare roots',
  },
  {
    types: ['TYPE_ONE_OF_ADDED'],
    reason: 'a OneOf Input Object refuses values with two fields that were right before; graphql-js does not ask',
  },
  {
    types: ['DIRECTIVE_ARG_CHANGED_KIND'],
    reason: 'an argument of a directive is given values as one of a field is; graphql-js compares only those of fields',
  },
  {
    types: ['INPUT_FIELD_DEFAULT_VALUE_CHANGE', 'DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE'],
    reason: 'a default counts wherever it stands; graphql-js compares only those of arguments of fields',
  },
  {
    types: ['DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED', 'DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED', 'DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED', 'DIRECTIVE_USAGE_ARGUMENT_ADDED', 'DIRECTIVE_USAGE_ARGUMENT_REMOVED', 'DIRECTIVE_USAGE_ARGUMENT_CHANGED'],
    reason: '@requires and @length are enforced by the engine: what was granted may be refused',
  },
];
const ownTypes = new Set(differences.flatMap(({ types }) => types));

// What graphql-js speaks of, found in its words.
const coordinates = {
  TYPE_REMOVED: [/^(?:Standard scalar )?(\w+) was removed/, '$1'],
  TYPE_CHANGED_KIND: [/^(\w+) changed/, '$1'],
  TYPE_REMOVED_FROM_UNION: [/^\w+ was removed from union type (\w+)\.$/, '$1'],
  TYPE_ADDED_TO_UNION: [/^\w+ was added to union type (\w+)\.$/, '$1'],
  VALUE_REMOVED_FROM_ENUM: [/^(\w+) was removed from enum type (\w+)\.$/, '$2.$1'],
  VALUE_ADDED_TO_ENUM: [/^(\w+) was added to enum type (\w+)\.$/, '$2.$1'],
  REQUIRED_INPUT_FIELD_ADDED: [/^A required field (\w+) on input type (\w+) was added\.$/, '$2.$1'],
  OPTIONAL_INPUT_FIELD_ADDED: [/^An optional field (\w+) on input type (\w+) was added\.$/, '$2.$1'],
  IMPLEMENTED_INTERFACE_REMOVED: [/^(\w+) no longer implements interface \w+\.$/, '$1'],
  IMPLEMENTED_INTERFACE_ADDED: [/^\w+ added to interfaces implemented by (\w+)\.$/, '$1'],
  FIELD_REMOVED: [/^(\S+) was removed\.$/, '$1'],
  FIELD_CHANGED_KIND: [/^(\S+) changed type from .*$/, '$1'],
  REQUIRED_ARG_ADDED: [/^A required arg (\w+) on (\S+) was added\.$/, '$2($1:)'],
  OPTIONAL_ARG_ADDED: [/^An optional arg (\w+) on (\S+) was added\.$/, '$2($1:)'],
  ARG_REMOVED: [/^(\S+) arg (\w+) was removed\.$/, '$1($2:)'],
  ARG_CHANGED_KIND: [/^(\S+) arg (\w+) has changed type .*$/, '$1($2:)'],
  ARG_DEFAULT_VALUE_CHANGE: [/^(\S+) arg (\w+) .*$/s, '$1($2:)'],
  DIRECTIVE_REMOVED: [/^(\w+) was removed\.$/, '@$1'],
  DIRECTIVE_ARG_REMOVED: [/^(\w+) was removed from (\w+)\.$/, '@$2($1:)'],
  REQUIRED_DIRECTIVE_ARG_ADDED: [/^A required arg (\w+) on directive (\w+) was added\.$/, '@$2($1:)'],
  DIRECTIVE_REPEATABLE_REMOVED: [/^Repeatable flag was removed from (\w+)\.$/, '@$1'],
  DIRECTIVE_LOCATION_REMOVED: [/^\w+ was removed from (\w+)\.$/, '@$1'],
};

function pathOf({ type, description }) {
  const [pattern, path] = coordinates[type];
  const match = description.match(pattern);
  if (!match) throw new Failure(`${type} says ${description}`);
  return path.replace(/\$(\d)/g, (_, i) => match[i]);
}

const line = ({ criticality, type, path, message }) => `${criticality} ${type} ${path}: ${message}`;

function theirChanges(was, is) {
  const all = (criticality, changes) =>
    changes.map((change) => line({ criticality, type: change.type, path: pathOf(change), message: change.description }));

  return [...all('BREAKING', findBreakingChanges(was, is)), ...all('DANGEROUS', findDangerousChanges(was, is))].sort();
}

// Undefined for what graphql-js takes for no schema.
function schemaOf(document) {
  try {
    const schema = typeof document === 'string' ? buildSchema(document) : buildASTSchema(document);
    return validateSchema(schema).length ? undefined : schema;
  } catch {
    return undefined;
  }
}

// graphql-js takes a default that is none of its type's values for none at all.
function defaultsHold(schema) {
  const all = Object.values(schema.getTypeMap()).flatMap((type) => Object.values(type.getFields?.() ?? {}));
  const inputs = [...all, ...all.flatMap(({ args }) => args ?? []), ...schema.getDirectives().flatMap(({ args }) => args)];

  return inputs.every(({ astNode, type }) => {
    const literal = astNode?.defaultValue;
    return !literal || valueFromAST(literal, type) !== undefined;
  });
}

function mutant(document, random) {
  for (let tries = 0; tries < 10; tries++) {
    const other = mutate(document, random);
    const schema = schemaOf(other);
    if (schema && defaultsHold(schema)) return other;
  }
  return document;
}

function* made(documents, { seed, count }) {
  const random = randomFrom(seed);

  for (let i = 0; i < count; i++) {
    let was = random.pick(documents);
    if (random.chance(0.3)) was = mutant(was, random);
    let is = was;
    for (let steps = 1 + random.below(5); steps > 0; steps--) is = mutant(is, random);
    yield [`made ${i} of seed ${seed}`, print(was), print(is)];
  }
}

async function main() {
  const { program: path, seed, count, paths } = readOptions(process.argv.slice(2), 2000);
  const program = new Program(path);
  const tally = { compared: 0, skipped: 0, changes: 0 };
  const seen = new Set();

  function compareWithTheirs(what, was, is, changes) {
    const ours = changes.filter(({ criticality, type }) => criticality !== 'NON_BREAKING' && !ownTypes.has(type));
    let theirs;
    try {
      theirs = theirChanges(schemaOf(was), schemaOf(is));
    } catch (error) {
      // It has no words for objects in custom scalars.
      if (!/^Cannot convert value to AST/.test(error.message)) throw error;
      tally.skipped++;
      return undefined;
    }
    tally.compared++;
    tally.changes += theirs.length;
    for (const { type } of changes) seen.add(type);
    const mine = ours.map(line).sort();
    const only = (some, others) => some.filter((one) => !others.includes(one)).map((one) => `\n    ${one}`).join('');
    if (JSON.stringify(mine) === JSON.stringify(theirs)) return undefined;
    return `${what}\n--- old\n${was}\n--- new\n${is}\n  only ours:${only(mine, theirs)}\n  only theirs:${only(theirs, mine)}`;
  }

  // What is not equal, in words; undefined when all is.
  async function differenceOf([what, was, is]) {
    const { errors, changes } = await program.ask({ old: was, new: is });
    const itself = await program.ask({ old: is, new: is });
    if (itself.changes?.length) return `${what}: unlike itself: ${JSON.stringify(itself.changes)}\n${is}`;
    if (!errors) return compareWithTheirs(what, was, is, changes);
    tally.skipped++; // the edition of September 2025 refuses more; sdl_oracle.mjs compares that
    return undefined;
  }

  async function checkAll(some) {
    const found = [];
    for (const one of some) {
      const difference = await differenceOf(one);
      if (difference) found.push(difference);
    }
    if (found.length) throw new Failure(`${found.length} are not equal:\n${found.slice(0, 10).join('\n\n')}`);
  }

  const sources = [base, ...paths.map((file) => readFileSync(file, 'utf8'))].map((text) => parse(text));
  await check(`${pairs.length} written pairs are judged alike`, async () => {
    await checkAll(pairs);
    if (tally.skipped) throw new Failure(`${tally.skipped} were not compared`);
  });
  await check(`${count} pairs made from seed ${seed} are judged alike`, () => checkAll(made(sources, { seed, count })));
  await check('every kind of change that graphql-js knows was among them', () => {
    const missing = Object.keys(coordinates).filter((type) => !seen.has(type));
    if (missing.length) throw new Failure(`not seen: ${missing.join(', ')}`);
  });
  program.end();
  console.log(`# ${tally.changes} changes in ${tally.compared} pairs; ${tally.skipped} pairs not compared`);
  for (const { reason } of differences) console.log(`# differs on purpose: ${reason}`);
  finish();
}

await main();
