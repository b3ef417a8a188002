/**
 * What the functions' code weighs: `npm run bundles` lists all, `npm run bundles -- router` says what one is made of, and
 * `npm run bundles -- --set` writes `infra/bundle-budget.json` anew.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleFunctions, functionNames, originsOf } from '#infra/bundle.ts';

const BUDGET = fileURLToPath(new URL('../infra/bundle-budget.json', import.meta.url));
/** What a function may grow by before somebody is asked. */
const HEADROOM = 1.05;
const SHOWN = 25;

const { values, positionals } = parseArgs({ options: { set: { type: 'boolean' } }, allowPositionals: true });
const [name] = positionals;
if (name !== undefined && !functionNames().includes(name)) {
  console.error(`no function ${name}; there are ${functionNames().join(', ')}`);
  process.exitCode = 2;
} else if (name !== undefined) print(originsOf(name).slice(0, SHOWN));
else weighAll();

function weighAll(): void {
  const outdir = mkdtempSync(join(tmpdir(), 'jieban-bundles-'));
  try {
    const sizes = bundleFunctions({ district: {}, outdir }).map(({ name, bytes }) => [name, bytes] as const);
    print([...sizes].sort(([, a], [, b]) => b - a));
    if (!values.set) return;
    const budget = sizes.map(([fn, bytes]) => [fn, Math.ceil((bytes * HEADROOM) / 1000) * 1000]);
    writeFileSync(BUDGET, `${JSON.stringify(Object.fromEntries(budget), undefined, 2)}\n`);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function print(rows: readonly (readonly [string, number])[]): void {
  for (const [what, bytes] of rows) console.log(`${String(bytes).padStart(9)}  ${what}`);
  console.log(`${String(rows.reduce((sum, [, bytes]) => sum + bytes, 0)).padStart(9)}  together`);
}
