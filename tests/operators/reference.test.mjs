// What is written about metrics is what a server says: the dashboard, the alert rules; and promtool
// finds nothing wrong with a scrape.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { withServer } from '../lib/harness.mjs';
import { scrape } from '../lib/metrics.mjs';
import { check, finish } from '../lib/tap.mjs';

const docs = (name) => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

// Names of our metrics in PromQL, and of those that every process has; `up` is Prometheus's own.
const namesIn = (text) => new Set(text.match(/\b(guildhall|process)_[a-z_]+\b/g));

// Labels by metric, where an expression selects or a sum keeps them: {label="…"} behind a name.
function* selections(text) {
  for (const [, name, inside] of text.matchAll(/\b((?:guildhall|process)_[a-z_]+)\{([^}]*)\}/g))
    for (const [, label] of inside.matchAll(/(\w+) *(?:=~|!~|!=|=)/g)) yield { name, label };
}

// Prometheus adds these to what it scrapes.
const OF_THE_SCRAPE = new Set(['instance', 'job', 'le']);

function promtool(words, input) {
  return new Promise((resolve, reject) => {
    const child = execFile('promtool', words, (error, stdout, stderr) =>
      error ? reject(new Error(`promtool ${words.join(' ')}: ${stdout}${stderr}`)) : resolve(stdout + stderr),
    );
    child.stdin.end(input);
  });
}

await withServer({ threads: 2, options: ['--bus', 'postgres'] }, async (hall) => {
  await hall.room('club', ['ann']);
  await hall.send('ann', 'club', 'hello');
  await hall.exchange({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${hall.token('ann')}`, 'x-schema-hash': 'older' },
    body: '{"query":"{ viewer { userId } }"}',
  });
  const now = await scrape(hall);

  const has = (name) => {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    return now.families.has(name) || now.families.get(family)?.type === 'histogram';
  };

  await check('promtool finds nothing wrong with a scrape', async () => {
    assert.equal(await promtool(['check', 'metrics'], now.text), '');
  });
  await check('promtool finds nothing wrong with the alert rules, and their own tests pass', async () => {
    const file = (name) => fileURLToPath(new URL(`../../docs/operating/${name}`, import.meta.url));
    await promtool(['check', 'rules', file('alerts.yml')]);
    await promtool(['test', 'rules', file('alerts.test.yml')]);
  });
  for (const name of ['dashboard.json', 'alerts.yml', 'alerts.test.yml'])
    await check(`each metric of ${name} is there, with the labels that are asked for`, () => {
      const text = docs(`operating/${name}`).replaceAll('\\"', '"');
      const names = namesIn(text);
      assert.ok(names.size > 10);
      for (const metric of names) assert.ok(has(metric), metric);
      for (const { name: metric, label } of selections(text)) {
        const family = now.families.get(metric) ?? now.families.get(metric.replace(/_(bucket|sum|count)$/, ''));
        assert.ok(OF_THE_SCRAPE.has(label) || family.labels.has(label), `${metric}{${label}}`);
      }
    });
  await check('each alert rule has a test', () => {
    const names = [...docs('operating/alerts.yml').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const tested = new Set([...docs('operating/alerts.test.yml').matchAll(/alertname: (\w+)/g)].map(([, name]) => name));
    assert.deepEqual([...tested].sort(), names.sort());
  });
  await check('Prometheus can read every expression of the dashboard', async () => {
    // As rules, which promtool parses, with what Grafana puts in place of its variables.
    const exprs = [...docs('operating/dashboard.json').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      JSON.parse(text).replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h').replaceAll('$instance', '.*'),
    );
    assert.ok(exprs.length > 10 && exprs.every((expr) => !expr.includes('$')), exprs.join('\n'));
    const rules = exprs.map((expr, i) => ({ record: `dashboard:expr${i}`, expr }));
    const folder = mkdtempSync(join(tmpdir(), 'guildhall-dashboard-'));
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    await promtool(['check', 'rules', join(folder, 'rules.yml')]).finally(() => rmSync(folder, { recursive: true }));
  });
  await check('the dashboard shows every metric of the server', () => {
    const shown = [...namesIn(docs('operating/dashboard.json'))].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    assert.deepEqual([...new Set(shown)].sort(), [...now.families.keys()].sort());
  });
});

finish();
