// What a transcript expects, as JSON with holes:
//
//     *             any value
//     <name>        the first time any value, which gets the name; from then on that value
//     "a <name> b"  the value within a string, where it has a name already
//     ~"expression" a string that matches the regular expression
//     ...           in an object: further members; in an array: further elements
//
// match() returns nothing when all is well, else where and why it is not.

class Hole {
  constructor(kind, detail) {
    this.kind = kind;
    this.detail = detail;
  }
}

const MORE = new Hole('more');

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(what) {
    throw new Error(`${what} at: ${this.text.slice(this.at, this.at + 30) || 'the end'}`);
  }

  skipSpace() {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  take(word) {
    this.skipSpace();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  token(expression) {
    this.skipSpace();
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found) this.at = expression.lastIndex;
    return found;
  }

  string() {
    const found = this.token(/"(?:[^"\\]|\\.)*"/y);
    return found ? JSON.parse(found[0]) : this.fail('a string is missing');
  }

  value() {
    if (this.take('...')) return MORE;
    if (this.take('*')) return new Hole('any');
    if (this.take('~')) return new Hole('matches', new RegExp(this.string(), 'u'));
    const name = this.token(/<([a-z]\w*)>/y);
    if (name) return new Hole('name', name[1]);
    if (this.take('{')) return this.object();
    if (this.take('[')) return this.array();
    this.skipSpace();
    if (this.text[this.at] === '"') return this.string();
    const literal = this.token(/true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?/y);
    return literal ? JSON.parse(literal[0]) : this.fail('a value is missing');
  }

  members(end, one) {
    if (this.take(end)) return;
    do one();
    while (this.take(','));
    if (!this.take(end)) this.fail(`"${end}" is missing`);
  }

  object() {
    const object = new Map();
    this.members('}', () => {
      if (this.take('...')) return object.set(MORE, true);
      const key = this.string();
      if (!this.take(':')) this.fail('":" is missing');
      return object.set(key, this.value());
    });
    return object;
  }

  array() {
    const array = [];
    this.members(']', () => array.push(this.value()));
    return array;
  }
}

export function parsePattern(text) {
  const reader = new Reader(text);
  const pattern = reader.value();
  reader.skipSpace();
  if (reader.at < text.length) reader.fail('nothing more is expected');
  return pattern;
}

// Every <name> that is known, in its place.
export function fill(text, names) {
  return text.replace(/<([a-z]\w*)>/g, (whole, name) => {
    if (!names.has(name)) throw new Error(`${whole} has no value yet`);
    const value = names.get(name);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function matchHole(hole, value, names, path) {
  if (hole.kind === 'any') return undefined;
  if (hole.kind === 'matches')
    return typeof value === 'string' && hole.detail.test(value)
      ? undefined
      : `${path} is ${JSON.stringify(value)}, which does not match ${hole.detail}`;
  if (!names.has(hole.detail)) {
    names.set(hole.detail, value);
    return undefined;
  }
  return match(names.get(hole.detail), value, names, path);
}

function matchObject(pattern, value, names, path) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return `${path} is not an object`;
  for (const key of pattern.keys())
    if (key !== MORE && !Object.hasOwn(value, key)) return `${path}.${key} is missing`;
  for (const [key, member] of Object.entries(value)) {
    if (!pattern.has(key) && pattern.has(MORE)) continue;
    if (!pattern.has(key)) return `${path}.${key} is there, ${JSON.stringify(member)}, and is not expected`;
    const wrong = match(pattern.get(key), member, names, `${path}.${key}`);
    if (wrong) return wrong;
  }
  return undefined;
}

function matchArray(pattern, value, names, path) {
  const more = pattern.at(-1) === MORE;
  const expected = more ? pattern.slice(0, -1) : pattern;
  if (!Array.isArray(value)) return `${path} is not an array`;
  if (more ? value.length < expected.length : value.length !== expected.length)
    return `${path} has ${value.length} elements, ${expected.length} are expected`;
  for (const [i, element] of expected.entries()) {
    const wrong = match(element, value[i], names, `${path}[${i}]`);
    if (wrong) return wrong;
  }
  return undefined;
}

export function match(pattern, value, names, path = '$') {
  if (pattern instanceof Hole) return matchHole(pattern, value, names, path);
  if (pattern instanceof Map) return matchObject(pattern, value, names, path);
  if (Array.isArray(pattern)) return matchArray(pattern, value, names, path);
  if (pattern !== null && typeof pattern === 'object')
    return JSON.stringify(pattern) === JSON.stringify(value) ? undefined : `${path} is ${JSON.stringify(value)}`;
  const expected = typeof pattern === 'string' && /<[a-z]\w*>/.test(pattern) ? fill(pattern, names) : pattern;
  return expected === value ? undefined : `${path} is ${JSON.stringify(value)}, not ${JSON.stringify(expected)}`;
}
