// Numbers that look random and come from a seed: the same seed gives the same run.

export function randomFrom(seed) {
  let state = seed >>> 0;

  // mulberry32
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

// `PROGRAM [--seed N] [--count N] [PATH]...`; without them GUILDHALL_ORACLE_SEED and
// GUILDHALL_ORACLE_COUNT, a seed of the time and the count given here.
export function readOptions(args, count) {
  const { GUILDHALL_ORACLE_SEED: seed, GUILDHALL_ORACLE_COUNT: asked } = process.env;
  const found = { seed: Number(seed ?? Date.now()) >>> 0, count: Number(asked ?? count), paths: [] };

  while (args.length) {
    const arg = args.shift();
    if (arg === '--seed' || arg === '--count') found[arg.slice(2)] = Number(args.shift());
    else if (!found.program) found.program = arg;
    else found.paths.push(arg);
  }
  console.log(`# seed ${found.seed}, count ${found.count}`);
  return found;
}
