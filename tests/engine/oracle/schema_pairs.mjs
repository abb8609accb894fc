// Pairs of schemas, each with one thing changed: [what, old, new]. And one to make others of, with
// something of everything.

const query = 'type Query { a: Int }\n';
const pair = (what, was, is) => [what, query + was, query + is];

export const base = `
  directive @tag(name: String = "x", level: Int! = 1) repeatable on FIELD | QUERY | OBJECT
  directive @old(color: Color, filter: Filter = {a: 1}) on FIELD
  interface Node { id: ID! }
  interface Named implements Node { id: ID! name(lang: String = "en", first: Int): String }
  type Query { node(id: ID!): Node search(filter: Filter = {name: "x"}, colors: [Color!]! = [RED], any: Any = 7, n: Float = 1.5, deep: [[Int]] = [[1], 2]): [Found!] color(of: Color = RED): Color }
  type Mutation { paint(color: Color! = GREEN, where: Place): Thing keep(name: String = "x", id: ID = 7): Boolean }
  type Subscription { painted(id: ID = "x1"): Thing }
  type Thing implements Named & Node { id: ID! name(lang: String = "en", first: Int): String colors: [Color] parts: [Thing!]! }
  type Person implements Node { id: ID! age: Int size(unit: Unit = METRE): Float! }
  union Found = Thing | Person
  enum Color { RED GREEN BLUE }
  enum Unit { METRE FOOT }
  scalar Any @specifiedBy(url: "https://example.org/any")
  input Filter { a: Int = 1 name: String! = "y" color: Color = RED x10: [Int!] = [1] x2: Place }
  input Place @oneOf { id: ID name: String }
`;

