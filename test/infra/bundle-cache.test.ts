/** What was compiled is compiled again only when something that goes into it has changed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileOnce } from '#infra/bundle-cache.ts';

let project: string;
let compiled: number;
const write = (file: string, text: string) => writeFileSync(join(project, file), text);
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'bundle-cache-'));
  compiled = 0;
  for (const folder of ['functions/one', 'domain', 'schemas', 'infra', 'node_modules']) {
    mkdirSync(join(project, folder), { recursive: true });
  }
  write('functions/one/handler.ts', 'export const handler = 1;');
  for (const file of ['infra/bundle.ts', 'infra/no-debug.ts', 'package.json', 'tsconfig.json']) write(file, '');
  write('node_modules/.package-lock.json', '{"zod":"4.6.7"}');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Answers what stands in the folder afterwards. */
function compile(): string {
  const outdir = mkdtempSync(join(project, 'out-'));
  const work = (folder: string) => {
    compiled += 1;
    mkdirSync(join(folder, 'one'));
    writeFileSync(join(folder, 'one/index.mjs'), `// pass ${compiled}`);
  };
  compileOnce(outdir, work, project);
  return readFileSync(join(outdir, 'one/index.mjs'), 'utf8');
}

test('the same is compiled once', () => {
  expect([compile(), compile(), compiled]).toEqual(['// pass 1', '// pass 1', 1]);
});

test.each([
  ['a handler', () => write('functions/one/handler.ts', 'export const handler = 2;')],
  ['a file that is new', () => write('domain/rule.ts', '')],
  ['a file that went into another folder', () => write('schemas/handler.ts', 'export const handler = 1;')],
  ['a package', () => write('node_modules/.package-lock.json', '{"zod":"4.6.8"}')],
  ['how it is compiled', () => write('infra/bundle.ts', '// minify')],
])('%s changes', (_, change) => {
  compile();
  change();
  expect([compile(), compiled]).toEqual(['// pass 2', 2]);
});

test('what came back from an earlier state is still there, and the oldest is not', () => {
  for (const n of [1, 2, 3, 4, 1]) {
    write('domain/rule.ts', `${n}`);
    compile();
  }
  expect(compiled).toBe(5);
  write('domain/rule.ts', '4');
  compile();
  expect(compiled).toBe(5);
  expect(readdirSync(join(project, 'node_modules/.cache/jieban'))).toHaveLength(3);
});

test('what doesn’t compile leaves nothing behind', () => {
  const broken = () => {
    throw new Error('no such package');
  };
  expect(() => compileOnce(join(project, 'out'), broken, project)).toThrow('no such package');
  expect(readdirSync(join(project, 'node_modules/.cache/jieban'))).toEqual([]);
  expect([compile(), compiled]).toEqual(['// pass 1', 1]);
});

test('without npm’s list of packages nothing is kept', () => {
  rmSync(join(project, 'node_modules/.package-lock.json'));
  expect([compile(), compile()]).toEqual(['// pass 1', '// pass 2']);
});
