// Bundles each src/**/*.test.ts and runs them with Node's own test runner.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith('.test.ts'))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
if (tests.length === 0) throw new Error('no tests found');

const out = mkdtempSync(join(root, 'node_modules/.unit-tests-'));
try {
  await build({
    root,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: out,
      copyPublicDir: false,
      rollupOptions: {
        input: Object.fromEntries(
          tests.map((file) => [relative(root, file).replace(/[\\/]/g, '_').replace(/\.ts$/, ''), file]),
        ),
        // Node 18 would take .js for CommonJS here.
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  const built = readdirSync(out).filter((name) => name.endsWith('.test.mjs'));
  const run = spawnSync(process.execPath, ['--test', ...built.map((name) => join(out, name))], {
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
