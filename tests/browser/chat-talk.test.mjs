// Two windows of the chat talk; one is cut, and comes back with nothing missing and nothing twice.

import assert from 'node:assert/strict';

import { check, finish } from '../lib/tap.mjs';
import { withBrowser, withDemo } from './browser.mjs';
import { Chat, numbers } from './chat.mjs';

const MISSED = 25; // messages while the connection is cut
const CUTS = 4;
const AT_A_CUT = 20; // messages while it happens
const MORE_THAN_A_PAGE = 50;

async function inTheLog(hall, roomId, text) {
  const table = roomId.startsWith('GUILD#') ? 'gg_guild' : 'gg_core';
  return Number(
    await hall.sql(`SELECT count(*) FROM ${table} WHERE room_id = '${roomId}' AND text = '${text}'`),
  );
}

// Lets the page's next message reach the server and be stored, and ends the socket instead of letting
// the page know: neither the answer nor the message itself comes through.
async function loseTheAnswer(page, text) {
  const keys = [];
  await page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const { variables } = JSON.parse(data).payload ?? {};
      if (variables?.text === text) keys.push(variables.idempotencyKey);
      server.send(data);
    });
    server.onMessage((data) => {
      const { data: told } = JSON.parse(data).payload ?? {};
      const isOfIt = told?.sendMessage || told?.onMessage?.text === text;
      if (!isOfIt || keys.length > 1) return socket.send(data);
      return socket.close({ code: 3001, reason: 'lost' });
    });
  });
  return keys;
}

// What the page sends is kept back until release(), or what becomes of it is kept from the page. From the
// next load of the page on.
async function stand(page, { sends = false, answers = false }) {
  const keys = [];
  let waiting = [];
  await page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    waiting = [];
    socket.onMessage((data) => {
      const { query, variables } = JSON.parse(data).payload ?? {};
      const isSend = query?.includes('sendMessage');
      if (isSend) keys.push(variables.idempotencyKey);
      if (isSend && sends) waiting.push(() => server.send(data));
      else server.send(data);
    });
    server.onMessage((data) => {
      const { data: told } = JSON.parse(data).payload ?? {};
      if (!answers || !(told?.sendMessage || told?.onMessage)) socket.send(data);
    });
  });
  const release = () => {
    sends = answers = false;
    waiting.splice(0).forEach((send) => send());
  };
  return { keys, release };
}

const kept = (page) =>
  page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(':outbox:')).length);

