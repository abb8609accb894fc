// Documents out of documents: nodes are swapped for others of their kind, doubled, dropped,
// renamed. What comes out parses, nearly always, and breaks rules, nearly always.

const groups = {
  Field: 'selection',
  FragmentSpread: 'selection',
  InlineFragment: 'selection',
  IntValue: 'value',
  FloatValue: 'value',
  StringValue: 'value',
  BooleanValue: 'value',
  NullValue: 'value',
  EnumValue: 'value',
  ListValue: 'value',
  ObjectValue: 'value',
  Variable: 'value',
  NamedType: 'type',
  ListType: 'type',
  NonNullType: 'type',
  OperationDefinition: 'definition',
  FragmentDefinition: 'definition',
  Argument: 'argument',
  Directive: 'directive',
  ObjectField: 'member',
  VariableDefinition: 'variable',
  SelectionSet: 'set',
  Name: 'name',
};

const roomy = {
  Field: ['arguments', 'directives'],
  FragmentSpread: ['directives'],
  InlineFragment: ['directives'],
  Directive: ['arguments'],
  OperationDefinition: ['directives', 'variableDefinitions'],
  FragmentDefinition: ['directives'],
  VariableDefinition: ['directives'],
  SelectionSet: ['selections'],
  ListValue: ['values'],
  ObjectValue: ['fields'],
  Document: ['definitions'],
};

const groupOfList = {
  arguments: 'argument',
  directives: 'directive',
  variableDefinitions: 'variable',
  selections: 'selection',
  values: 'value',
  fields: 'member',
  definitions: 'definition',
};

function* slotsIn(node, depth = 0) {
  if (depth > 40) return;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'loc') continue;
    if (Array.isArray(child)) {
      for (let i = 0; i < child.length; i++) {
        yield { owner: node, key, list: child, index: i, node: child[i] };
        yield* slotsIn(child[i], depth + 1);
      }
    } else if (child && typeof child === 'object' && child.kind) {
      yield { owner: node, key, node: child };
      yield* slotsIn(child, depth + 1);
    }
  }
}

const copy = (node) => JSON.parse(JSON.stringify(node, (key, value) => (key === 'loc' ? undefined : value)));

export function poolOf(documents) {
  const pool = {};

  for (const document of documents) {
    for (const { node } of slotsIn(document)) {
      const group = groups[node.kind];
      if (group) (pool[group] ??= []).push(node);
    }
  }
  return pool;
}

function put(slot, node) {
  if (slot.list) slot.list[slot.index] = node;
  else slot.owner[slot.key] = node;
}

function change(slot, pool, random) {
  const group = groups[slot.node.kind];
  const same = pool[group];

  if (group && same && random.chance(0.5)) {
    put(slot, copy(random.pick(same)));
  } else if (slot.list && random.chance(0.4)) {
    slot.list.splice(random.below(slot.list.length + 1), 0, copy(slot.node));
  } else if (slot.list && slot.list.length > 1 && random.chance(0.5)) {
    slot.list.splice(slot.index, 1);
  } else if (roomy[slot.node.kind]) {
    const key = random.pick(roomy[slot.node.kind]);
    const list = (slot.node[key] ??= []);
    const more = pool[groupOfList[key]];
    if (more) list.splice(random.below(list.length + 1), 0, copy(random.pick(more)));
  } else if (slot.node.kind === 'Name') {
    slot.node.value = random.pick(pool.name).value;
  }
  if (slot.node.kind === 'Field' && random.chance(0.3)) slot.node.alias = copy(random.pick(pool.name));
}

export function mutate(document, pool, random) {
  const mutant = copy(document);

  for (let left = 1 + random.below(4); left > 0; left--) {
    const slots = [...slotsIn(mutant)];
    if (slots.length === 0 || slots.length > 4000) break;
    change(random.pick(slots), pool, random);
  }
  return mutant;
}

// A few characters of the text go astray.
export function garble(text, random) {
  const bits = ['{', '}', '(', ')', '"', '"""', '...', '$', '@', ':', '!', '[', ']', '0', '.', '-', '\n', '\r\n', ',', '#', 'é', '😀', '\u0000', 'null', 'on'];
  const at = random.below(text.length + 1);

  const garbled = text.slice(0, at) + (random.chance(0.5) ? random.pick(bits) : '') + text.slice(at + random.below(3));
  return garbled.toWellFormed();
}
