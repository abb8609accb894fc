// The chat's texts: each language has all of them, with the same values in them.

import assert from 'node:assert/strict';

import en from '../../tools/web/chat/texts/en.js';
import es from '../../tools/web/chat/texts/es.js';
import fr from '../../tools/web/chat/texts/fr.js';
import { check, finish } from '../lib/tap.mjs';

const valuesIn = (text) => [...text.matchAll(/\{\w+\}/g)].map(([value]) => value).sort();

// { key: the values of each of its forms }
function outline(texts) {
  const formsOf = (text) =>
    typeof text === 'string' ? valuesIn(text) : [valuesIn(text.one), valuesIn(text.other)];
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, formsOf(text)]));
}

for (const [name, texts] of Object.entries({ Spanish: es, French: fr }))
  await check(`${name} says all that English says`, () => assert.deepEqual(outline(texts), outline(en)));
finish();
