/** The project may lie in a folder with 汉字 and blanks in its name, as a clerk's does. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT } from './folder-copy.ts';

let root: string;
let project: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'paths-'));
  project = join(root, '热线办 项目#1%');
  for (const part of ['package.json', 'scripts', 'infra', 'domain', 'schemas', 'functions', 'districts', 'examples']) {
    cpSync(join(PROJECT, part), join(project, part), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['check', []],
  ['simulate', ['--catalogue', 'districts/xianan', '--history', 'examples/history.csv']],
])('catalogue %s', (command, options) => {
  const args = ['--import', './infra/require-node.mjs', 'scripts/catalogue.ts', command, ...options];
  const { stderr, status } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: project },
  });
  expect([stderr, status]).toEqual(['', 0]);
});
