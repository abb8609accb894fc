// node sdl_oracle.mjs PROGRAM [--seed N] [--count N] [FILE|DIRECTORY]...: type systems against
// graphql-js. What SDL is refused, why, where and in which order, what a valid one prints as, and
// what it says of itself when asked must be equal.
//
// PROGRAM is sdl_lines of the build. Documents are those of oracle/sdl and of the files named; then
// as many as --count says are made from them.

import { createRequire } from 'node:module';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { check, Failure, finish } from '../lib/tap.mjs';
import { graphql } from './oracle/graphql.mjs';
import { theirError } from './oracle/locate.mjs';
import { garble } from './oracle/mutate.mjs';
import { mutate, poolOf } from './oracle/mutate_sdl.mjs';
import { Program } from './oracle/program.mjs';
import { randomFrom, readOptions } from './oracle/random.mjs';

const {
  GraphQLError,
  buildASTSchema,
  extendSchema,
  getDirectiveValues,
  getIntrospectionQuery,
  introspectionTypes,
  isInputObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isTypeDefinitionNode,
  isTypeSystemDefinitionNode,
  isTypeSystemExtensionNode,
  parse,
  print,
  printSchema,
  specifiedDirectives,
  validateSchema,
  valueFromAST,
} = graphql;
const { validateSDL } = createRequire(import.meta.url)('graphql/validation/validate.js');
const home = join(dirname(fileURLToPath(import.meta.url)), 'oracle', 'sdl');

const query = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

// What differs on purpose. `ours` are errors that graphql-js 16 does not have, `dropped` those that
// either may have once it dropped a default. A document with a definition for which `refused` holds
// we refuse, in these `words`; one for which `skipped` holds, or with a `last` error of ours, is not
// compared.
const differences = [
  {
    reason: 'root types must be different (section 3.3.1), in the words of graphql-js 17; 16 does not ask',
    ours: /^All root types must be different, /,
  },
  {
    reason: 'an implementation may not deprecate what the interface does not (section 3.6, 6), as graphql-js 17 says it; 16 does not ask',
    ours: /^Interface field .* is not deprecated, so implementation field .* must not be deprecated\.$/,
  },
  {
    reason: 'default values must be of their type and not rest on themselves (sections 3.6, 3.10); graphql-js 16 drops wrong ones, and then may call what has one required',
    ours: /has invalid default value|^Invalid circular reference\. The default value|^OneOf input field .* cannot have a default value\.$/,
    dropped: /^Required .* cannot be deprecated\.$|includes required argument/,
  },
  {
    reason: 'arguments of directives in SDL must be of their type (section 5.6.1), null for the reason of @deprecated included; graphql-js 16 looks at its own directives only, and throws at the first',
    ours: /^Argument ".*" (has invalid value|of non-null type ".*" must not be null)/,
  },
  {
    reason: 'a directive must not reference itself (section 3.13); graphql-js does not ask',
    ours: /^Directive "@.*" must not reference itself/,
  },
  {
    reason: '@specifiedBy must not appear on built-in scalars (section 3.13.4); graphql-js does not ask',
    ours: /^Directive "@specifiedBy" must not be used on built-in scalar /,
  },
  {
    reason: '@length bounds values in the engine itself; bounds that allow nothing are refused',
    ours: /^Directive "@length" on ".*" allows no length at all\.$/,
  },
  {
    reason: 'operations and fragments in SDL are refused (section 3.2); graphql-js 16 leaves them out',
    refused: (definition) => !isTypeSystemDefinitionNode(definition) && !isTypeSystemExtensionNode(definition),
    words: /may not stand in a schema/,
  },
  {
    reason: 'built-in types may not be defined anew (section 3.3), a built-in scalar as such aside; graphql-js 16 takes its own in silence',
    refused: (definition) =>
      isTypeDefinitionNode(definition) &&
      (introspectionTypes.some(({ name }) => name === definition.name.value) ||
        (isSpecifiedScalarType({ name: definition.name.value }) && definition.kind !== 'ScalarTypeDefinition')),
    words: /^There can be only one type named "|^Name "__.*" must not begin with "__"/,
  },
  {
    reason: 'directives on the fields of `extend input` stand on input fields; graphql-js takes them for arguments',
    skipped: (definition) => definition.kind === 'InputObjectTypeExtension' && definition.fields.some((f) => f.directives.length),
  },
  {
    reason: 'DIRECTIVE_DEFINITION is no place in the edition of September 2025: graphql-js 16 has it as an experiment',
    skipped: (definition) => definition.locations?.some(({ value }) => value === 'DIRECTIVE_DEFINITION'),
  },
  {
    reason: 'nesting ends at 200 levels; graphql-js goes on to the end of its stack',
    last: /is nested deeper than|^Document is nested deeper/,
  },
  { reason: 'a built-in directive that is defined anew takes the arguments that are written; graphql-js 16 reads its own, and throws' },
  { reason: 'a schema definition is printed where a type that is no root has the name of one (section 3.3.1); graphql-js 16 leaves it out' },
  { reason: 'defaults of custom scalars are printed as they are written; graphql-js prints what JavaScript made of them, or throws' },
  { reason: '@oneOf and @specifiedBy count on extensions too (sections 3.5.3, 3.10.2); graphql-js 16 does not look there' },
  { reason: 'includeDeprecated is Boolean!, the reason of @deprecated is String! (section 4, 3.13.3); graphql-js 16 has them nullable' },
];

