// Type system documents out of type system documents: as mutate.mjs does it for executable ones, and
// with definitions that change their kind or become extensions.

const groups = {
  FieldDefinition: 'field',
  InputValueDefinition: 'input',
  EnumValueDefinition: 'value',
  OperationTypeDefinition: 'root',
  Directive: 'directive',
  Argument: 'argument',
  ObjectField: 'member',
  NamedType: 'type',
  ListType: 'type',
  NonNullType: 'type',
  Name: 'name',
  IntValue: 'literal',
  FloatValue: 'literal',
  StringValue: 'literal',
  BooleanValue: 'literal',
  NullValue: 'literal',
  EnumValue: 'literal',
  ListValue: 'literal',
  ObjectValue: 'literal',
};

const groupOf = ({ kind }) => groups[kind] ?? (/(Definition|Extension)$/.test(kind) ? 'definition' : undefined);

// Which lists a node of a kind may hold, and of what.
const lists = {
  ObjectType: { fields: 'field', interfaces: 'named', directives: 'directive' },
  InterfaceType: { fields: 'field', interfaces: 'named', directives: 'directive' },
  InputObjectType: { fields: 'input', directives: 'directive' },
  EnumType: { values: 'value', directives: 'directive' },
  UnionType: { types: 'named', directives: 'directive' },
  ScalarType: { directives: 'directive' },
  Schema: { operationTypes: 'root', directives: 'directive' },
  Directive: { arguments: 'argument' },
  DirectiveDefinition: { arguments: 'input', locations: 'location' },
  FieldDefinition: { arguments: 'input', directives: 'directive' },
  InputValueDefinition: { directives: 'directive' },
  EnumValueDefinition: { directives: 'directive' },
  ListValue: { values: 'literal' },
  ObjectValue: { fields: 'member' },
  Document: { definitions: 'definition' },
};

const listsOf = ({ kind }) => lists[kind] ?? lists[kind.replace(/(Definition|Extension)$/, '')] ?? {};

const copy = (node) => JSON.parse(JSON.stringify(node, (key, value) => (key === 'loc' ? undefined : value)));

function* slotsIn(node) {
  for (const [key, child] of Object.entries(node)) {
    if (key === 'loc') continue;
    if (Array.isArray(child)) {
      for (let index = 0; index < child.length; index++) {
        yield { owner: node, key, list: child, index, node: child[index] };
        yield* slotsIn(child[index]);
      }
    } else if (child?.kind) {
      yield { owner: node, key, node: child };
      yield* slotsIn(child);
    }
  }
}

export function poolOf(documents) {
  const pool = {};

  for (const document of documents) {
    for (const { owner, key, node } of slotsIn(document)) {
      const group = key === 'locations' ? 'location' : groupOf(node);
      if (group) (pool[group] ??= []).push(node);
      if (node.kind === 'NamedType' && (key === 'types' || key === 'interfaces')) (pool.named ??= []).push(node);
    }
  }
  return pool;
}

const typeKinds = ['ScalarType', 'ObjectType', 'InterfaceType', 'UnionType', 'EnumType', 'InputObjectType'];

function turn(node, random) {
  const [, subject, form] = node.kind.match(/^(.*)(Definition|Extension)$/);

  if (random.chance(0.5)) node.kind = subject + (form === 'Definition' ? 'Extension' : 'Definition');
  else if (typeKinds.includes(subject)) node.kind = random.pick(typeKinds) + form;
  if (node.kind.endsWith('Extension')) delete node.description;
  node.directives ??= [];
  // What the new kind cannot hold, its printer would stumble over.
  for (const key of ['fields', 'values', 'types', 'interfaces', 'operationTypes'])
    if (listsOf(node)[key]) node[key] ??= [];
    else delete node[key];
}

// True for a node that print() can write where this slot is.
const fits = (slot, node) => slot.node.kind === node.kind || !['NamedType', 'Name'].includes(slot.node.kind) || slot.key === 'type';

function change(slot, pool, random) {
  const { node } = slot;
  const same = pool[slot.key === 'locations' ? 'location' : groupOf(node)];
  const replace = (other) => {
    if (slot.list) slot.list[slot.index] = other;
    else slot.owner[slot.key] = other;
  };
  const more = Object.entries(listsOf(node));

  if (groupOf(node) === 'definition' && /Type|Schema/.test(node.kind) && random.chance(0.15)) {
    turn(node, random);
  } else if (same && random.chance(0.45)) {
    const other = random.pick(same);
    if (node.kind === 'NonNullType' && slot.owner.kind === 'NonNullType') return;
    if (slot.owner.kind === 'NonNullType' && other.kind === 'NonNullType') return;
    if (fits(slot, other)) replace(copy(other));
  } else if (slot.list && random.chance(0.4)) {
    slot.list.splice(random.below(slot.list.length + 1), 0, copy(node));
  } else if (slot.list && slot.list.length > 1 && random.chance(0.5)) {
    slot.list.splice(slot.index, 1);
  } else if (node.kind === 'NamedType' && slot.key === 'type' && slot.owner.kind !== 'NonNullType') {
    replace({ kind: random.pick(['ListType', 'NonNullType']), type: node });
  } else if (node.kind === 'Name') {
    node.value = random.chance(0.05) ? `__${node.value}` : random.pick(pool.name).value;
  } else if (more.length) {
    const [key, group] = random.pick(more);
    const list = (node[key] ??= []);
    if (pool[group]) list.splice(random.below(list.length + 1), 0, copy(random.pick(pool[group])));
  }
  if (node.kind === 'InputValueDefinition' && random.chance(0.3)) node.defaultValue = copy(random.pick(pool.literal));
}

export function mutate(document, pool, random, most) {
  const mutant = copy(document);

  for (let left = 1 + random.below(most); left > 0; left--) {
    const slots = [...slotsIn(mutant)];
    if (slots.length === 0 || slots.length > 4000) break;
    change(random.pick(slots), pool, random);
  }
  return mutant;
}
