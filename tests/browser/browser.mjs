// The pages of guildhall in a browser: Debian's Chromium without a window, led by playwright.
//
//     await withBrowser(async (browser) => {
//       const visit = await browser.open(hall, '/graphiql', { width: 390, colours: 'dark' });
//       await visit.page.getByRole('button', { name: 'Execute' }).click();
//       await visit.end();
//     });
//
// end() throws for what nobody may ever see: an error in the console, a request that failed or was for
// another host, a breach of the page's policy.

import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { chromium } from 'playwright-core';

import { withServer } from '../lib/harness.mjs';

// Ends what would wait for ever: a server under sanitizers, and a busy machine, are slow. No test asserts it.
const PATIENCE_MS = 120_000;

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function chromiumPath() {
  for (const folder of process.env.PATH.split(':')) {
    const program = join(folder, 'chromium');
    try {
      accessSync(program, constants.X_OK);
      return program;
    } catch {
      continue;
    }
  }
  throw new Error('there is no chromium on PATH: install it, or let tools/dev do so');
}

// Until it is so; explain() says why it may never be.
export async function until(condition, explain = () => '') {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition}\n${explain()}`);
    await delay(20);
  }
}

// A page that somebody has open.
class Visit {
  #context;
  #complaints = [];
  sockets = []; // { url, sent: [what the page said on it, parsed] }

  constructor(context, page, address) {
    this.#context = context;
    this.page = page;
    this.address = address;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complain(message.type(), message.text());
    });
    page.on('pageerror', (error) => this.#complain('thrown', error.stack));
    page.on('requestfailed', (request) => {
      const { errorText } = request.failure();
      // What was on its way when the page was left is nobody's failure.
      if (errorText !== 'net::ERR_ABORTED') this.#complain('failed', request.url(), errorText);
    });
    page.on('request', (request) => this.#judge(request.url()));
    page.on('websocket', (socket) => this.#listen(socket));
  }

  #complain(...words) {
    this.#complaints.push(words.join(': '));
  }

  #judge(address) {
    const { protocol, host } = new URL(address);
    if (!['data:', 'blob:'].includes(protocol) && host !== this.address) this.#complain('another host', address);
  }

  #listen(socket) {
    const entry = { url: socket.url(), sent: [] };
    this.#judge(entry.url);
    this.sockets.push(entry);
    socket.on('framesent', ({ payload }) => entry.sent.push(JSON.parse(payload)));
  }

  // What axe finds wrong for those who cannot see, or not well: a line for each place. known: findings
  // inside a library's own parts, { rule: [a selector, …] }, with the reason beside them.
  async barriers(known = {}) {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    const lines = [];
    for (const { id, nodes } of violations)
      for (const { target, html, failureSummary } of nodes) {
        const isKnown = await this.page.evaluate(
          ([place, selectors]) => selectors.some((each) => document.querySelector(place)?.closest(each)),
          [String(target.at(-1)), known[id] ?? []],
        );
        if (!isKnown) lines.push(`${id}: ${target}: ${html.slice(0, 200)}: ${failureSummary}`);
      }
    return lines;
  }

  // What the page complained of is the likely reason when it never is.
  until(condition) {
    return until(condition, () => this.#complaints.join('\n'));
  }

  async end() {
    await this.#context.close();
    assert.deepEqual(this.#complaints, []);
  }
}

export async function withBrowser(body) {
  // A scroll by a key is there at once: drawn by and by, it would start anew with each further key, and be
  // on its way still when something else is clicked. Chromium's sandbox does not start for root.
  const args = [
    '--disable-dev-shm-usage',
    '--disable-smooth-scrolling',
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
  ];
  const browser = await chromium.launch({ executablePath: chromiumPath(), args, timeout: PATIENCE_MS });
  const open = async (hall, path, options = {}) => {
    const { width = 1280, height = 800, colours = 'light', language = 'en-GB' } = options;
    const view = { viewport: { width, height }, colorScheme: colours, locale: language };
    const context = await browser.newContext(view);
    const visit = new Visit(context, await context.newPage(), hall.address);
    await visit.page.goto(`http://${hall.address}${path}`, { timeout: PATIENCE_MS });
    return visit;
  };
  try {
    return await body({ open });
  } finally {
    await browser.close();
  }
}

// `guildhall up` on a database of its own: the demo's rooms, ann and bob, tokens for the asking.
export async function withDemo(options, body) {
  const state = await mkdtemp(join(tmpdir(), 'guildhall-demo-'));
  try {
    return await withServer({ command: ['up', '--state-dir', state], options }, body);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}