const asOurs = (text) => (error) => theirError(error, text);

const customScalars = (schema) =>
  Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));

function countExtensions(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    for (const node of type.extensionASTNodes) {
      for (const directive of specifiedDirectives) {
        const values = getDirectiveValues(directive, node);
        if (values && directive.name === 'oneOf') type.isOneOf = true;
        if (values && directive.name === 'specifiedBy' && !isSpecifiedScalarType(type)) type.specifiedByURL = values.url;
      }
    }
  }
}

// Custom scalars keep what is written, behind a mark that no document has.
const mark = '\u{10FFFD}';

function keepLiterals(schema) {
  const kept = [];
  for (const scalar of customScalars(schema)) {
    scalar.serialize = (value) => value;
    scalar.parseLiteral = (node) => `${mark}${kept.push(node) - 1}${mark}`;
  }
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const inputs = types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields()));
  const fields = types.filter((type) => type.getFields && !isInputObjectType(type));
  const args = [...fields.flatMap((type) => Object.values(type.getFields())), ...schema.getDirectives()].flatMap((f) => f.args);
  const recount = (def) => {
    if (def.astNode) def.defaultValue = valueFromAST(def.astNode.defaultValue, def.type);
  };
  // Defaults rest on others: as often as the deepest chain needs.
  for (let i = 0; i < 5; i++) inputs.forEach(recount);
  args.forEach(recount);
  return (text) => text.replace(new RegExp(`"${mark}(\\d+)${mark}"`, 'gu'), (_, i) => print(kept[i]));
}

function printed(schema, restore) {
  const text = restore(printSchema(schema));
  const roots = ['Query', 'Mutation', 'Subscription'];
  const found = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const misleads = roots.some((name, i) => schema.getType(name) && found[i]?.name !== name);

  if (!misleads || /^("""[^]*?"""\n|".*"\n)?schema \{/.test(text)) return text;
  const lines = found.flatMap((type, i) => (type ? [`  ${roots[i].toLowerCase()}: ${type.name}`] : []));
  return `schema {\n${lines.join('\n')}\n}\n\n${text}`;
}

const nonNull = (type) => ({ kind: 'NON_NULL', name: null, ofType: type });

// As the edition of September 2025 has it.
function asOfTheEdition({ __schema: schema }, document) {
  const isOwn = (name) => document.definitions.some((d) => d.kind === 'DirectiveDefinition' && d.name.value === name);
  const deprecated = schema.directives.find(({ name }) => name === 'deprecated');
  const type = (name) => schema.types.find((t) => t.name === name);

  for (const t of schema.types.filter(({ name }) => name.startsWith('__')))
    for (const field of t.fields ?? [])
      for (const arg of field.args) if (arg.name === 'includeDeprecated') arg.type = nonNull(arg.type);
  type('__Schema').fields.find(({ name }) => name === 'directives').args = [];
  type('__Directive').fields = type('__Directive').fields.filter(({ name }) => !/eprecat/.test(name));
  const places = type('__DirectiveLocation');
  places.enumValues = places.enumValues.filter(({ name }) => name !== 'DIRECTIVE_DEFINITION');
  if (!isOwn('deprecated')) {
    deprecated.locations = deprecated.locations.filter((name) => name !== 'DIRECTIVE_DEFINITION');
    deprecated.args[0].type = nonNull(deprecated.args[0].type);
  }
}

// The order of the document is kept; that of built-in types means nothing.
function inOrder(introspection) {
  const { types } = introspection.__schema;
  const isBuiltIn = ({ name }) => name.startsWith('__') || isSpecifiedScalarType({ name });
  const byName = (a, b) => (a.name < b.name ? -1 : 1);

  introspection.__schema.types = [...types.filter((t) => !isBuiltIn(t)), ...types.filter(isBuiltIn).sort(byName)];
  return introspection;
}

function introspected(schema, document, restore) {
  const { data } = JSON.parse(JSON.stringify(graphql.graphqlSync({ schema, source: query })));
  asOfTheEdition(data, document);
  for (const { args = [], fields, inputFields } of [...data.__schema.types, ...data.__schema.directives])
    for (const input of [...args, ...(inputFields ?? []), ...(fields ?? []).flatMap((f) => f.args)])
      if (input.defaultValue) input.defaultValue = restore(input.defaultValue);
  return inOrder(data);
}

// The same type system, made by extending one without the extensions; undefined where that is none.
function extended(document) {
  const [base, more] = [false, true].map((wanted) => ({
    kind: 'Document',
    definitions: document.definitions.filter((node) => isTypeSystemExtensionNode(node) === wanted),
  }));

  if (!more.definitions.length || validateSDL(base).length) return undefined;
  const schema = buildASTSchema(base, { assumeValidSDL: true });
  if (validateSchema(schema).length || validateSDL(more, schema).length) return undefined;
  return extendSchema(schema, more);
}

function theirAnswer(text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { syntax: true, errors: [error].map(asOurs(text)) };
  }
  const early = validateSDL(document);
  if (early.length) return { document, errors: early.map(asOurs(text)) };
  try {
    const schema = buildASTSchema(document, { assumeValidSDL: true });
    countExtensions(schema);
    return { document, schema, errors: validateSchema(schema).map(asOurs(text)) };
  } catch (error) {
    const gaveUp = error instanceof GraphQLError || error instanceof RangeError;
    if (!gaveUp && !error.message.startsWith('Unexpected input type')) throw error;
    return { document, threw: error.message, errors: [] };
  }
}

