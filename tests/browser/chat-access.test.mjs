// The chat for everybody: by keyboard only, on a phone, in dark colours, with a screen reader; what is
// wrong is said beside the field; and tokens that users bring themselves.

import assert from 'node:assert/strict';

import { withServer } from '../lib/harness.mjs';
import { check, finish } from '../lib/tap.mjs';
import { until, withBrowser, withDemo } from './browser.mjs';
import { Chat, holdBack, numbers } from './chat.mjs';

const PHONE = { width: 320, height: 640 };

// What the page says of the field.
async function describedAs(field) {
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const said = await Promise.all(ids.map((id) => field.page().locator(`#${id}`).textContent()));
  return said.join(' ');
}

// The field says what is wrong with it, and has the focus. What was wrong before may stand there until the
// server has answered.
async function isRefused(field, words) {
  let said;
  await until(
    async () => words.test((said = await describedAs(field))),
    () => said,
  );
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.ok(await field.evaluate((element) => element === document.activeElement));
}

// Presses Tab until what has the focus matches.
async function tabTo(page, selector) {
  await until(async () => {
    await page.keyboard.press('Tab');
    return page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
  });
}

async function everyState(browser, hall, options) {
  const it = await Chat.open(browser, hall, options);
  const isPhone = options.width === PHONE.width;
  const { release } = await holdBack(it.page, ({ query }) => query.includes('messages('));
  await it.page.waitForLoadState('networkidle');
  await it.page.reload();
  await it.page.getByRole('button', { name: 'Enter as ann' }).waitFor();
  await it.isForEverybody('coming in');
  await it.page.getByRole('button', { name: 'Enter as ann' }).click();
  await it.entry('archive').waitFor();
  await it.isForEverybody('the rooms');
  const widths = await it.page.locator('a.entry').evaluateAll((all) => all.map(({ offsetWidth }) => offsetWidth));
  assert.deepEqual(new Set(widths), new Set([widths[0]]), 'each entry is as wide as the others');
  await it.entry('archive').click();
  await it.page.locator('.scroller[aria-busy=true] .skeleton').first().waitFor();
  await it.isForEverybody('a room that is read');
  release();
  await it.ready('archive');
  assert.equal(await it.page.getByRole('button', { name: 'Renew' }).isVisible(), true);
  await it.page.getByRole('button', { name: 'Send', exact: true }).click();
  await isRefused(it.field, /Write something first/);
  await it.isForEverybody('a room, and an error');
  await it.cut();
  await it.say('on its way');
  await it.pending('on its way').waitFor();
  await it.page.getByRole('button', { name: 'First message' }).click();
  await it.isForEverybody('cut off');
  const wide = await it.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} pixels do not fit`);
  if (isPhone) await it.page.getByRole('link', { name: 'Back to the rooms' }).click();
  await it.entry('archive').waitFor();
  await it.end();
}

await withBrowser(async (browser) => {
  await withDemo([], async (hall) => {
    await hall.room('archive', ['ann', 'bob']);
    for (const n of numbers(1, 60)) await hall.send(n % 3 ? 'ann' : 'bob', 'archive', `message ${n}`);

    for (const size of [{ width: 1280, height: 800 }, PHONE])
      for (const colours of ['light', 'dark'])
        await check(
          `every state can be used by everybody, ${size.width} pixels wide, in ${colours} colours`,
          () => everyState(browser, hall, { ...size, colours }),
        );

    await check('all of it can be done by the keyboard alone', async () => {
      const it = await Chat.open(browser, hall);
      const { keyboard } = it.page;
      await it.page.getByRole('button', { name: 'Enter as ann' }).waitFor();
      await tabTo(it.page, 'ul.users button');
      await keyboard.press('Enter');
      await it.is('Live');
      await it.entry('archive').waitFor();
      await tabTo(it.page, 'a[href="#room=archive"]');
      await keyboard.press('Enter');
      await it.ready('archive');
      await until(() => it.field.evaluate((field) => field === document.activeElement));
      await keyboard.type('two');
      await keyboard.press('Shift+Enter');
      await keyboard.type('lines');
      await keyboard.press('Enter');
      await it.message('two\nlines').waitFor();
      await keyboard.press('Shift+Tab');
      await until(async () => {
        await keyboard.press('Home');
        return it.page.getByText('This is where archive begins.').isVisible();
      });
      await tabTo(it.page, 'a.skip');
      await keyboard.press('Enter');
      assert.ok(await it.field.evaluate((field) => field === document.activeElement));
      await tabTo(it.page, '.connection button');
      await keyboard.press('Enter');
      await it.is('Cut off by you');
      await keyboard.press('Enter');
      await it.is('Live');
      await it.end();
    });

    await check('a text that is too long is not sent, and the field says why', async () => {
      const it = await Chat.enter(browser, hall, 'ann');
      await it.openRoom('archive');
      await it.say('é'.repeat(4001));
      await isRefused(it.field, /At most 4000 characters; these are 4001/);
      await it.field.fill('short enough');
      assert.equal(await it.field.getAttribute('aria-invalid'), 'false');
      await it.end();
    });

    await check('who signs out while cut off opens no connection any more', async () => {
      const it = await Chat.enter(browser, hall, 'ann');
      await it.cut();
      await it.page.getByRole('button', { name: 'Sign out' }).click();
      await it.page.getByRole('button', { name: 'Enter as bob' }).click();
      await it.is('Live');
      assert.equal(it.visit.sockets.length, 2);
      await it.end();
    });

    await check('a token of the demo is renewed on the open socket', async () => {
      const it = await Chat.enter(browser, hall, 'ann');
      const until_ = it.page.locator('.token-state span');
      const before = await until_.textContent();
      // The times are shown in seconds: another token of the same second looks the same.
      await until(async () => {
        await it.page.getByRole('button', { name: 'Renew' }).click();
        return (await until_.textContent()) !== before;
      });
      assert.equal(it.visit.sockets.length, 1);
      assert.ok(it.visit.sockets[0].sent.some(({ payload }) => payload?.query?.includes('renewSession')));
      await it.is('Live');
      await it.end();
    });
  });

  await withServer({ options: ['--chat', 'on'] }, async (hall) => {
    await hall.room('club', ['ann', 'bob']);

    const enter = async (token) => {
      const it = await Chat.open(browser, hall);
      it.token = it.page.locator('#token');
      it.give = async (given) => {
        await it.token.fill(given);
        await it.page.getByRole('button', { name: 'Enter' }).click();
      };
      await it.token.waitFor();
      if (token) await it.give(token);
      return it;
    };

    await check('without a demo one comes in by a token, and is told what is wrong with it', async () => {
      const it = await enter();
      await it.isForEverybody('the field');
      for (const [token, words] of [
        ['', /Paste a token first/],
        ['nonsense', /no JSON Web Token/],
        [hall.token('ann', { exp: '-60' }), /This token ended/],
      ]) {
        await it.give(token);
        await isRefused(it.token, words);
        await it.isForEverybody(String(words));
      }
      await it.give(hall.token('ann'));
      await it.is('Live');
      await it.openRoom('club');
      await it.end();
    });

    await check('a newer token takes the place of the old on the open socket', async () => {
      const it = await enter(hall.token('ann'));
      await it.is('Live');
      await it.page.getByRole('button', { name: 'Renew' }).click();
      await it.page.getByRole('heading', { name: 'Your token ends: paste a newer one' }).waitFor();
      await it.isForEverybody('the renewal');
      await it.give(hall.token('bob'));
      await isRefused(it.token, /for bob/);
      await it.give(`${hall.token('ann')}x`);
      await isRefused(it.token, /does not accept this token \(UNAUTHENTICATED\)/);
      await it.give(hall.token('ann', { exp: '+7200' }));
      await it.token.waitFor({ state: 'detached' });
      assert.equal(it.visit.sockets.length, 1);
      await it.is('Live');
      await it.end();
    });

    await check('a newer token that is given while the connection is away opens the next', async () => {
      const it = await enter(hall.token('ann'));
      const newer = hall.token('ann', { exp: '+7200' });
      await it.is('Live');
      await it.page.getByRole('button', { name: 'Renew' }).click();
      await it.cut();
      await it.give(newer);
      await it.token.waitFor({ state: 'detached' });
      await it.back();
      await it.is('Live');
      assert.equal(it.visit.sockets[1].sent[0].payload.authorization, `Bearer ${newer}`);
      await it.end();
    });

    await check('the field for a newer token can be closed, and the focus is where it was', async () => {
      const it = await enter(hall.token('ann'));
      await it.is('Live');
      const renew = it.page.getByRole('button', { name: 'Renew' });
      const hasFocus = (locator) => until(() => locator.evaluate((each) => each === document.activeElement));
      for (const close of [
        () => it.page.keyboard.press('Escape'),
        () => it.page.getByRole('button', { name: 'Close' }).click(),
      ]) {
        await renew.focus();
        await it.page.keyboard.press('Enter');
        await hasFocus(it.token);
        await close();
        await it.token.waitFor({ state: 'detached' });
        await hasFocus(renew);
      }
      await renew.click();
      await it.give(hall.token('ann', { exp: '+7200' }));
      await it.token.waitFor({ state: 'detached' });
      await hasFocus(renew);
      await it.end();
    });

    await check('who closes the field without a token that is accepted can open it again', async () => {
      const it = await enter(`${hall.token('ann')}x`);
      await it.page.getByRole('heading', { name: 'The server does not accept your token' }).waitFor();
      await it.page.getByRole('button', { name: 'Close' }).click();
      await it.is('Waiting for another token');
      await it.isForEverybody('no token, and the field closed');
      await it.page.getByRole('button', { name: 'Renew' }).click();
      await it.give(hall.token('ann'));
      await it.is('Live');
      await it.end();
    });

    await check(
      'who comes with a token that is not accepted is asked for another, and has missed nothing',
      async () => {
        const it = await enter(`${hall.token('ann')}x`);
        await it.page.getByRole('heading', { name: 'The server does not accept your token' }).waitFor();
        await it.give(hall.token('ann'));
        await it.is('Live');
        await it.openRoom('club');
        await hall.send('bob', 'club', 'welcome');
        await it.message('welcome').waitFor();
        await it.end();
      },
    );

    await check('when a token ends the page asks for a newer one, and goes on where it was', async () => {
      const it = await enter(hall.token('ann'));
      await it.openRoom('club');
      await it.message('welcome').waitFor();
      await it.page.getByRole('button', { name: 'Renew' }).click();
      await it.give(hall.token('ann', { exp: '+15' }));
      await it.page.getByRole('heading', { name: 'The server does not accept your token' }).waitFor();
      await hall.send('bob', 'club', 'while you were out');
      await it.give(hall.token('ann'));
      await it.is('1 missed message caught up');
      assert.deepEqual(
        (await it.shown()).map(({ text }) => text),
        ['welcome', 'while you were out'],
      );
      await it.end();
    });
  });
});
finish();
