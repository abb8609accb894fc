// Reads files of cases; their form is told in tests/engine/case.h.

import { readFileSync } from 'node:fs';

const SECTIONS = ['schema', 'document', 'operation', 'variables', 'scopes', 'root', 'events', 'expect', 'differs'];

// [{name, file, line, schema, …}]: the sections as text, those that are not there undefined.
export function readCases(file) {
  const cases = [];
  let section;

  readFileSync(file, 'utf8').split('\n').forEach((line, i) => {
    const current = cases.at(-1);
    if (line.startsWith('===')) {
      cases.push({ name: line.slice(3).trim(), file, line: i + 1, schema: current?.schema });
      section = undefined;
    } else if (current && line.startsWith('---')) {
      section = line.slice(3).trim();
      if (!SECTIONS.includes(section)) throw new Error(`${file}:${i + 1}: unknown section ${section}`);
      delete current[section];
    } else if (section) {
      current[section] = section in current ? `${current[section]}\n${line}` : line;
    }
  });
  return cases;
}
