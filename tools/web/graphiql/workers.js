// Monaco runs its languages in workers; ours are assets beside the page.

import editor from 'worker:monaco-editor/esm/vs/editor/editor.worker.js';
import json from 'worker:monaco-editor/esm/vs/language/json/json.worker.js';
import graphql from 'worker:monaco-graphql/esm/graphql.worker.js';

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker({ json, graphql }[label] ?? editor, { name: label });
  },
};
