// What a server's /metrics says, parsed.
//
//     const before = await scrape(hall);
//     before.value('guildhall_operations_total', { type: 'query', code: 'OK' })

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (text) => text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));

export class Scrape {
  families = new Map(); // name: { type, help, labels: a set of their names }
  samples = []; // { name, labels, value }

  constructor(text) {
    this.text = text;
    for (const line of text.split('\n').slice(0, -1)) this.#take(line);
  }

  #take(line) {
    const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (what === 'HELP') this.families.set(name, { help: rest, labels: new Set() });
    else if (what === 'TYPE') this.families.get(name).type = rest;
    else this.#takeSample(line);
  }

  #takeSample(line) {
    const [, name, inside = '', value] = SAMPLE.exec(line) ?? [];
    if (!name) throw new Error(`no sample: ${line}`);
    const labels = Object.fromEntries([...inside.matchAll(LABEL)].map(([, key, text]) => [key, unescaped(text)]));
    const family = this.families.get(name) ?? this.families.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (!family) throw new Error(`a sample without a family: ${line}`);
    for (const label of Object.keys(labels)) if (label !== 'le') family.labels.add(label);
    this.samples.push({ name, labels, value: Number(value) });
  }

  // The sum of the samples that have these labels, perhaps among others.
  value(name, labels = {}) {
    const found = this.samples.filter(
      (s) => s.name === name && Object.entries(labels).every(([key, text]) => s.labels[key] === text),
    );
    return found.reduce((sum, s) => sum + s.value, 0);
  }
}

export async function scrape(hall) {
  const { status, text } = await hall.exchange({ method: 'GET', path: '/metrics' });
  if (status !== 200) throw new Error(`/metrics answers ${status}`);
  return new Scrape(text);
}
