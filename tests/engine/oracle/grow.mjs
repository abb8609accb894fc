// Documents that grow out of the schema, made so that fields meet: few names, few aliases, inline
// fragments and fragments that spread each other, in cycles too.

import { graphql } from './graphql.mjs';

const { getNamedType, isAbstractType, isCompositeType, isLeafType } = graphql;

function fieldsOf(type) {
  return type.getFields ? Object.values(type.getFields()) : [];
}

function growField(world, type, depth) {
  const { random } = world;
  const field = random.pick(fieldsOf(type));
  const below = getNamedType(field.type);
  const alias = random.chance(0.4) ? `${random.pick(['a', 'b', 'name', 'x'])}: ` : '';
  const args = field.args.filter((arg) => isLeafType(getNamedType(arg.type)) && random.chance(0.3));
  const values = args.map((arg) => `${arg.name}: ${random.pick(['1', '2', 'true', 'SIT', '"s"', 'null'])}`);
  const call = values.length ? `(${values.join(', ')})` : '';

  if (isLeafType(below)) return `${alias}${field.name}${call}`;
  if (depth <= 0) return '__typename';
  return `${alias}${field.name}${call} ${growSet(world, below, depth - 1)}`;
}

function growSet(world, type, depth) {
  const { random, schema } = world;
  const selections = [];

  for (let left = 1 + random.below(3); left > 0; left--) {
    const kind = random.below(10);
    if (kind < 2) {
      selections.push(`...F${random.below(world.fragments)}`);
    } else if (kind < 4 || fieldsOf(type).length === 0) {
      const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
      const on = random.chance(0.8) ? random.pick(possible) : random.pick(world.composite);
      if (depth > 0) selections.push(`... on ${on.name} ${growSet(world, on, depth - 1)}`);
    } else {
      selections.push(growField(world, type, depth));
    }
  }
  return `{ ${selections.length ? selections.join(' ') : '__typename'} }`;
}

export function grow(schema, random) {
  const composite = Object.values(schema.getTypeMap()).filter(
    (type) => isCompositeType(type) && !type.name.startsWith('__'),
  );
  const world = { schema, random, composite, fragments: 1 + random.below(4) };
  const parts = [growSet(world, schema.getQueryType(), 4)];

  for (let i = 0; i < world.fragments; i++) {
    const on = random.pick(composite);
    parts.push(`fragment F${i} on ${on.name} ${growSet(world, on, 3)}`);
  }
  return parts.join('\n');
}
