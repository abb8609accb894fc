// Cases in TAP: check('a sentence', async () => { … throws when it is not so … }).

// Says all there is to say by its message.
export class Failure extends Error {}

let cases = 0;
let failed = 0;

export async function check(sentence, body) {
  cases++;
  try {
    await body();
    console.log(`ok ${cases} - ${sentence}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`not ok ${cases} - ${sentence}`);
    console.log((error instanceof Failure ? error.message : String(error?.stack ?? error)).replace(/^/gm, '# '));
    return false;
  }
}

// The plan comes last, so that a program that dies before is known to have failed. What goes on behind a
// case that failed is not waited for.
export function finish() {
  console.log(`1..${cases}`);
  if (failed) process.exit(1);
}
