// The chat's rooms as they are read: history to its first message and back, what is unread, languages.

import assert from 'node:assert/strict';

import { check, finish } from '../lib/tap.mjs';
import { withBrowser, withDemo } from './browser.mjs';
import { Chat, holdBack, numbers } from './chat.mjs';

const HISTORY = 130; // more than three pages
const LONG = 1000; // more than what stays of a room whose newest message is looked at
const AT_ONCE = 50;

// Scrolls to a place from which the next page is asked for; gives the message at the top there.
function scrollToTop(box) {
  box.scrollTop = 300;
  const { top } = box.getBoundingClientRect();
  const topOf = (each) => each.getBoundingClientRect().top;
  const first = [...box.querySelectorAll('li.message')].find((each) => topOf(each) > top);
  return { seq: first.dataset.seq, y: topOf(first) };
}

// Each of these operations is refused the first time, from the next load of the page on.
async function refuseOnce(page, ...names) {
  const left = new Set(names);
  await page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const { id, payload } = JSON.parse(data);
      const name = [...left].find((each) => payload?.query?.includes(each));
      if (!name) return server.send(data);
      left.delete(name);
      const error = { message: 'not now', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
      return socket.send(JSON.stringify({ id, type: 'error', payload: [error] }));
    });
  });
}

// Many at once, so that it does not take long.
async function sendMany(hall, user, roomId, n) {
  for (let sent = 0; sent < n; sent += AT_ONCE)
    await Promise.all(numbers(1, AT_ONCE).map((i) => hall.send(user, roomId, `one of many ${sent + i}`)));
}

