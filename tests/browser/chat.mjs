// The chat at /chat as one user has it open.

import assert from 'node:assert/strict';

export const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

// Holds back what the server says to an operation, until it is let go. From the next load of the page on.
export async function holdBack(page, isHeld) {
  let release;
  let isHolding = false;
  const released = new Promise((resolve) => (release = resolve));
  await page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    const held = new Set();
    socket.onMessage((data) => {
      const { id, payload } = JSON.parse(data);
      if (id && payload?.query && isHeld(payload)) held.add(id);
      server.send(data);
    });
    server.onMessage(async (data) => {
      const isOfIt = held.has(JSON.parse(data).id);
      isHolding ||= isOfIt;
      if (isOfIt) await released;
      socket.send(data);
    });
  });
  return { release, isHolding: () => isHolding };
}

export class Chat {
  static async open(browser, hall, options) {
    const it = new Chat();
    it.hall = hall;
    it.visit = await browser.open(hall, '/chat', options);
    it.page = it.visit.page;
    it.history = it.page.getByRole('region');
    it.field = it.page.locator('#message');
    it.status = it.page.getByRole('status');
    it.announced = it.page.getByRole('log');
    return it;
  }

  // One of the demo's users, live.
  static async enter(browser, hall, user, options) {
    const it = await Chat.open(browser, hall, options);
    await it.page.getByRole('button', { name: `Enter as ${user}` }).click();
    await it.is('Live');
    return it;
  }

  // The same after what is to stand between the page and the server was put there.
  static async enterThrough(browser, hall, user, stand) {
    const it = await Chat.open(browser, hall);
    const stood = await stand(it.page);
    await it.page.waitForLoadState('networkidle');
    await it.page.reload();
    await it.page.getByRole('button', { name: `Enter as ${user}` }).click();
    return [it, stood];
  }

  // What the connection is said to do.
  async is(words) {
    await this.status.filter({ hasText: words }).waitFor();
  }

  entry(room) {
    return this.page.getByRole('link', { name: new RegExp(`^${room}`) });
  }

  // With the newest page of it.
  async openRoom(room) {
    await this.entry(room).click();
    await this.ready(room);
  }

  async ready(room) {
    await this.page.getByRole('heading', { name: room, exact: true }).waitFor();
    await this.history.and(this.page.locator('[aria-busy=false]')).waitFor();
  }

  async say(text) {
    await this.field.fill(text);
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
  }

  // A message as the log has it, not one that is on its way.
  message(text) {
    return this.page
      .locator('li.message:not(.pending)')
      .filter({ has: this.page.getByText(text, { exact: true }) });
  }

  pending(text) {
    return this.page.locator('li.pending').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  // Until it stands where it is seen.
  async isInView(text) {
    const box = await this.history.boundingBox();
    await this.visit.until(async () => {
      const { y } = (await this.message(text).boundingBox()) ?? { y: -1 };
      return y >= box.y && y < box.y + box.height;
    });
  }

  async hasFocus(locator) {
    await this.visit.until(() => locator.evaluate((each) => each === document.activeElement));
  }

  // [{ seq, text }] as they stand below one another.
  shown() {
    return this.page
      .locator('li.message:not(.pending)')
      .evaluateAll((all) =>
        all.map((each) => ({ seq: Number(each.dataset.seq), text: each.querySelector('.text').textContent })),
      );
  }

  async shownSeqs() {
    return (await this.shown()).map(({ seq }) => seq);
  }

  async cut() {
    await this.page.getByRole('button', { name: 'Cut the connection' }).click();
    await this.is('Cut off by you');
  }

  back() {
    return this.page.getByRole('button', { name: 'Connect again' }).click();
  }

  // Keeps coming to an end of what is shown, until `done` is there.
  async scroll(key, done) {
    await this.history.focus();
    await this.visit.until(async () => {
      await this.page.keyboard.press(key);
      return done();
    });
  }

  async isForEverybody(what) {
    assert.deepEqual(await this.visit.barriers(), [], what);
  }

  async end() {
    await this.visit.end();
  }
}
