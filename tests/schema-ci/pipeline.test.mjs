// The steps of the workflow and the hook, word for word, where nothing is wrong and where a field was renamed.

import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { load } from 'js-yaml';

import { check, finish } from '../lib/tap.mjs';
import { expect, guideFile, Project, renameSender } from './project.mjs';

const { jobs } = load(guideFile('github-actions.yml'));
const step = (name, job = 'schema') => jobs[job].steps.find((each) => each.name === name).run;

const DIFF = step('The schema breaks no client');
const VALIDATE = step('Every document is valid');

const TOOLS = ['What the inspector finds broken', 'What ESLint says of the documents', 'The documents get types, and the code is checked against them'];

// What GitHub's runner gives a job: the branch that the pull request is for, and a home.
function pullRequest(edit = (text) => `${text}\n# a comment\n`) {
  const project = new Project();
  project.must('git update-ref refs/remotes/origin/main main && git checkout -qb change');
  project.change('schema.graphql', edit);
  project.must('git commit -qam change');
  return { project, env: { GITHUB_BASE_REF: 'main', GIT_CONFIG_GLOBAL: join(project.folder, '.git/job') } };
}

await check('a pull request that changes nothing for clients passes', () => {
  const { project, env } = pullRequest();
  project.must(DIFF, env);
  project.must(VALIDATE, env);
});

await check('a renamed field is an annotation at the type that has lost it', () => {
  const { project, env } = pullRequest(renameSender);
  const line = project.lineOf('type Message ');
  const { status, output } = project.sh(DIFF, env);
  expect(status === 1, output);
  expect(new RegExp(`^::error file=schema\\.graphql,line=${line},.*FIELD_REMOVED%3AMessage\\.senderId::`, 'm').test(output), output);
});

await check('a renamed field is an annotation at each line of a document that asks for it', () => {
  const { project, env } = pullRequest(renameSender);
  const { status, output } = project.sh(VALIDATE, env);
  const asked = project.must("grep -rnE --include='*.graphql' '^ *senderId\\b' src").trim().split('\n');
  expect(status !== 0 && asked.length > 0, output);
  for (const [file, line] of asked.map((each) => each.split(':')))
    expect(output.includes(`::error file=${file},line=${line},`), output);
});

await check('a schema that is none is told with its line', () => {
  const { project, env } = pullRequest((text) => text.replace('type Message {', 'type Message { {'));
  const line = project.lineOf('type Message { {');
  const { status, output } = project.sh(DIFF, env);
  expect(status !== 0 && output.includes(`schema.graphql,line=${line},`), output);
});

await check('the tools from npm let a pull request pass that changes nothing, and each stops one that renames a field', () => {
  const good = pullRequest();
  const bad = pullRequest(renameSender);
  for (const name of TOOLS) {
    good.project.must(step(name, 'tools'), good.env);
    const { status, output } = bad.project.sh(step(name, 'tools'), bad.env);
    expect(status !== 0 && output.includes('senderId'), output);
  }
});

await check('every job stops at the first command that fails, in a pipe as well', () => {
  for (const { defaults } of Object.values(jobs)) expect(defaults.run.shell === 'bash', JSON.stringify(jobs));
});

function withHook() {
  const project = new Project();
  const hook = join(project.folder, '.git/hooks/pre-commit');
  project.write('.git/hooks/pre-commit', guideFile('pre-commit'));
  chmodSync(hook, 0o755);
  return project;
}

await check('the hook lets a commit pass that breaks nobody', () => {
  const project = withHook();
  project.change('schema.graphql', (text) => `${text}\n# a comment\n`);
  project.must('git commit -qam comment');
});

await check('the hook lets the first commit of all pass', () => {
  const project = withHook();
  project.must('git checkout -q --orphan fresh && git commit -qm first');
});

await check('the hook stops a commit that renames a field, and says which', () => {
  const project = withHook();
  project.change('schema.graphql', renameSender);
  const { status, output } = project.sh('git commit -qam rename');
  expect(status !== 0 && output.includes('FIELD_REMOVED:Message.senderId'), output);
  expect(output.includes('GUILDHALL_ALLOW='), output);
  expect(project.must('git log -1 --format=%s').trim() === 'as it was', output);
});

await check('the hook stops a commit whose documents have not followed, though the change was agreed upon', () => {
  const project = withHook();
  project.change('schema.graphql', renameSender);
  const { status, output } = project.sh('git commit -qam rename', { GUILDHALL_ALLOW: 'FIELD_REMOVED:Message.senderId' });
  expect(status !== 0 && output.includes('Cannot query field "senderId" on type "Message"'), output);
});

await check('the hook lets an agreed change pass whose documents have followed', () => {
  const project = withHook();
  project.change('schema.graphql', renameSender);
  project.must("sed -i 's/\\bsenderId\\b/authorId/' src/*.graphql");
  project.must('git commit -qam rename', { GUILDHALL_ALLOW: 'FIELD_REMOVED:Message.senderId' });
});

await check('the hook lets several agreed changes pass, and no other with them', () => {
  const project = withHook();
  const two = ['FIELD_REMOVED:Message.senderId', 'FIELD_REMOVED:Message.guildId'];
  project.change('schema.graphql', (text) => renameSender(text).replace(/(type Message \{[^}]*)\bguildId:/, '$1clanId:'));
  project.must("sed -i 's/\\bsenderId\\b/authorId/' src/*.graphql");
  const { status, output } = project.sh('git commit -qam rename', { GUILDHALL_ALLOW: two[0] });
  expect(status !== 0 && output.includes(two[1]), output);
  project.must('git commit -qam rename', { GUILDHALL_ALLOW: two.join(' ') });
});

await check('the hook looks at what is staged, not at what lies about', () => {
  const project = withHook();
  project.write('src/draft.graphql', '{ nothing }\n');
  project.change('schema.graphql', (text) => `${text}\n# a comment\n`);
  project.must('git commit -qm comment schema.graphql');
});

finish();
