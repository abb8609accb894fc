// Requests at random for a schema: documents that are valid, nearly always; variables that fit,
// often; data that is sometimes null, wrong, an error or late.

import { graphql } from './graphql.mjs';

const {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parseType,
  typeFromAST,
} = graphql;

// JSON that JSON.stringify() would not write: 1.0, 1e19.
class Raw {
  constructor(text) {
    this.text = text;
  }
}

export function jsonText(value) {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${jsonText(member)}`);
  return `{${members.join(', ')}}`;
}

// No number between 2^53 and 2^63 that JavaScript would round, none that the reader of JSON refuses.
const TIMES = ['2026-11-19T21:52:23.248Z', '2026-11-19T21:52:23Z', '2026-11-19T23:52:23.5+02:00', '1970-01-01T00:00:00Z'];
const TEXTS = ['', 'a', 'RED', 'GREN', 'true', '5', 'é😀', 'line\nbreak', '"quoted" \\', '\u0001\u007f\u2028',
  TIMES[0], '2026-02-30T00:00:00Z', '2026-11-19'];
const NUMBERS = ['0', '1', '-1', '7', '1.0', '-0.0', '1.5', '-2.75', '0.1', '1e3', '1e-7', '5e-324', '123456789.125',
  '2147483647', '2147483648', '-2147483648', '-2147483649', '2147483647.0', '-2147483648.0', '4294967296.5',
  '9007199254740991', '9007199254740992', '-9007199254740992', '1000000000000000000', '1e15', '1e16', '1e19', '1e21',
  '1.5e300'];

export function requestsFrom(schema, random) {
  const { below, chance, pick } = random;
  const composites = Object.values(schema.getTypeMap()).filter(
    (type) => isCompositeType(type) && !type.name.startsWith('__'),
  );
  const typeOf = (text) => typeFromAST(schema, parseType(text));

  function anything(depth = 0) {
    const kind = below(depth > 2 ? 5 : 8);
    if (kind === 0) return null;
    if (kind === 1) return chance(0.5);
    if (kind < 4) return new Raw(pick(NUMBERS));
    if (kind === 4) return pick(TEXTS);
    if (kind === 5) {
      const keys = ['x', 'a', 'color', 'nam', 'of'].filter(() => chance(0.3));
      return Object.fromEntries(keys.map((key) => [key, anything(depth + 1)]));
    }
    return Array.from({ length: pick([0, 1, 2, 3, 11, 12]) }, () => anything(depth + 1));
  }

  // ---- JSON for an input type

  function scalarJson(type) {
    switch (type.name) {
      case 'Int': return new Raw(pick(['0', '1', '-1', '42', '3.0', '2147483647', '-2147483648']));
      case 'Float': return new Raw(pick(NUMBERS));
      case 'SafeInt': return new Raw(pick(['0', '5', '9007199254740991', '-9007199254740991', '2.0']));
      case 'Boolean': return chance(0.5);
      case 'ID': return chance(0.5) ? pick(TEXTS) : new Raw(pick(['0', '7', '-3', '4.0', '9007199254740991']));
      case 'DateTime': return pick(TIMES);
      case 'Any': return anything(1);
      default: return pick(TEXTS);
    }
  }

  function objectJson(type, depth) {
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      const field = pick(fields);
      return { [field.name]: fittingJson(getNullableType(field.type), depth + 1, 0) };
    }
    const given = fields.filter((field) => isRequiredInputField(field) || (depth < 3 && chance(0.4)));
    return Object.fromEntries(given.map((field) => [field.name, fittingJson(field.type, depth + 1)]));
  }

  function fittingJson(type, depth = 0, nulls = 0.1) {
    const bare = getNullableType(type);
    if (!isNonNullType(type) && chance(nulls)) return null;
    if (isListType(bare)) {
      if (chance(0.2)) return fittingJson(bare.ofType, depth + 1, 0);
      return Array.from({ length: below(4) }, () => fittingJson(bare.ofType, depth + 1));
    }
    if (isInputObjectType(bare)) return depth > 4 ? { [bare.isOneOf ? 'a' : 'x']: 1 } : objectJson(bare, depth);
    return isEnumType(bare) ? pick(bare.getValues()).name : scalarJson(bare);
  }

  // One place of a value goes wrong.
  function corrupt(value) {
    if (value && typeof value === 'object' && !(value instanceof Raw) && chance(0.8)) {
      const keys = Object.keys(value);
      if (!Array.isArray(value) && (keys.length === 0 || chance(0.3)))
        return { ...value, [pick(['x', 'a', 'b', 'nam', 'colour', 'nothing'])]: anything(1) };
      if (keys.length === 0) return anything();
      const key = pick(keys);
      const copy = Array.isArray(value) ? [...value] : { ...value };
      if (!Array.isArray(value) && chance(0.2)) delete copy[key];
      else copy[key] = corrupt(value[key]);
      return copy;
    }
    return anything();
  }

  // ---- literals and variables

  function literalOfJson(value, type) {
    if (value instanceof Raw) return value.text;
    if (Array.isArray(value)) {
      const itemType = isListType(type) ? getNullableType(type.ofType) : undefined;
      return `[${value.map((item) => literalOfJson(item, itemType)).join(', ')}]`;
    }
    if (typeof value === 'string') return isEnumType(type) ? value : graphql.print({ kind: 'StringValue', value });
    if (value === null || typeof value !== 'object') return String(value);
    const fields = isInputObjectType(type) ? type.getFields() : {};
    const members = Object.entries(value).map(([key, member]) =>
      `${key}: ${literalOfJson(member, fields[key] && getNullableType(fields[key].type))}`);
    return `{${members.join(', ')}}`;
  }

  // A wrapped list that JSON may leave out is written as one item; its literal follows the item.
  const innermost = (type) => (isListType(type) ? innermost(getNullableType(type.ofType)) : type);

  function constant(type) {
    const value = fittingJson(type);
    const bare = getNullableType(type);
    return literalOfJson(value, Array.isArray(value) ? bare : innermost(bare))
      .replace(/\b(\d+)\.0\b(?!\.)/g, getNamedType(type).name === 'Float' ? '$&' : '$1');
  }

  // A default makes up for a nullable type, but not where `strict`.
  function variable(world, type, strict = false) {
    const same = world.variables.filter((known) => String(known.type) === String(type));
    if (same.length && chance(0.4)) return `$${pick(same).name}`;
    const known = { name: `v${world.variables.length}`, type };
    if (isNonNullType(type) && !strict && chance(0.3)) known.type = type.ofType;
    if (isNonNullType(type) && known.type !== type) known.byDefault = constant(type);
    else if (chance(0.25)) known.byDefault = constant(type);
    else if (!isNonNullType(type) && chance(0.2)) known.type = typeOf(`${type}!`);
    world.variables.push(known);
    return `$${known.name}`;
  }

  function value(world, type, depth = 0, strict = false) {
    const bare = getNullableType(type);
    if (chance(0.35)) return variable(world, type, strict);
    if (depth < 3 && isListType(bare) && chance(0.6))
      return `[${Array.from({ length: below(4) }, () => value(world, bare.ofType, depth + 1)).join(', ')}]`;
    if (depth < 3 && isInputObjectType(bare) && chance(0.7)) {
      const fields = Object.values(bare.getFields());
      const given = bare.isOneOf ? [pick(fields)] : fields.filter((field) => isRequiredInputField(field) || chance(0.3));
      const members = given.map(({ name, type: of }) =>
        `${name}: ${value(world, bare.isOneOf ? typeOf(`${of}!`) : of, depth + 1, bare.isOneOf)}`);
      return `{${members.join(', ')}}`;
    }
    return constant(type);
  }

  // ---- selections

  function condition(world) {
    if (!chance(0.15)) return '';
    const flag = chance(0.3) ? pick(['true', 'false']) : variable(world, typeOf('Boolean!'));
    return ` @${pick(['skip', 'include'])}(if: ${flag})`;
  }

  function field(world, type, depth) {
    const fields = Object.values(type.getFields?.() ?? {}).filter(
      (def) => depth > 0 || isLeafType(getNamedType(def.type)),
    );
    if (fields.length === 0 || chance(0.1)) return `__typename${condition(world)}`;
    const def = pick(fields);
    const args = def.args.filter((arg) => isRequiredArgument(arg) || chance(0.3));
    const call = args.length ? `(${args.map((arg) => `${arg.name}: ${value(world, arg.type)}`).join(', ')})` : '';
    const alias = def.args.length || chance(0.2) ? `k${world.keys++}: ` : '';
    const named = getNamedType(def.type);
    const set = isLeafType(named) ? '' : ` ${selections(world, named, depth - 1)}`;
    return `${alias}${def.name}${call}${condition(world)}${set}`;
  }

  function selection(world, type, depth) {
    const meeting = composites.filter((other) => graphql.doTypesOverlap(schema, type, other));
    if (chance(0.75)) return field(world, type, depth);
    if (chance(0.5)) return `...${condition(world)} ${selections(world, type, depth)}`;
    const on = pick(meeting);
    if (chance(0.5) || world.fragments.length > 5)
      return `... on ${on.name}${condition(world)} ${selections(world, on, depth)}`;
    const known = world.fragments.filter((fragment) => fragment.done && meeting.includes(fragment.on));
    if (known.length && chance(0.5)) return `...${pick(known).name}${condition(world)}`;
    const fragment = { name: `F${world.fragments.length}`, on, done: false };
    world.fragments.push(fragment);
    fragment.text = `fragment ${fragment.name} on ${on.name} ${selections(world, on, depth)}`;
    fragment.done = true;
    return `...${fragment.name}${condition(world)}`;
  }

  function selections(world, type, depth) {
    const list = Array.from({ length: 1 + below(4) }, () => selection(world, type, depth));
    return `{ ${list.join(pick([' ', ', ', '\n  ']))} }`;
  }

  function rootField(world, root) {
    for (;;) {
      const text = field(world, root, 3);
      if (!text.startsWith('__typename')) return text;
    }
  }

  function documentText(kind) {
    const world = { variables: [], fragments: [], keys: 0 };
    const root = schema.getRootType(kind);
    const set = kind === 'subscription'
      ? `{ ${rootField(world, root).replace(/ @(skip|include)\(if: [^)]*\)/, '')} }`
      : selections(world, root, 4);
    const defined = world.variables.map(
      ({ name, type, byDefault }) => `$${name}: ${type}${byDefault ? ` = ${byDefault}` : ''}`,
    );
    const head = `${kind} Q${defined.length ? `(${defined.join(', ')})` : ''} ${set}`;
    return { text: [head, ...world.fragments.map(({ text }) => text)].join('\n'), variables: world.variables };
  }

  function variablesJson(variables, wrong) {
    const isLeftOut = ({ type, byDefault }) =>
      ((byDefault || !isNonNullType(type)) && chance(0.3)) || (wrong && chance(0.1));
    const given = variables
      .filter((variable) => !isLeftOut(variable))
      .map(({ name, type }) => [name, wrong && chance(0.4) ? corrupt(fittingJson(type)) : fittingJson(type)]);
    return Object.fromEntries(chance(0.1) ? [...given, ['extra', anything()]] : given);
  }

  // ---- data

  function leafData(type, faults) {
    if (isEnumType(type)) return chance(faults) ? 'NONE' : pick(type.getValues()).name;
    switch (type.name) {
      case 'Int': return chance(faults) ? pick([2147483648, -2147483649]) : pick([0, 1, -1, 2147483647, -2147483648]);
      case 'SafeInt': return pick([0, 9007199254740991]);
      case 'Float': return pick([0, 1, 1.5, -0.25, 1e21, 1e-7, 123456789.125, 5e-324]);
      case 'Boolean': return chance(0.5);
      case 'ID': return pick(['x', '', 7]);
      case 'DateTime': return pick([0, 1795211543248]);
      default: return pick(TEXTS);
    }
  }

  function objectData(world, type, depth) {
    const object = isAbstractType(type) ? pick(schema.getPossibleTypes(type)) : type;
    const fields = Object.values(object.getFields());
    const isFaulty = isAbstractType(type) && chance(world.faults);
    const data = { __typename: isFaulty ? pick(['Query', 'Nobody']) : object.name };
    for (const def of fields) data[def.name] = fieldData(world, def, depth);
    return data;
  }

  function dataOf(world, type, depth) {
    const bare = getNullableType(type);
    if (chance(isNonNullType(type) ? world.faults : 0.1)) return null;
    if (isListType(bare)) return Array.from({ length: below(4) }, () => dataOf(world, bare.ofType, depth));
    if (isLeafType(bare)) return leafData(bare, world.faults);
    return depth > 0 ? objectData(world, bare, depth - 1) : null;
  }

  function fieldData(world, def, depth) {
    if (def.name === 'echo' || def.name === 'strict' || def.name === 'maybe') return { $args: true };
    if (chance(world.faults)) return { $error: `no ${def.name}` };
    const data = dataOf(world, def.type, depth);
    if (!chance(world.late)) return data;
    return { $later: 1 + below(9), value: chance(world.faults) ? { $error: `late ${def.name}` } : data };
  }

  // Every source is there; an event is what the field gives that the document asks for.
  function streamOf(world, root, text) {
    const fields = Object.values(root.getFields());
    const asked = fields.find(({ name }) => new RegExp(`^.*?{ (k\\d+: )?${name}\\b`).test(text));
    const event = () => (asked ? dataOf({ ...world, late: 0 }, getNullableType(asked.type), 3) : null);
    return {
      root: jsonText(Object.fromEntries(fields.map(({ name }) => [name, {}]))),
      events: jsonText(Array.from({ length: below(3) }, event)),
    };
  }

  // {document, variables, root, events, late}, all but the last as text.
  return function next() {
    const kind = pick(['query', 'query', 'query', 'query', 'mutation', 'subscription']);
    const { text, variables } = documentText(kind);
    const world = { faults: pick([0, 0.02, 0.08]), late: chance(0.3) ? 0.3 : 0 };
    const root = schema.getRootType(kind);
    return {
      document: text,
      variables: jsonText(variablesJson(variables, chance(0.4))),
      late: world.late > 0,
      ...(kind === 'subscription' ? streamOf(world, root, text) : { root: jsonText(objectData(world, root, 3)) }),
    };
  };
}