await withBrowser(async (browser) => {
  await withDemo([], async (hall) => {
    const ann = await Chat.enter(browser, hall, 'ann');
    const bob = await Chat.enter(browser, hall, 'bob');

    for (const [room, id] of [
      ['Lobby', 'lobby'],
      ['Demo', 'GUILD#demo'],
    ])
      await check(`two windows talk in ${id}`, async () => {
        await ann.openRoom(room);
        await bob.openRoom(room);
        await ann.say(`Hello ${room}`);
        await bob.message(`Hello ${room}`).waitFor();
        await bob.say('Hello Ann,\nhow are you?');
        for (const it of [ann, bob]) await it.message('Hello Ann,\nhow are you?').waitFor();
        await ann.announced.getByText('bob: Hello Ann,').waitFor();
        assert.deepEqual(await ann.shownSeqs(), [1, 2]);
        assert.deepEqual(await bob.shown(), await ann.shown());
        assert.equal(await ann.page.locator('li.pending').count(), 0);
      });

    await check('who is cut comes back with nothing missing, and is told how much there was', async () => {
      await bob.cut();
      for (const n of numbers(1, MISSED)) await hall.send('ann', 'GUILD#demo', `missed ${n}`);
      await ann.message(`missed ${MISSED}`).waitFor();
      assert.deepEqual(await bob.shownSeqs(), [1, 2]);
      await bob.back();
      await bob.is(`${MISSED} missed messages caught up`);
      await bob.message(`missed ${MISSED}`).waitFor();
      assert.deepEqual(await bob.shownSeqs(), numbers(1, 2 + MISSED));
      assert.deepEqual(await bob.shown(), await ann.shown());
    });

    await check('who is cut again and again while others send misses nothing', async () => {
      let sent = 0;
      // Back only once it was seen to be cut off: "Connect again" is there a moment earlier.
      const write = async (isCut) => {
        for (const n of numbers(1, AT_A_CUT)) {
          await hall.send('ann', 'lobby', `unending ${sent + n}`);
          if (n === AT_A_CUT / 2) await isCut.then(() => bob.back());
        }
        sent += AT_A_CUT;
      };
      await bob.openRoom('Lobby');
      for (const _ of numbers(1, CUTS)) {
        const isCut = bob.cut();
        await Promise.all([isCut, write(isCut)]);
        await bob.is('Live');
      }
      await bob.message(`unending ${sent}`).waitFor();
      assert.deepEqual(await bob.shownSeqs(), numbers(1, 2 + sent));
    });

    await check(
      'what is said while cut off waits, and is sent once and in order when it is back',
      async () => {
        await ann.openRoom('Lobby');
        await bob.cut();
        await bob.say('from the tunnel');
        await bob.say('still in it');
        await bob.pending('from the tunnel').getByText('Waiting for the connection').waitFor();
        assert.equal(await inTheLog(hall, 'lobby', 'from the tunnel'), 0);
        await bob.back();
        for (const it of [ann, bob]) {
          await it.message('still in it').waitFor();
          const last = (await it.shown()).slice(-2).map(({ text }) => text);
          assert.deepEqual(last, ['from the tunnel', 'still in it']);
        }
        await bob.visit.until(async () => (await bob.page.locator('li.pending').count()) === 0);
        assert.equal(await inTheLog(hall, 'lobby', 'from the tunnel'), 1);
      },
    );

    await check(
      'a message whose answer was lost is sent again under its key, and is there once',
      async () => {
        const eve = await Chat.open(browser, hall);
        const keys = await loseTheAnswer(eve.page, 'did it arrive?');
        await eve.page.waitForLoadState('networkidle');
        await eve.page.reload();
        await eve.page.getByRole('button', { name: 'Enter as bob' }).click();
        await eve.openRoom('Lobby');
        await eve.say('did it arrive?');
        await eve.visit.until(() => keys.length > 1);
        await eve.message('did it arrive?').waitFor();
        await ann.message('did it arrive?').waitFor();
        assert.equal(new Set(keys).size, 1);
        assert.equal(await inTheLog(hall, 'lobby', 'did it arrive?'), 1);
        assert.equal(await ann.message('did it arrive?').count(), 1);
        assert.equal(await eve.message('did it arrive?').count(), 1);
        await eve.end();
      },
    );

    await check(
      'what was said while cut off outlives the page: it waits, and is sent once and in order by the next',
      async () => {
        const eve = await Chat.enter(browser, hall, 'bob');
        await eve.openRoom('Lobby');
        await eve.cut();
        await eve.say('before the page');
        await eve.say('was loaded again');
        await eve.pending('was loaded again').waitFor();
        const { release } = await stand(eve.page, { sends: true });
        await eve.page.reload();
        await eve.ready('Lobby');
        await eve.pending('before the page').getByText('Sending…').waitFor();
        await eve.pending('was loaded again').waitFor();
        assert.equal(await inTheLog(hall, 'lobby', 'before the page'), 0);
        assert.equal(await kept(eve.page), 2);
        release();
        for (const it of [ann, eve]) {
          await it.message('was loaded again').waitFor();
          const last = (await it.shown()).slice(-2).map(({ text }) => text);
          assert.deepEqual(last, ['before the page', 'was loaded again']);
        }
        await eve.page.locator('li.pending').first().waitFor({ state: 'detached' });
        assert.equal(await kept(eve.page), 0);
        await eve.page.reload();
        await eve.ready('Lobby');
        await eve.message('was loaded again').waitFor();
        assert.equal(await eve.page.locator('li.pending').count(), 0);
        for (const text of ['before the page', 'was loaded again'])
          assert.equal(await inTheLog(hall, 'lobby', text), 1);
        await eve.end();
      },
    );

    await check(
      'a message whose answer had not come when the page was loaded again is there once',
      async () => {
        const text = 'stored, but is it known?';
        const eve = await Chat.open(browser, hall);
        const { keys, release } = await stand(eve.page, { answers: true });
        await eve.page.waitForLoadState('networkidle');
        await eve.page.reload();
        await eve.page.getByRole('button', { name: 'Enter as bob' }).click();
        await eve.openRoom('Lobby');
        await eve.say(text);
        await ann.message(text).waitFor();
        await eve.pending(text).waitFor();
        for (const n of numbers(1, MORE_THAN_A_PAGE)) await hall.send('ann', 'lobby', `since then ${n}`);
        release();
        await eve.page.reload();
        await eve.message(`since then ${MORE_THAN_A_PAGE}`).waitFor();
        await eve.page.locator('li.pending').waitFor({ state: 'detached' });
        assert.equal(await kept(eve.page), 0);
        await eve.scroll('Home', () => eve.message(text).isVisible());
        assert.equal(await eve.message(text).count(), 1);
        assert.ok(keys.length > 1, 'it was not sent again');
        assert.equal(new Set(keys).size, 1);
        assert.equal(await inTheLog(hall, 'lobby', text), 1);
        await eve.end();
      },
    );

    await check('who is removed from a room is told so, and hears no more of it', async () => {
      const remove = 'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { room { id } } }';
      await hall.ask('ann', remove, { input: { roomId: 'lobby', userId: 'bob' } });
      await bob.page.getByRole('alert').filter({ hasText: 'not a member' }).waitFor();
      await hall.send('ann', 'lobby', 'behind his back');
      await ann.message('behind his back').waitFor();
      assert.equal(await bob.message('behind his back').count(), 0);
    });

    await ann.end();
    await bob.end();
  });
});
finish();
