// Takes the picture of the chat that stands in README: two windows talk, one is cut, and comes back.
//
//     tests/lib/with_postgres.sh node tests/browser/picture.mjs docs/chat.png
//
// No test: run it when the chat looks otherwise, and look at what it took.

import { withBrowser, withDemo } from './browser.mjs';
import { Chat } from './chat.mjs';

const [path] = process.argv.slice(2);

const talk = [
  ['ann', 'Cut your connection: the button is above.'],
  ['bob', 'And then?'],
  ['ann', 'I go on writing. When you are back it all comes from the log.'],
  ['ann', 'No gap, no repeat.'],
  ['bob', 'And what if I press send while I am cut off?'],
  ['ann', 'It waits. When you are back it goes out under the same idempotency key, so it arrives once, even if the first attempt made it after all.'],
  ['bob', '¡Perfecto!'],
];
const whileCut = ['Are you still there?', 'Bob?', 'You will read all of this when you are back.'];

await withBrowser((browser) =>
  withDemo([], async (hall) => {
    await hall.room('release-week', ['ann', 'bob']);
    const windows = {};
    for (const user of ['ann', 'bob']) {
      windows[user] = await Chat.enter(browser, hall, user, { height: 760, language: 'en-US' });
      await windows[user].openRoom('Demo');
    }
    const { ann, bob } = windows;
    for (const [user, text] of talk) {
      await windows[user].say(text);
      for (const each of [ann, bob]) await each.message(text).waitFor();
    }
    await bob.cut();
    for (const text of whileCut) {
      await ann.say(text);
      await ann.message(text).waitFor();
    }
    await ann.openRoom('release-week');
    await ann.say('The notes are done.');
    await ann.message('The notes are done.').waitFor();
    await bob.back();
    await bob.is('missed messages caught up');
    await bob.say('All there, nothing is missing.');
    await bob.message('All there, nothing is missing.').waitFor();
    await bob.page.screenshot({ path });
    for (const each of [ann, bob]) await each.end();
  }),
);
