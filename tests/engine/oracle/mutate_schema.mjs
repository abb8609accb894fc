// Schemas out of schemas: what people change from one release to the next, one step after another.
// Steps that would make no valid schema are the caller's to drop.

const copy = (node) => JSON.parse(JSON.stringify(node, (key, value) => (key === 'loc' ? undefined : value)));

const name = (value) => ({ kind: 'Name', value });
const named = (value) => ({ kind: 'NamedType', name: name(value) });
const nonNull = (type) => ({ kind: 'NonNullType', type });
const list = (type) => ({ kind: 'ListType', type });

const scalars = ['Int', 'Float', 'String', 'Boolean', 'ID'];
const outputs = ['ScalarTypeDefinition', 'ObjectTypeDefinition', 'InterfaceTypeDefinition', 'UnionTypeDefinition', 'EnumTypeDefinition'];
const inputs = ['ScalarTypeDefinition', 'EnumTypeDefinition', 'InputObjectTypeDefinition'];
const places = ['FIELD', 'QUERY', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT', 'VARIABLE_DEFINITION'];
const literals = [
  ['IntValue', '0'], ['IntValue', '7'], ['FloatValue', '1.5'], ['FloatValue', '7.0'], ['FloatValue', '7e0'],
  ['StringValue', ''], ['StringValue', '7'], ['StringValue', 'A "word"\n'], ['StringValue', 'RED'],
  ['BooleanValue', true], ['BooleanValue', false], ['EnumValue', 'RED'], ['EnumValue', 'GREEN'],
];

const bare = (type) => (type.type ? bare(type.type) : type);

class Step {
  constructor(document, random) {
    this.document = document;
    this.random = random;
  }

  definitions(...kinds) {
    return this.document.definitions.filter(({ kind }) => kinds.includes(kind));
  }

  pick(items) {
    return items?.length ? this.random.pick(items) : undefined;
  }

  drop(items) {
    if (items?.length > 1) items.splice(this.random.below(items.length), 1);
  }

  insert(items, item) {
    items.splice(this.random.below(items.length + 1), 0, item);
  }

  fresh() {
    return this.random.pick(['a', 'b', 'c', 'extra', 'name', 'id', 'x1', 'x10', 'x2']);
  }

  type(kinds) {
    const some = named(this.random.pick([...scalars, ...this.definitions(...kinds).map((d) => d.name.value)]));
    return this.random.pick([(t) => t, nonNull, list, (t) => nonNull(list(t)), (t) => list(nonNull(t))])(some);
  }

  literal(depth = 0) {
    const kind = depth < 2 ? this.random.below(6) : 2;
    const some = (make) => Array.from({ length: this.random.below(3) }, make);
    if (kind === 0) return { kind: 'ListValue', values: some(() => this.literal(depth + 1)) };
    if (kind === 1) {
      const field = () => ({ kind: 'ObjectField', name: name(this.fresh()), value: this.literal(depth + 1) });
      return { kind: 'ObjectValue', fields: some(field) };
    }
    const [of, value] = this.random.pick(literals);
    return this.random.chance(0.1) ? { kind: 'NullValue' } : { kind: of, value };
  }

  fielded() {
    return this.pick(this.definitions('ObjectTypeDefinition', 'InterfaceTypeDefinition'));
  }

  field() {
    return this.pick(this.fielded()?.fields);
  }

  // A list of inputs, whosever.
  inputs() {
    const fields = this.definitions('ObjectTypeDefinition', 'InterfaceTypeDefinition').flatMap((d) => d.fields);
    const ofFields = fields.map((f) => (f.arguments ??= []));
    const ofTypes = this.definitions('InputObjectTypeDefinition').map((d) => d.fields);
    const ofDirectives = this.definitions('DirectiveDefinition').map((d) => (d.arguments ??= []));
    const full = this.random.chance(0.7) ? (l) => l.length : () => true;
    return this.pick(this.random.pick([ofFields, ofTypes, ofDirectives]).filter(full));
  }

  newInput() {
    const defaultValue = this.random.chance(0.4) ? this.literal() : undefined;
    return { kind: 'InputValueDefinition', name: name(this.fresh()), type: this.type(inputs), defaultValue };
  }

  // Another type that differs in its wrapping, or in all.
  retype(node, kinds) {
    const { type } = node;
    const ways = [() => this.type(kinds), () => list(type), () => bare(type)];
    if (type.kind === 'NonNullType') ways.push(() => type.type, () => nonNull(list(type)));
    else ways.push(() => nonNull(type));
    if (type.kind === 'ListType') ways.push(() => list(type.type.kind === 'NonNullType' ? type.type.type : nonNull(type.type)));
    node.type = this.random.pick(ways)();
  }

  anything() {
    const types = this.document.definitions.filter((d) => d.name);
    const members = types.flatMap((d) => [...(d.fields ?? []), ...(d.values ?? []), ...(d.arguments ?? [])]);
    return this.pick([...types, ...members, ...members.flatMap((m) => m.arguments ?? [])]);
  }
}

const turn = {
  ObjectTypeDefinition: 'InterfaceTypeDefinition',
  InterfaceTypeDefinition: 'ObjectTypeDefinition',
  EnumTypeDefinition: 'ScalarTypeDefinition',
  ScalarTypeDefinition: 'EnumTypeDefinition',
};

const steps = {
  addField: (s) => s.insert(s.fielded().fields, { kind: 'FieldDefinition', name: name(s.fresh()), type: s.type(outputs) }),
  dropField: (s) => s.drop(s.fielded().fields),
  renameField: (s) => void (s.field().name = name(s.fresh())),
  retypeField: (s) => s.retype(s.field(), outputs),
  addInput: (s) => s.insert(s.inputs(), s.newInput()),
  dropInput: (s) => s.inputs().splice(0, 1),
  renameInput: (s) => void (s.pick(s.inputs()).name = name(s.fresh())),
  retypeInput: (s) => s.retype(s.pick(s.inputs()), inputs),
  setDefault: (s) => void (s.pick(s.inputs()).defaultValue = s.literal()),
  dropDefault: (s) => void (s.pick(s.inputs().filter((i) => i.defaultValue)).defaultValue = undefined),
  addValue: (s) => s.insert(s.pick(s.definitions('EnumTypeDefinition')).values, { kind: 'EnumValueDefinition', name: name(s.random.pick(['RED', 'GREEN', 'BLUE', 'GREY'])) }),
  dropValue: (s) => s.drop(s.pick(s.definitions('EnumTypeDefinition')).values),
  addMember: (s) => s.insert(s.pick(s.definitions('UnionTypeDefinition')).types, named(s.pick(s.definitions('ObjectTypeDefinition')).name.value)),
  dropMember: (s) => s.drop(s.pick(s.definitions('UnionTypeDefinition')).types),
  addInterface: (s) => {
    const type = s.fielded();
    const face = s.pick(s.definitions('InterfaceTypeDefinition'));
    const own = new Set(type.fields.map((f) => f.name.value));
    type.interfaces = [...(type.interfaces ?? []), named(face.name.value)];
    type.fields.push(...face.fields.filter((f) => !own.has(f.name.value)).map(copy));
  },
  dropInterface: (s) => void s.pick(s.definitions('ObjectTypeDefinition').filter((d) => d.interfaces?.length)).interfaces.pop(),
  addType: (s) => s.insert(s.document.definitions, { ...copy(s.pick(s.document.definitions.filter((d) => d.name))), name: name(`New${s.fresh()}`) }),
  dropDefinition: (s) => s.drop(s.document.definitions),
  renameType: (s) => {
    const from = s.pick(s.document.definitions.filter((d) => d.name)).name.value;
    s.document = JSON.parse(JSON.stringify(s.document).replaceAll(`"value":"${from}"`, `"value":"Renamed${from}"`));
  },
  turnType: (s) => {
    const type = s.pick(s.definitions(...Object.keys(turn)));
    type.kind = turn[type.kind];
    if (type.kind === 'EnumTypeDefinition') type.values = [{ kind: 'EnumValueDefinition', name: name('RED') }];
  },
  addLocation: (s) => s.insert(s.pick(s.definitions('DirectiveDefinition')).locations, name(s.random.pick(places))),
  dropLocation: (s) => s.drop(s.pick(s.definitions('DirectiveDefinition')).locations),
  repeatable: (s) => {
    const directive = s.pick(s.definitions('DirectiveDefinition'));
    directive.repeatable = !directive.repeatable;
  },
  oneOf: (s) => {
    const type = s.pick(s.definitions('InputObjectTypeDefinition'));
    const others = (type.directives ?? []).filter((d) => d.name.value !== 'oneOf');
    const had = others.length !== (type.directives ?? []).length;
    type.directives = had ? others : [...others, { kind: 'Directive', name: name('oneOf') }];
  },
  describe: (s) => void (s.anything().description = s.random.chance(0.3) ? undefined : { kind: 'StringValue', value: s.fresh() }),
  deprecate: (s) => {
    const thing = s.anything();
    if (thing.kind === 'DirectiveDefinition') return;
    const rest = (thing.directives ?? []).filter((d) => d.name.value !== 'deprecated');
    thing.directives = s.random.chance(0.5) ? rest : [...rest, { kind: 'Directive', name: name('deprecated') }];
  },
  shuffle: (s) => {
    const thing = s.pick([s.document, ...s.document.definitions]);
    const items = s.pick(['definitions', 'fields', 'values', 'types', 'interfaces', 'arguments', 'locations'].map((k) => thing[k]).filter(Boolean));
    items.reverse();
  },
  root: (s) => {
    const object = named(s.pick(s.definitions('ObjectTypeDefinition')).name.value);
    const operation = s.random.pick(['query', 'mutation', 'subscription']);
    s.document.definitions.push({ kind: 'SchemaExtension', operationTypes: [{ kind: 'OperationTypeDefinition', operation, type: object }] });
  },
};

export const stepNames = Object.keys(steps);

// A step may find nothing to do.
export function mutate(document, random) {
  const step = new Step(copy(document), random);

  try {
    steps[random.pick(stepNames)](step);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return step.document;
}
