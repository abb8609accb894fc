// Bundles the pages of tools/web/ and writes them as files and as one C file that holds them:
//
//     node tools/web/build.mjs OUTPUT_DIRECTORY [C_FILE [DEPFILE]]
//
// A page is a folder with an index.html. What that names by relative addresses ("./main.jsx") is
// bundled by esbuild, with hashes of the contents in the names, and each asset is kept as it is and
// compressed. `import url from 'worker:MODULE'` bundles a web worker and gives its address.
//
// Compressing takes longest; results are kept in node_modules/.cache by what they were made of, so
// that a second build directory is quick.

import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = path.join(here, 'node_modules', '.cache', 'assets');
const PREFIX = '/assets/';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const SCRIPTS_AND_STYLES = ['.css', '.js', '.jsx', '.mjs', '.ts', '.tsx'];
const FILES = ['.png', '.svg', '.ttf', '.webp', '.woff2'];

const inputs = new Set(); // absolute paths, for the depfile

function fail(message) {
  console.error(`tools/web/build.mjs: ${message}`);
  process.exit(1);
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function noteInputs(metafile) {
  for (const file of Object.keys(metafile.inputs)) {
    const name = path.resolve(here, file.replace(/^[a-z]+:/, ''));

    if (!name.includes(`${path.sep}node_modules${path.sep}`)) inputs.add(name);
  }
}

const options = {
  absWorkingDir: here,
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  outdir: '/',
  target: ['es2022'],
  legalComments: 'none',
  logLevel: 'warning',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.graphql': 'text', ...Object.fromEntries(FILES.map((extension) => [extension, 'file'])) },
};

// A worker is a bundle of its own; the importing module gets the address of it.
const workers = {
  name: 'workers',
  setup(builder) {
    builder.onResolve({ filter: /^worker:/ }, async (asked) => {
      const found = await builder.resolve(asked.path.slice('worker:'.length), {
        kind: 'import-statement',
        resolveDir: asked.resolveDir,
      });

      return { ...found, namespace: 'worker' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'worker' }, async (asked) => {
      const made = await build({ ...options, entryPoints: [asked.path], format: 'iife' });

      noteInputs(made.metafile);
      return { contents: made.outputFiles[0].contents, loader: 'file' };
    });
  },
};

async function readPages() {
  const pages = [];

  for (const entry of await fs.readdir(here, { withFileTypes: true })) {
    const file = path.join(here, entry.name, 'index.html');

    if (!entry.isDirectory() || entry.name === 'node_modules') continue;
    const html = await fs.readFile(file, 'utf8').catch(() => null);

    if (html === null) continue;
    inputs.add(file);
    pages.push({ name: entry.name, dir: path.dirname(file), html });
  }
  return pages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

// The relative addresses that a page names, and what each is called in the output.
function referencesOf(page) {
  const found = [...page.html.matchAll(/\b(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]);

  return [...new Set(found)].map((file) => {
    const { name, ext } = path.parse(file);

    return {
      file,
      bundled: SCRIPTS_AND_STYLES.includes(ext),
      in: path.join(page.dir, file),
      out: name === 'main' ? page.name : `${page.name}-${name}`,
    };
  });
}

async function bundle(pages) {
  const entryPoints = pages.flatMap((page) =>
    page.references.filter((each) => each.bundled).map((each) => ({ in: each.in, out: each.out })),
  );
  const made = await build({
    ...options,
    entryPoints,
    publicPath: PREFIX,
    format: 'esm',
    splitting: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    plugins: [workers],
  });

  noteInputs(made.metafile);
  return made;
}

// Where the outputs of each entry point are, by its absolute path: its own, and the styles that it
// imports.
function outputsByEntry(metafile) {
  const byEntry = new Map();
  const nameOf = (output) => output && PREFIX + path.basename(output);

  for (const [output, { entryPoint, cssBundle }] of Object.entries(metafile.outputs))
    if (entryPoint)
      byEntry.set(path.resolve(here, entryPoint), { address: nameOf(output), styles: nameOf(cssBundle) });
  return byEntry;
}

// What the pages load, however far away. Styles of modules that are imported later on are outputs too,
// but nobody loads them: a page's own style sheet has them.
function reachable(metafile, pages) {
  const entries = new Set(pages.flatMap((page) => page.references.map((each) => each.in)));
  const isEntry = ({ entryPoint }) => entryPoint && entries.has(path.resolve(here, entryPoint));
  const wanted = new Set();
  const want = (name) => {
    const output = metafile.outputs[name];

    if (!output || wanted.has(name)) return;
    wanted.add(name);
    if (isEntry(output)) want(output.cssBundle);
    output.imports.forEach((each) => want(each.path));
  };

  for (const [name, output] of Object.entries(metafile.outputs)) if (isEntry(output)) want(name);
  return new Set([...wanted].map((name) => path.basename(name)));
}

async function addPlainFile(reference, assets) {
  const bytes = await fs.readFile(reference.in);
  const address = `${PREFIX}${reference.out}-${hashOf(bytes)}${path.extname(reference.in)}`;

  inputs.add(reference.in);
  assets.set(address, bytes);
  return { address };
}

async function finishPage(page, byEntry, assets) {
  let html = page.html;
  let styles = '';

  for (const reference of page.references) {
    const made = reference.bundled ? byEntry.get(reference.in) : await addPlainFile(reference, assets);

    if (made.styles) styles += `<link rel="stylesheet" href="${made.styles}">`;
    html = html.replaceAll(`"./${reference.file}"`, `"${made.address}"`);
  }
  if (/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/i.test(html))
    fail(`${page.name}/index.html has a script or a style inline, which the page's policy forbids`);
  return Buffer.from(html.replace('</head>', `${styles}</head>`));
}

async function cached(key, make) {
  const file = path.join(cache, key);
  const known = await fs.readFile(file).catch(() => null);

  if (known) return known;
  const bytes = await make();
  const draft = `${file}.${process.pid}`;

  // A cache that cannot be written to is none.
  await fs
    .mkdir(cache, { recursive: true })
    .then(() => fs.writeFile(draft, bytes))
    .then(() => fs.rename(draft, file))
    .catch(() => {});
  return bytes;
}

const brotli = (bytes) =>
  promisify(zlib.brotliCompress)(bytes, {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: 9,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
const gzip = (bytes) => promisify(zlib.gzip)(bytes, { level: 9 });

// As it is, and compressed where that is shorter.
async function codingsOf(address, bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex');
  const all = {
    identity: bytes,
    gzip: await cached(`${digest}.gz`, () => gzip(bytes)),
    br: await cached(`${digest}.br`, () => brotli(bytes)),
  };

  for (const coding of ['gzip', 'br']) if (all[coding].length >= bytes.length) delete all[coding];
  return { address, tag: hashOf(bytes), type: typeOf(address), codings: all };
}

function typeOf(address) {
  const extension = path.extname(address) || '.html';

  return TYPES[extension] ?? fail(`what type has ${address}?`);
}

async function writeFiles(dir, assets) {
  await fs.rm(dir, { recursive: true, force: true });
  await fs.mkdir(dir, { recursive: true });
  for (const asset of assets) {
    asset.files = {};
    for (const [coding, bytes] of Object.entries(asset.codings)) {
      const suffix = { identity: '', gzip: '.gz', br: '.br' }[coding];
      const file = `${path.basename(asset.address)}-${asset.tag}${suffix}`;

      asset.files[coding] = path.resolve(dir, file);
      await fs.writeFile(asset.files[coding], bytes);
    }
  }
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function report(assets) {
  for (const { address, codings } of assets)
    console.log(
      address.padEnd(48),
      ...['identity', 'gzip', 'br'].map((c) => String(codings[c]?.length ?? '-').padStart(9)),
    );
  console.log(
    'all'.padEnd(48),
    ...['identity', 'gzip', 'br'].map((c) =>
      String(sum(assets.map((a) => (a.codings[c] ?? a.codings.identity).length))).padStart(9),
    ),
  );
}

// The bytes come in by the assembler: a compiler would take minutes to read them as numbers.
function cText(assets) {
  const lines = ['/* Made by tools/web/build.mjs. */', '#include "server/web_asset.h"', ''];
  const rows = [];

  assets.forEach((asset, index) => {
    const row = [`.path = STR_INIT("${asset.address}")`, `.type = "${asset.type}"`];

    row.push(`.tag = STR_INIT("${asset.tag}")`);
    for (const [coding, bytes] of Object.entries(asset.codings)) {
      const symbol = `web_asset_${index}_${coding}`;

      lines.push(
        `__asm__(".pushsection .rodata\\n"`,
        `        "${symbol}: .incbin \\"${asset.files[coding]}\\"\\n"`,
        `        ".popsection\\n");`,
        `extern const char ${symbol}[];`,
      );
      row.push(`.${coding} = {${symbol}, ${bytes.length}}`);
    }
    rows.push(`    {${row.join(', ')}},`);
  });
  lines.push('', 'const struct web_asset web_assets[] = {', ...rows, '};');
  lines.push('const size_t n_web_assets = sizeof(web_assets) / sizeof(web_assets[0]);', '');
  return lines.join('\n');
}

async function main(outputDir, cFile, depfile) {
  if (!outputDir) fail('where to? node build.mjs OUTPUT_DIRECTORY [C_FILE [DEPFILE]]');
  const pages = await readPages();

  for (const page of pages) page.references = referencesOf(page);
  const made = await bundle(pages);
  const byEntry = outputsByEntry(made.metafile);
  const wanted = reachable(made.metafile, pages);
  const found = new Map(
    made.outputFiles
      .filter((file) => wanted.has(path.basename(file.path)))
      .map((file) => [PREFIX + path.basename(file.path), Buffer.from(file.contents)]),
  );

  for (const page of pages) found.set(`/${page.name}`, await finishPage(page, byEntry, found));
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const assets = await Promise.all(sorted.map(([address, bytes]) => codingsOf(address, bytes)));

  await writeFiles(outputDir, assets);
  if (cFile) await fs.writeFile(cFile, cText(assets));
  else report(assets);
  if (depfile) await fs.writeFile(depfile, `${cFile}: ${[...inputs].sort().join(' ')}\n`);
}

await main(...process.argv.slice(2));
