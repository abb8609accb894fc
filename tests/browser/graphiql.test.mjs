// GraphiQL as a person uses it: examples, users of the demo, headers, plugins, colours, narrow windows.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { withBrowser, withDemo } from './browser.mjs';

// What axe finds inside GraphiQL, where nothing can be done about it from outside: a tab is an element
// with the role of a tab that holds buttons; the Explorer's fields have no labels; what is chosen in the
// history is a button called "Set active", whatever is written on it.
const KNOWN_BARRIERS = {
  'nested-interactive': ['.graphiql-tab'],
  label: ['.graphiql-explorer-root'],
  'select-name': ['.graphiql-explorer-actions'],
  'label-content-name-mismatch': ['.graphiql-history-item'],
};

class Graphiql {
  static async open(browser, hall, options) {
    const it = new Graphiql();
    it.visit = await browser.open(hall, '/graphiql', options);
    it.page = it.visit.page;
    await it.page.locator('.graphiql-query-editor .view-line').first().waitFor();
    return it;
  }

  chooseTab(title) {
    return this.page.getByRole('tab').getByRole('button', { name: title, exact: true }).click();
  }

  chooseUser(name) {
    return this.page.getByLabel('as').selectOption(name);
  }

  run() {
    return this.page.locator('.graphiql-execute-button').click();
  }

  // What the response editor holds by now; null where that is nothing yet.
  async shown() {
    const text = await this.page.evaluate(() => {
      const models = globalThis.__MONACO.editor.getModels();
      return models.find(({ uri }) => uri.path.endsWith('response.json')).getValue();
    });
    return text ? JSON.parse(text) : null;
  }

  // The first that satisfies.
  async response(satisfies = () => true) {
    let found;
    await this.visit.until(async () => {
      found = await this.shown();
      return found && satisfies(found);
    });
    return found;
  }

  async write(editor, text) {
    await this.page.locator(`${editor} .view-lines`).click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(text);
  }

  async writeHeaders(headers) {
    await this.page.getByRole('button', { name: 'Headers', exact: true }).click();
    await this.write('.graphiql-editor-tool .graphiql-editor:not(.hidden)', JSON.stringify(headers));
  }

  async openPanel(title, content) {
    await this.page.getByRole('button', { name: `Show ${title}` }).click();
    await this.page.locator('.graphiql-plugin').locator(content).first().waitFor();
    assert.deepEqual(await this.visit.barriers(KNOWN_BARRIERS), [], title);
  }

  // What the page began its sockets with.
  get openings() {
    return this.visit.sockets.map(({ sent }) => sent.find(({ type }) => type === 'connection_init')?.payload);
  }

  async end() {
    assert.deepEqual(await this.visit.barriers(KNOWN_BARRIERS), []);
    await this.visit.end();
  }
}

await withBrowser(async (browser) => {
  await withDemo([], async (hall) => {
    await check('the examples of a first visit send, follow and read, as the user that is chosen', async () => {
      const ann = await Graphiql.open(browser, hall);
      const bob = await Graphiql.open(browser, hall);

      await ann.chooseTab('Follow');
      await ann.run();
      await ann.visit.until(() => ann.visit.sockets.some(({ sent }) => sent.some(({ type }) => type === 'subscribe')));
      assert.equal(ann.visit.sockets[0].url, `ws://${hall.address}/graphql`);

      await bob.chooseUser('bob');
      await bob.chooseTab('Send');
      let sent;
      let heard;
      // Whether the subscription stands already is not to be seen; it hears of what is sent from then on.
      await bob.visit.until(async () => {
        await bob.run();
        sent = (await bob.response(({ data }) => data.sendMessage.seq !== sent?.seq)).data.sendMessage;
        heard = await ann.shown();
        return heard;
      });
      assert.equal(heard.data.onMessage.senderId, 'bob');
      assert.equal(heard.data.onMessage.text, sent.text);

      await bob.chooseTab('Messages');
      await bob.run();
      const { messages } = (await bob.response(({ data }) => data?.messages)).data;
      assert.equal(messages.items[0].seq, sent.seq);
      assert.equal(messages.items[0].senderId, 'bob');

      await ann.page.getByRole('button', { name: /Stop/ }).click();
      await ann.visit.until(() => ann.visit.sockets[0].sent.some(({ type }) => type === 'complete'));
      await ann.end();
      await bob.end();
    });

    await check('nobody is refused, and the choice is remembered', async () => {
      const it = await Graphiql.open(browser, hall);
      await it.chooseUser('nobody');
      await it.run();
      const { errors } = await it.response(({ errors }) => errors);
      assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
      await it.page.reload();
      await it.visit.until(async () => (await it.page.getByLabel('as').inputValue()) === '');
      await it.end();
    });

    await check('the Explorer, the documentation and the history open, and hold what they should', async () => {
      const it = await Graphiql.open(browser, hall);
      await it.openPanel('Documentation Explorer', 'text=Subscription');
      await it.openPanel('GraphiQL Explorer', 'text=serverInfo');
      await it.run();
      await it.response();
      await it.openPanel('History', '.graphiql-history-item');
      await it.end();
    });

    for (const width of [1280, 390])
      for (const colours of ['light', 'dark'])
        await check(`it can be read and used by everybody in ${colours} colours, ${width} pixels wide`, async () => {
          const it = await Graphiql.open(browser, hall, { width, colours });
          await it.run();
          await it.response();
          const { width: response } = await it.page.locator('.graphiql-response').boundingBox();
          assert.ok(response > 250, `the response is ${response} pixels wide`);
          await it.end();
        });

    await check('its editors follow the colours of the system while it is open', async () => {
      const it = await Graphiql.open(browser, hall, { colours: 'light' });
      const dark = it.page.locator('.graphiql-query-editor .monaco-editor.vs-dark');
      assert.equal(await dark.count(), 0);
      await it.page.emulateMedia({ colorScheme: 'dark' });
      await dark.waitFor();
      await it.end();
    });
  });

  // Here is no demo, and everybody has to show a token.
  await withServer({ options: ['--graphiql', 'on', '--introspection', 'auth'] }, async (hall) => {
    await hall.guild('demo', ['carol']);

    await check('what the headers editor holds goes with requests, and is how a socket begins', async () => {
      const it = await Graphiql.open(browser, hall);
      const headers = { authorization: `Bearer ${hall.token('carol')}` };
      assert.equal(await it.page.getByLabel('as').count(), 0);
      await it.writeHeaders(headers);
      await it.run();
      assert.deepEqual((await it.response(({ data }) => data)).data.messages.items, []);

      await it.chooseTab('Follow');
      await it.writeHeaders(headers);
      await it.run();
      await it.visit.until(() => it.openings.length === 1 && it.openings[0]);
      assert.deepEqual(it.openings[0], headers);
      await it.visit.until(async () => {
        await hall.send('carol', 'GUILD#demo', 'to the page');
        return it.shown();
      });
      await it.end();
    });

    await check('a socket begins anew when the headers are others, and says why it was refused', async () => {
      const it = await Graphiql.open(browser, hall);
      await it.chooseTab('Follow');
      await it.writeHeaders({ authorization: 'Bearer wrong' });
      await it.run();
      const { errors } = await it.response(({ errors }) => errors);
      assert.match(errors[0].message, /4403/);
      const headers = { authorization: `Bearer ${hall.token('carol')}` };
      await it.writeHeaders(headers);
      await it.run();
      await it.visit.until(() => it.openings[1]);
      assert.deepEqual(it.openings[1], headers);
      await it.end();
    });
  });
});
finish();