const isLast = ({ message }) => message.startsWith('Too many ');

// Where the hundredth error was the last, what was left out makes room for others.
function cutAlike(a, b) {
  if (!a.some(isLast)) return [a, b];
  const n = Math.min(a.filter((e) => !isLast(e)).length, b.length);
  return [a.slice(0, n), b.slice(0, n)];
}

// Its lexer is a token ahead of its parser: of two mistakes in a row it tells of the later one.
function isAhead(ours, theirs) {
  const place = ({ locations: [{ line, column }] }) => line * 1e6 + column;
  const isOne = (errors) => errors.length === 1 && errors[0].message.startsWith('Syntax Error');
  return isOne(ours) && isOne(theirs) && place(theirs[0]) > place(ours[0]);
}

// An escape sequence that is wrong is quoted by characters; graphql-js counts UTF-16.
const quotable = /^.*escape sequence: "[^\u{D800}-\u{DFFF}\u{10000}-\u{10FFFF}]*/u;
const isCut = ([{ message } = {}], [theirs]) => {
  const [quoted] = quotable.exec(theirs.message) ?? [];
  return quoted && quoted !== theirs.message && message?.startsWith(quoted);
};

const shown = (what) => JSON.stringify(what)?.slice(0, 2000);

function firstDifference(ours, theirs, path = '') {
  if (isDeepStrictEqual(ours, theirs)) return undefined;
  if (!ours || !theirs || typeof ours !== 'object' || typeof theirs !== 'object')
    return `${path}\n  ours:   ${shown(ours)}\n  theirs: ${shown(theirs)}`;
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const found = firstDifference(ours[key], theirs[key], `${path}/${ours[key]?.name ?? key}`);
    if (found) return found;
  }
  return path;
}

// True when graphql-js dropped a default that it could not take.
function hasDropped(schema) {
  const withFields = Object.values(schema.getTypeMap()).filter((type) => type.getFields);
  const fields = [...schema.getDirectives(), ...withFields.flatMap((type) => Object.values(type.getFields()))];

  return fields.some((field) =>
    (field.args ?? [field]).some(({ astNode, defaultValue }) => astNode?.defaultValue && defaultValue === undefined),
  );
}

function compareErrors(ours, { errors: theirs, schema }) {
  const known = (list, error) => list.some((other) => isDeepStrictEqual(other, error));
  const may = (side, error) => differences.some((d) => d[side]?.test(error.message));
  const kept = (error) => !schema || !may('dropped', error) || !hasDropped(schema);
  const a = ours.filter((error) => known(theirs, error) || !may('ours', error)).filter(kept);

  return firstDifference(...cutAlike(a, theirs.filter(kept)), 'errors');
}