export const pairs = [
  pair('a type is removed', 'type T { a: Int }', ''),
  pair('a standard scalar is used no longer', 'type T { a: Float }', 'type T { a: Int }'),
  pair('a standard scalar is used now', 'type T { a: Int }', 'type T { a: Int b: Float }'),
  ...['scalar X', 'type X { a: Int }', 'interface X { a: Int }', 'union X = Query', 'enum X { A }', 'input X { a: Int }'].flatMap(
    (was, i, all) => all.filter((is) => is !== was).map((is) => pair(`${was} becomes ${is}`, was, is)),
  ),
  pair('a union loses a member', 'union U = Query | T type T { a: Int }', 'union U = Query type T { a: Int }'),
  pair('a union gains a member', 'union U = Query type T { a: Int }', 'union U = T | Query type T { a: Int }'),
  pair('a value is removed', 'enum E { A B C }', 'enum E { C A }'),
  pair('a value is added', 'enum E { A }', 'extend enum E { B } enum E { A }'),
  pair('an interface is implemented', 'interface I { a: Int } type T { a: Int }', 'interface I { a: Int } type T implements I { a: Int }'),
  pair('an interface is implemented no longer', 'interface I { a: Int } type T implements I { a: Int }', 'interface I { a: Int } type T { a: Int }'),
  pair('an interface implements one', 'interface I { a: Int } interface J { a: Int }', 'interface I { a: Int } interface J implements I { a: Int }'),
  pair('a field is removed', 'type T { a: Int b: Int }', 'type T { a: Int c: Int }'),
  pair('a field of an interface is removed', 'interface T { a: Int b: Int }', 'interface T { a: Int }'),
  pair('an input field is removed', 'input I { a: Int b: Int }', 'input I { a: Int }'),
  ...[['Int!', '= 1'], ['Int!', ''], ['Int', ''], ['Int', '= 1']].flatMap(([type, value]) => [
    pair(`an input field ${type} ${value} is added`, 'input I { a: Int }', `input I { a: Int b: ${type} ${value} }`),
    pair(`an argument ${type} ${value} is added`, 'type T { f: Int }', `type T { f(a: ${type} ${value}): Int }`),
    pair(`an argument ${type} ${value} is removed`, `type T { f(a: ${type} ${value}): Int }`, 'type T { f: Int }'),
    pair(`a directive's argument ${type} ${value} is added`, 'directive @d on FIELD', `directive @d(a: ${type} ${value}) on FIELD`),
    pair(`a directive's argument ${type} ${value} is removed`, `directive @d(a: ${type} ${value}) on FIELD`, 'directive @d on FIELD'),
  ]),
  ...['Int', 'Int!', '[Int]', '[Int!]', '[Int]!', '[Int!]!', '[[Int]]', '[[Int]!]', '[[Int!]]!', 'ID'].flatMap((was, i, all) =>
    all.flatMap((is) => [
      pair(`a field changes from ${was} to ${is}`, `type T { f: ${was} }`, `type T { f: ${is} }`),
      pair(`an argument changes from ${was} to ${is}`, `type T { f(a: ${was}): Int }`, `type T { f(a: ${is}): Int }`),
      pair(`an input field changes from ${was} to ${is}`, `input I { f: ${was} }`, `input I { f: ${is} }`),
    ]),
  ),
  ...[
    ['Int', '1', '2'], ['Int', '1', 'null'], ['Int', 'null', '0'], ['Float', '1', '1.0'], ['Float', '1.5', '15e-1'], ['Float', '-0.0', '0'],
    ['ID', '1', '"1"'], ['ID', '"01"', '"1"'], ['ID', '"-7"', '"x"'], ['String', '"a"', '"""a"""'], ['String', '"\\u0041"', '"A"'], ['String', '"\\""', '""'],
    ['[Int]', '1', '[1]'], ['[Int]', '[1, 2]', '[2, 1]'], ['[[Int]]', '1', '[[1]]'], ['Boolean', 'true', 'false'],
    ['E', 'A', 'B'], ['[E!]', '[A, B]', '[A]'], ['S', '1', '1.0'], ['S', '"A"', 'A'], ['S', '"1"', '1'],
    ['I', '{a: 1, b: "x"}', '{b: "x", a: 1}'], ['I', '{}', '{b: "d"}'], ['I', '{a: 1}', '{a: 2}'], ['I', '{x10: 1, x2: 2}', '{x10: 2, x2: 1}'],
  ].flatMap(([type, was, is]) => {
    const more = 'enum E { A B } scalar S input I { b: String = "d" a: Int x10: Int x2: Int } ';
    return [
      pair(`a default changes from ${was} to ${is}`, `${more} type T { f(a: ${type} = ${was}): Int }`, `${more} type T { f(a: ${type} = ${is}): Int }`),
      pair(`a default ${was} is removed`, `${more} type T { f(a: ${type} = ${was}): Int }`, `${more} type T { f(a: ${type}): Int }`),
      pair(`a default ${is} is added`, `${more} type T { f(a: ${type}): Int }`, `${more} type T { f(a: ${type} = ${is}): Int }`),
    ];
  }),
  pair('a default rests on another that changes', 'input I { a: Int = 1 } type T { f(i: I = {}): Int }', 'input I { a: Int = 2 } type T { f(i: I = {}): Int }'),
  pair('a default rests on a field that is new', 'input I { a: Int } type T { f(i: I = {}): Int }', 'input I { a: Int b: Int = 2 } type T { f(i: I = {}): Int }'),
  pair('a default changes under a type that breaks', 'type T { f(a: Int = 1): Int }', 'type T { f(a: ID = 2): Int }'),
  pair('a default goes and null with it', 'type T { f(a: Int! = 1): Int }', 'type T { f(a: Int!): Int }'),
  pair('a directive is removed', 'directive @d on FIELD', ''),
  pair('a directive loses a place', 'directive @d on FIELD | QUERY', 'directive @d on QUERY | MUTATION'),
  pair('a directive had a place twice', 'directive @d on FIELD | QUERY | QUERY', 'directive @d on QUERY | FIELD | FIELD'),
  pair('a directive is repeatable no longer', 'directive @d repeatable on FIELD', 'directive @d on FIELD'),
  pair('a directive is repeatable now', 'directive @d on FIELD', 'directive @d repeatable on FIELD'),
  pair('a directive of the language had more', 'directive @skip(if: Boolean!, or: Int) repeatable on FIELD | QUERY', ''),
  pair('a directive of the language asks for more', '', 'directive @skip(if: Boolean!, or: Int!, not: Int) on FIELD'),
  pair('all stand in another order', 'enum E { A B } type T { a(x: Int, y: Int): Int b: Int } union U = T | Query directive @d(a: Int, b: Int) on FIELD | QUERY', 'directive @d(b: Int, a: Int) on QUERY | FIELD union U = Query | T type T { b: Int a(y: Int, x: Int): Int } enum E { B A }'),
  pair('all is said in extensions', 'enum E { A B } type T { a: Int b: Int } union U = T | Query', 'extend enum E { B } enum E { A } type T { a: Int } extend type T { b: Int } union U = T extend union U = Query'),
];
