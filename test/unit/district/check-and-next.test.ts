/** What `check` lets pass, the next step takes: rehearsal, publication, synthesis. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FolderCopy, PROJECT } from './folder-copy.ts';

let folder: FolderCopy;
beforeEach(() => {
  folder = new FolderCopy();
});
afterEach(() => folder.remove());

const catalogue = (...args: string[]) =>
  spawnSync(process.execPath, [join(PROJECT, 'scripts/catalogue.ts'), ...args], { encoding: 'utf8' });

describe('a version', () => {
  test.each(['2027年1月版', '2027/01', 'a'.repeat(41), '2027 01'])(
    '%s can’t be published and doesn’t pass',
    (version) => {
      folder.json('district.json', (head) => {
        head.catalogue.version = version;
      });
      expect(folder.mistakes()).toMatchObject([{ file: 'district.json', column: 'catalogue.version' }]);
    },
  );
  test('is refused on the command line before anybody is asked', () => {
    const { status, stderr } = catalogue(
      'publish',
      '--reason',
      '测试',
      '--version',
      '2027年1月版',
      '--data',
      folder.root,
    );
    expect([status, stderr]).toEqual([2, expect.stringContaining('--version')]);
  });
});

describe('a text model', () => {
  test('cut short is named by check, and by a rehearsal without a stack', () => {
    folder.write('model.bin', readFileSync(folder.file('model.bin')).subarray(0, 5000));
    expect(folder.mistakes()).toMatchObject([
      {
        file: 'model.bin',
        problem: expect.stringContaining('识别模型'),
        remedy: expect.stringContaining('classifier'),
      },
    ]);
    const history = join(PROJECT, 'examples/history.csv');
    const { status, stderr } = catalogue(
      'simulate',
      '--folder',
      folder.path,
      '--catalogue',
      folder.path,
      '--history',
      history,
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('model.bin')]);
    expect(stderr).not.toContain('    at ');
  });
  test('may be missing', () => {
    rmSync(folder.file('model.bin'));
    expect(folder.mistakes()).toEqual([]);
  });
});
