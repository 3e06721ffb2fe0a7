// Fails if what a browser must load before the first page is seen is 150 KB or more, compressed.
// wavesurfer.js and uPlot are loaded later, by the pages that need them.
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limitBytes = 150_000;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set(['index.html']);
const add = (name) => {
  const chunk = manifest[name];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const other of chunk.imports ?? []) add(other);
};
add('index.html');
// The longest language and page, since one of each belongs to the first paint.
const size = (file) => gzipSync(readFileSync(new URL(file, dist))).length;
const longest = (prefix) =>
  Object.keys(manifest)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => size(manifest[b].file) - size(manifest[a].file))[0];
for (const prefix of ['src/messages/', 'src/pages/']) {
  const name = longest(prefix);
  if (name) add(name);
}

const total = [...files].reduce((sum, file) => sum + size(file), 0);
console.log(`first paint: ${(total / 1000).toFixed(1)} kB compressed, of ${limitBytes / 1000} kB`);
// Only for this check; what lies in dist is served.
rmSync(new URL('.vite', dist), { recursive: true });
if (total >= limitBytes) process.exit(1);
