// A repository of a client's team: guildhall's schema, the chat's sources, and the files of docs/schema-checks/
// where these say that they belong.
//
//     const project = new Project();
//     project.change('schema.graphql', (text) => text.replace('senderId: ID!', 'authorId: ID!'));
//     const { status, output } = project.sh('guildhall validate --schema schema.graphql src/*.graphql');

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Failure } from '../lib/tap.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const guide = join(root, 'docs/schema-checks');
const web = join(root, 'tools/web');

// Git's own settings are left at home.
const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
};

const folders = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export class Project {
  folder = mkdtempSync(join(tmpdir(), 'guildhall-project-'));
  #path;

  constructor() {
    folders.push(this.folder);
    const program = resolve(process.env.GUILDHALL_TEST_SERVER ?? join(root, 'build/guildhall'));
    this.#path = [dirname(program), join(here, 'node_modules/.bin'), process.env.PATH].join(':');
    cpSync(join(root, 'schema.graphql'), join(this.folder, 'schema.graphql'));
    cpSync(join(guide, 'graphqlrc.yml'), join(this.folder, '.graphqlrc.yml'));
    cpSync(join(guide, 'eslint.config.mjs'), join(this.folder, 'eslint.config.mjs'));
    symlinkSync(join(here, 'node_modules'), join(this.folder, 'node_modules'));
    cpSync(join(web, 'chat'), join(this.folder, 'src'), { recursive: true });
    cpSync(join(web, 'demo.js'), join(this.folder, 'demo.js')); // which the chat shares with GraphiQL
    this.write('.gitignore', 'node_modules\n');
    this.must('git init -q -b main && git add -A && git commit -qm "as it was"');
  }

  // Of bash, with `set -e` and pipefail as a job has it.
  sh(script, env = {}) {
    const done = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, ...GIT, PATH: this.#path, NO_COLOR: '1', ...env },
    });
    if (done.error) throw done.error;
    return { status: done.status, output: done.stdout + done.stderr };
  }

  must(script, env) {
    const { status, output } = this.sh(script, env);
    if (status !== 0) throw new Failure(`\`${script}\` ended with ${status}:\n${output}`);
    return output;
  }

  read(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  // A change that changes nothing is a mistake of the test.
  change(name, edit) {
    const before = this.read(name);
    const after = edit(before);
    if (before === after) throw new Failure(`nothing of ${name} was changed`);
    this.write(name, after);
  }

  // Where in a file the text first stands, from 1.
  lineOf(text, name = 'schema.graphql') {
    return this.read(name).split('\n').findIndex((line) => line.includes(text)) + 1;
  }
}

// One of the files of docs/schema-checks/.
export const guideFile = (name) => readFileSync(join(guide, name), 'utf8');

export function expect(condition, output) {
  if (!condition) throw new Failure(`it said:\n${output}`);
}

// One of the files of tools/web/.
export const webFile = (name) => readFileSync(join(web, name), 'utf8');

export const renameSender = (text) => text.replace('senderId: ID!', 'authorId: ID!');
