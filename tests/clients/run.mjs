// Runs one test of this folder: node run.mjs apollo.test.mjs

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { check, Failure, finish } from '../lib/tap.mjs';

try {
  await import(pathToFileURL(resolve(process.argv[2])).href);
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  await check('the packages of the tests are installed', () => {
    throw new Failure(`run \`npm ci\` in tests/clients, or \`tools/dev test\`: ${error.message}`);
  });
  finish();
}
