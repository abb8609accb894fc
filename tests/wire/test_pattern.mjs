// The patterns of transcripts hold what they say, and refuse what they should.

import assert from 'node:assert/strict';

import { check, finish } from '../lib/tap.mjs';
import { match, parsePattern } from './pattern.mjs';

const holds = (pattern, value, names = new Map()) => match(parsePattern(pattern), value, names) === undefined;

await check('a plain value matches itself and nothing else', () => {
  for (const value of [null, true, false, 0, -1.5, 1e3, '', 'a"b\\', [], {}, [1, [2]], { a: { b: null } }])
    assert.ok(holds(JSON.stringify(value), value), JSON.stringify(value));
  assert.ok(!holds('1', '1'));
  assert.ok(!holds('null', false));
  assert.ok(!holds('{}', []));
  assert.ok(!holds('[]', {}));
  assert.ok(!holds('{}', null));
});

await check('a member or an element too many or too few is refused', () => {
  assert.ok(!holds('{"a":1}', { a: 1, b: 2 }));
  assert.ok(!holds('{"a":1,"b":2}', { a: 1 }));
  assert.ok(!holds('[1]', [1, 2]));
  assert.ok(!holds('[1,2]', [1]));
});

await check('... allows more members and elements, and forgives nothing else', () => {
  assert.ok(holds('{"a":1,...}', { a: 1, b: 2 }));
  assert.ok(!holds('{"a":1,...}', { a: 2, b: 2 }));
  assert.ok(!holds('{"a":1,...}', { b: 2 }));
  assert.ok(holds('[1,...]', [1]));
  assert.ok(holds('[1,...]', [1, 2]));
  assert.ok(!holds('[1,...]', []));
  assert.ok(!holds('[1,...]', [2, 1]));
});

await check('* is any value, and still a value', () => {
  for (const value of [null, 1, 'x', [], {}]) assert.ok(holds('*', value));
  assert.ok(!holds('{"a":*}', {}));
});

await check('a name catches the first value and holds the next ones to it', () => {
  assert.ok(holds('[<x>,<x>,"<x>!"]', ['a', 'a', 'a!']));
  assert.ok(!holds('[<x>,<x>]', ['a', 'b']));
  assert.ok(!holds('[<x>,"<x>!"]', ['a', 'b!']));
  assert.ok(holds('[<x>,<x>]', [{ a: [1] }, { a: [1] }]));
  assert.ok(!holds('[<x>,<x>]', [{ a: [1] }, { a: [2] }]));
});

await check('a regular expression matches strings only', () => {
  assert.ok(holds('~"^a+$"', 'aa'));
  assert.ok(!holds('~"^a+$"', 'ab'));
  assert.ok(!holds('~"1"', 1));
});

await check('a pattern that is not well-formed is an error', () => {
  for (const pattern of ['', '{', '{"a"}', '{"a":1', '[1', '"a', 'nul', '1 2', '<', '~1'])
    assert.throws(() => parsePattern(pattern), pattern);
});

await check('what is wrong is told with its place', () => {
  assert.equal(match(parsePattern('{"a":[1,{"b":2}]}'), { a: [1, { b: 3 }] }, new Map()), '$.a[1].b is 3, not 2');
});

finish();