await withBrowser(async (browser) => {
  await withDemo([], async (hall) => {
    await hall.room('archive', ['ann', 'bob']);
    for (const n of numbers(1, HISTORY)) await hall.send(n % 3 ? 'ann' : 'bob', 'archive', `message ${n}`);

    await check(
      'scrolling up comes to the first message, and nothing moves on the screen meanwhile',
      async () => {
        const it = await Chat.enter(browser, hall, 'ann');
        await it.openRoom('archive');
        const seqs = await it.shownSeqs();
        assert.deepEqual(seqs, numbers(HISTORY - seqs.length + 1, HISTORY));
        assert.ok(seqs.length < HISTORY / 2);

        const { seq, y } = await it.history.evaluate(scrollToTop);
        await it.visit.until(async () => (await it.shownSeqs()).length > seqs.length);
        const message = it.page.locator(`li[data-seq="${seq}"]`);
        assert.ok(Math.abs((await message.evaluate((each) => each.getBoundingClientRect().top)) - y) < 2);

        await it.scroll('Home', () => it.page.getByText('This is where archive begins.').isVisible());
        assert.deepEqual(await it.shownSeqs(), numbers(1, HISTORY));
        await it.end();
      },
    );

    await check(
      'from the first message on one comes down to the newest, and from there on it is live',
      async () => {
        const it = await Chat.enter(browser, hall, 'ann');
        await it.openRoom('archive');
        await it.page.getByRole('button', { name: 'First message' }).click();
        await it.message('message 1').waitFor();
        assert.ok((await it.shownSeqs()).length < HISTORY / 2);
        await hall.send('bob', 'archive', 'sent meanwhile');
        await it.scroll('End', () => it.message('sent meanwhile').isVisible());
        assert.deepEqual(await it.shownSeqs(), numbers(1, HISTORY + 1));
        await hall.send('bob', 'archive', 'heard live');
        await it.message('heard live').waitFor();
        assert.deepEqual(await it.shownSeqs(), numbers(1, HISTORY + 2));
        await it.end();
      },
    );

    await check('history that could not be read is told of, until it could', async () => {
      const [it] = await Chat.enterThrough(browser, hall, 'ann', (page) =>
        refuseOnce(page, 'query History', 'mutation Send'),
      );
      await it.entry('archive').click();
      const alert = it.page.getByRole('alert').filter({ hasText: 'INTERNAL_SERVER_ERROR' });
      await alert.waitFor();
      await alert.getByRole('button', { name: 'Try again' }).click();
      await it.message(`message ${HISTORY}`).waitFor();
      assert.equal(await alert.count(), 0);
      await it.hasFocus(it.history); // the button that had it is gone
      await it.say('refused');
      await it.page.getByRole('button', { name: 'Discard' }).click();
      await it.pending('refused').waitFor({ state: 'detached' });
      await it.hasFocus(it.field);
      await it.end();
    });

    await check(
      'a room of one page can be read from its first message, and what one writes shows',
      async () => {
        await hall.room('short', ['ann']);
        for (const n of numbers(1, 30)) await hall.send('ann', 'short', `line ${n}`);
        const it = await Chat.enter(browser, hall, 'ann');
        await it.openRoom('short');
        await it.isInView('line 30');
        await it.page.getByRole('button', { name: 'First message' }).click();
        await it.isInView('line 1');
        await it.say('below');
        await it.isInView('below');
        await it.end();
      },
    );

    await check('what is heard while the same page is asked for twice is not lost', async () => {
      const [it, { release, isHolding }] = await Chat.enterThrough(browser, hall, 'ann', (page) =>
        holdBack(page, ({ query }) => query.includes('query History')),
      );
      await it.entry('archive').click();
      await it.visit.until(isHolding);
      await hall.send('bob', 'archive', 'heard early');
      await it.entry('archive').filter({ hasText: 'heard early' }).waitFor();
      await it.say('and then'); // which asks for the newest page
      await it.entry('archive').filter({ hasText: 'and then' }).waitFor();
      release();
      await it.message('and then').waitFor();
      assert.deepEqual(
        (await it.shown()).slice(-2).map(({ text }) => text),
        ['heard early', 'and then'],
      );
      await it.end();
    });

    await check(
      'a room that is shortened while an older page is on its way stays without a gap',
      async () => {
        await hall.room('long', ['ann', 'bob']);
        await sendMany(hall, 'bob', 'long', 100);
        const [it, { release, isHolding }] = await Chat.enterThrough(browser, hall, 'ann', (page) =>
          holdBack(page, ({ query, variables }) => query.includes('query History') && variables.after),
        );
        await it.openRoom('long');
        await it.scroll('Home', isHolding);
        await sendMany(hall, 'bob', 'long', LONG);
        await it.page.getByRole('button', { name: `${LONG} new messages` }).click();
        await it.entry('long').filter({ hasNotText: 'unread' }).waitFor();
        release();
        await hall.send('bob', 'long', 'the last');
        await it.message('the last').waitFor();
        const seqs = await it.shownSeqs();
        assert.deepEqual(seqs, numbers(seqs[0], 100 + LONG + 1));
        await it.end();
      },
    );

    await check('a room shows how much of it is unread until it is opened, and from where', async () => {
      const it = await Chat.enter(browser, hall, 'bob');
      for (const room of ['archive', 'Lobby', 'Demo']) await it.openRoom(room);
      for (const n of [1, 2, 3]) await hall.send('ann', 'lobby', `news ${n}`);
      await it.entry('Lobby').filter({ hasText: '3 unread messages' }).waitFor();
      await it.visit.until(async () => (await it.page.title()).startsWith('(3) Demo'));
      await it.openRoom('Lobby');
      await it.entry('Lobby').filter({ hasNotText: 'unread' }).waitFor();
      assert.deepEqual(await it.shownSeqs(), [1, 2, 3]);
      await it.end();
    });

    await check(
      'what was read stays read, what came while the page was closed is counted and marked',
      async () => {
        const it = await Chat.enter(browser, hall, 'bob');
        await it.openRoom('Demo');
        await hall.send('ann', 'GUILD#demo', 'read');
        await it.message('read').waitFor();
        await it.visit.until(() =>
          it.page.evaluate(() => localStorage['guildhall-chat:read:default:bob']?.includes('GUILD#demo')),
        );
        await it.page.goto('about:blank');
        for (const n of [1, 2]) await hall.send('ann', 'GUILD#demo', `unread ${n}`);
        await it.page.goto(`http://${hall.address}/chat`);
        await it.is('Live');
        await it.entry('Demo').filter({ hasText: '2 unread messages' }).waitFor();
        await it.openRoom('Demo');
        const lines = await it.page
          .locator('ol.messages > li')
          .evaluateAll((all) =>
            all.map((each) => each.querySelector('.text')?.textContent ?? each.textContent),
          );
        assert.deepEqual(lines.slice(-4), ['read', 'New', 'unread 1', 'unread 2']);
        await it.end();
      },
    );

    await check(
      'what came while the page was closed is marked in the room that it is opened on',
      async () => {
        const it = await Chat.enter(browser, hall, 'bob');
        await it.openRoom('Demo');
        await it.entry('Demo').filter({ hasNotText: 'unread message' }).waitFor();
        const address = it.page.url();
        await it.page.goto('about:blank');
        await hall.send('ann', 'GUILD#demo', 'while it was closed');
        await it.page.goto(address);
        await it.message('while it was closed').waitFor();
        assert.equal(await it.page.locator('.new-mark + li .text').textContent(), 'while it was closed');
        await it.end();
      },
    );

    await check('what was read of a log that is no more does not count for this one', async () => {
      const it = await Chat.enter(browser, hall, 'bob');
      await it.page.evaluate(() => {
        const mark = { seq: 1_000_000, cursor: 'of another database' };
        localStorage['guildhall-chat:read:default:bob'] = JSON.stringify({ 'GUILD#demo': mark });
      });
      await it.page.reload();
      await it.entry('Demo').filter({ hasText: 'unread messages' }).waitFor();
      await it.openRoom('Demo');
      await it.entry('Demo').filter({ hasNotText: 'unread message' }).waitFor();
      await it.openRoom('Lobby');
      await hall.send('ann', 'GUILD#demo', 'of this one');
      await it.entry('Demo').filter({ hasText: '1 unread message' }).waitFor();
      await it.end();
    });

    await check('who reads further up is told of what comes below, and gets there', async () => {
      const it = await Chat.enter(browser, hall, 'ann');
      await it.openRoom('archive');
      await it.scroll('Home', () => it.page.getByText('This is where archive begins.').isVisible());
      await hall.send('bob', 'archive', 'far below');
      await it.page.getByRole('button', { name: '1 new message' }).click();
      await it.visit.until(async () => {
        const box = await it.message('far below').boundingBox();
        return box && box.y < 800;
      });
      await it.entry('archive').filter({ hasNotText: 'unread' }).waitFor();
      await it.end();
    });

    await check(
      'a room that came into being shows when the list is looked at again, and marks stay',
      async () => {
        const it = await Chat.enter(browser, hall, 'bob');
        for (const room of ['archive', 'Lobby', 'Demo']) await it.openRoom(room);
        for (const n of [1, 2]) await hall.send('ann', 'lobby', `meanwhile ${n}`);
        const marked = it.entry('Lobby').filter({ hasText: '2 unread messages' });
        await marked.waitFor();
        await hall.room('asked-for', ['ann', 'bob']);
        await it.page.getByRole('button', { name: 'Refresh' }).click();
        await it.entry('asked-for').waitFor();
        await hall.room('come-back-to', ['ann', 'bob']);
        await it.page.evaluate(() => dispatchEvent(new Event('focus')));
        await it.entry('come-back-to').waitFor();
        await hall.room('gone-back-to', ['ann', 'bob']);
        await it.page.evaluate(() => (location.hash = '')); // as the phone's link to the rooms does
        await it.entry('gone-back-to').waitFor();
        await hall.send('ann', 'gone-back-to', 'one');
        await it.entry('gone-back-to').filter({ hasText: '1 unread message' }).waitFor();
        await marked.waitFor();
        await it.end();
      },
    );

    for (const [language, words] of [
      ['es-MX', '¿Quién eres?'],
      ['fr', 'Qui êtes-vous ?'],
      ['de-AT', 'Who are you?'],
    ])
      await check(`a browser that asks for ${language} is told "${words}"`, async () => {
        const it = await Chat.open(browser, hall, { language });
        await it.page.getByRole('heading', { name: words }).waitFor();
        await it.page.waitForLoadState('networkidle');
        await it.end();
      });

    await check('the language can be chosen, stays chosen, and is that of the document', async () => {
      const it = await Chat.enter(browser, hall, 'ann');
      await it.page.getByLabel('Language').selectOption('fr');
      await it.page.getByRole('button', { name: 'Couper la connexion' }).waitFor();
      await it.page.reload();
      await it.is('En direct');
      assert.equal(await it.page.locator('html').getAttribute('lang'), 'fr');
      await it.end();
    });
  });
});
finish();
