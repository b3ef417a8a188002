/** 现成时限方案: what ships beside the districts, and how a district takes one. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findLimit } from '#domain/sla/limits.ts';
import { compileFolder } from '#infra/district-folder.ts';
import type { Kind } from '#schemas/common.ts';
import { LimitProfile } from '#schemas/sla.ts';
import { FolderCopy, PROJECT } from './folder-copy.ts';

const PROFILES = join(PROJECT, 'districts/profiles');
const read = (name: string) => LimitProfile.parse(JSON.parse(readFileSync(join(PROFILES, name), 'utf8')));
const days = (profile: LimitProfile, kind: Kind) => findLimit(profile, { clock: 'finish', kind, urgency: 'normal' });
const wd = (amount: number) => ({ amount, unit: 'workingDays' });

describe('what ships', () => {
  test('each is a whole profile under its own name', () => {
    const files = readdirSync(PROFILES).sort();
    expect(files).toEqual(['shandong-2020.json', 'sichuan-2025.json']);
    for (const file of files) expect(`${read(file).profile}.json`).toBe(file);
  });
  test.each<[string, Kind, number]>([
    ['sichuan-2025', 'consult', 3],
    ['sichuan-2025', 'help', 7],
    ['sichuan-2025', 'complaint', 15],
    ['sichuan-2025', 'report', 7],
    ['shandong-2020', 'consult', 5],
    ['shandong-2020', 'report', 5],
    ['shandong-2020', 'praise', 5],
  ])('%s: %s in %i working days', (name, kind, amount) => {
    expect(days(read(`${name}.json`), kind)).toEqual(wd(amount));
  });
});

describe('a district', () => {
  let folder: FolderCopy;
  beforeEach(() => {
    folder = new FolderCopy();
  });
  afterEach(() => folder.remove());
  const take = (profile: string) =>
    folder.json('district.json', (head) => {
      head.limitProfile = profile;
    });

  test('takes one by its name, in place of its own file', () => {
    take('sichuan-2025');
    rmSync(folder.file('limits.json'));
    expect(compileFolder(folder.path).limits.profile).toBe('sichuan-2025');
  });
  test('can’t have both, nor one that is none', () => {
    take('sichuan-2025');
    expect(folder.mistakes()).toMatchObject([{ file: 'district.json', column: 'limitProfile' }]);
    rmSync(folder.file('limits.json'));
    take('atlantis-1');
    expect(folder.mistakes()).toMatchObject([
      { file: 'district.json', column: 'limitProfile', remedy: expect.stringContaining('sichuan-2025') },
    ]);
  });
});