function compareSchemas(ours, { document, schema }) {
  const restore = keepLiterals(schema);
  const wanted = printed(schema, restore);

  if (ours.print !== wanted) return firstDifference(ours.print.split('\n'), wanted.split('\n'), 'print, line');
  const other = extended(document);
  if (other) {
    countExtensions(other);
    const again = printed(other, keepLiterals(other));
    if (ours.print !== again) return firstDifference(ours.print.split('\n'), again.split('\n'), 'extended, line');
  }
  return firstDifference(inOrder(ours.introspection.data), introspected(schema, document, restore), 'introspection');
}

// Its input objects ask for each other's defaults before it has them, in circles that are none.
const ranOut = ({ threw }) => threw.startsWith('Maximum call stack');

const redefines = (definitions) =>
  definitions.some((d) => d.kind === 'DirectiveDefinition' && specifiedDirectives.some(({ name }) => name === d.name.value));

// Undefined when equal, 'skipped' when not to be compared; else what is not.
function compare(ours, theirs) {
  const errors = (ours.errors ?? []).map(({ message, locations }) => ({ message, ...(locations ? { locations } : {}) }));
  const definitions = theirs.document?.definitions ?? [];
  const refused = differences.find((d) => d.refused && definitions.some(d.refused));

  if (differences.some((d) => d.last && errors.some(({ message }) => d.last.test(message)))) return 'skipped';
  if (definitions.some((node) => differences.some((d) => d.skipped?.(node)))) return 'skipped';
  if (refused) return errors.some((error) => refused.words.test(error.message) || isLast(error)) ? 'skipped' : `not refused: ${refused.reason}`;
  if (theirs.threw && errors.length) return undefined;
  if (theirs.threw) return ranOut(theirs) || redefines(definitions) ? 'skipped' : `threw ${theirs.threw}`;
  if (theirs.syntax && (isAhead(errors, theirs.errors) || isCut(errors, theirs.errors))) return undefined;
  if (errors.length || theirs.errors.length) return compareErrors(errors, theirs);
  return compareSchemas(ours, theirs);
}

function* filesIn(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesIn(join(path, name));
}

// Half of them out of documents that are valid, by one change.
function* made(documents, { seed, count }) {
  const random = randomFrom(seed);
  const answers = documents.map(({ text }) => theirAnswer(text)).filter(({ document }) => document);
  const all = answers.map(({ document }) => document);
  const valid = answers.filter(({ schema, errors }) => schema && !errors.length).map(({ document }) => document);
  const pool = poolOf(all);

  for (let i = 0; i < count; i++) {
    const one = random.chance(0.5);
    const text = print(mutate(random.pick(one ? valid : all), pool, random, one ? 1 : 4));
    yield { name: `made ${i} of seed ${seed}`, text: random.chance(0.1) ? garble(text, random) : text };
  }
}

async function main() {
  const { program: path, seed, count, paths } = readOptions(process.argv.slice(2), 3000);
  const program = new Program(path);
  const tally = { invalid: 0, unparsed: 0, skipped: 0 };

  // What is not equal, in words; undefined when all is.
  async function differenceOf({ name, text }) {
    const ours = await program.ask({ sdl: text, query });
    const theirs = theirAnswer(text);
    const difference = compare(ours, theirs);
    tally.invalid += theirs.errors.length > 0;
    tally.unparsed += !!theirs.syntax;
    tally.skipped += difference === 'skipped';
    return difference && difference !== 'skipped' && `${name}\n${text}\n${difference}\n`;
  }

  async function checkAll(documents) {
    const found = [];
    for (const one of documents) {
      const difference = await differenceOf(one);
      if (difference) found.push(difference);
    }
    if (found.length) throw new Failure(`${found.length} are not equal:\n${found.slice(0, 20).join('\n')}`);
  }

  const files = [home, ...paths].flatMap((p) => [...filesIn(p)]);
  const given = files.map((name) => ({ name: basename(name), text: readFileSync(name, 'utf8') }));
  for (const one of given) await check(`${one.name} is judged alike`, () => checkAll([one]));
  await check(`${count} type systems made from seed ${seed} are judged alike`, () =>
    checkAll(made(given.filter(({ name }) => !/^(syntax|executable)/.test(name)), { seed, count })));
  program.end();
  console.log(`# ${tally.invalid} were invalid, ${tally.unparsed} of them did not parse; ${tally.skipped} not compared`);
  for (const { reason } of differences) console.log(`# differs on purpose: ${reason}`);
  finish();
}

await main();
