/**
 * What the issue wants planted, each into a copy of the real folder, whatever its rows say today: a gap, an overlap, a
 * shadowed row, a department's duty to a town, an unknown department, a duplicate code. Each is named by file, row, column and
 * remedy, and nothing is synthesized.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileFolder, DistrictFolderError, type Mistake } from '#infra/district-folder.ts';
import { synthesize } from '#infra/synth.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'planted-'));
  cpSync(join(PROJECT, 'districts/xianan'), join(root, 'xianan'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Cells = Record<string, string>;
const path = (file: string) => join(root, 'xianan', file);
const read = (file: string): Cells[] => parse(readFileSync(path(file), 'utf8'), { bom: true, columns: true });
function write(file: string, rows: readonly Cells[]): void {
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) => columns.map((column) => `"${row[column]!.replaceAll('"', '""')}"`).join(','));
  writeFileSync(path(file), `${[columns.join(','), ...lines].join('\n')}\n`);
}
/** Changes the first row that fits; answers its row as a spreadsheet counts. */
function change(file: string, fits: (row: Cells) => boolean, changes: Cells): number {
  const rows = read(file);
  const at = rows.findIndex(fits);
  expect(at).toBeGreaterThanOrEqual(0);
  write(file, rows.with(at, { ...rows[at], ...changes }));
  return at + 2;
}
function add(file: string, row: Cells): number {
  const rows = [...read(file), row];
  write(file, rows);
  return rows.length + 1;
}
const plain = (row: Cells) => row.level === 'department' && row.dutyHolder === 'department' && !row.ownerByAttribute;
const rowOfDepartment = () => read('catalogue.csv').find(plain)!;
const attributeId = () => read('attributes.csv')[0]!.id!;

function mistakes(): readonly Mistake[] {
  try {
    compileFolder(path(''));
  } catch (error) {
    if (error instanceof DistrictFolderError) return error.mistakes;
    throw error;
  }
  return [];
}

const CATALOGUE = 'catalogue.csv';
const last = () => read(CATALOGUE).at(-1)!;

/** What is planted; answers the row where it must be found. */
const planted: readonly (readonly [string, () => number, Partial<Mistake>])[] = [
  [
    'gap: a class without a row',
    () => {
      const rows = read(CATALOGUE);
      const hole = rows.findIndex(({ code }) => code!.startsWith('05.'));
      write(
        CATALOGUE,
        rows.filter(({ code }) => !code!.startsWith('05.')),
      );
      return hole + 2;
    },
    { file: CATALOGUE, column: 'code', problem: '缺少类别 05,该类诉求无人承办' },
  ],
  [
    'gap: a row without an owner',
    () => change(CATALOGUE, plain, { owner: '' }),
    { file: CATALOGUE, column: 'owner', problem: expect.stringContaining('「」不合要求') },
  ],
  [
    'gap: an exception for an attribute that nobody defined',
    () => change(CATALOGUE, plain, { ownerByAttribute: 'no-such-thing=@city' }),
    { file: CATALOGUE, column: 'ownerByAttribute', problem: '决定要素 no-such-thing 不存在' },
  ],
  [
    'gap: an attribute without words',
    () => change('attributes.csv', () => true, { words: '' }),
    { file: 'attributes.csv', column: 'words' },
  ],
  [
    'overlap: two owners for one kind of town',
    () => change(CATALOGUE, ({ ownerByKind }) => ownerByKind !== '', { ownerByKind: '街道=chengguan|街道=@town' }),
    { file: CATALOGUE, column: 'ownerByKind', problem: '街道 有两个承办单位:chengguan 和 @town' },
  ],
  [
    'overlap: two owners for one attribute',
    () => change(CATALOGUE, plain, { ownerByAttribute: `${attributeId()}=@city|${attributeId()}=jiaotong` }),
    {
      file: CATALOGUE,
      column: 'ownerByAttribute',
      problem: expect.stringContaining('有两个承办单位:@city 和 jiaotong'),
    },
  ],
  [
    'overlap: two rows with the same words and other owners',
    () => {
      const { category, code } = last();
      const { keywords } = rowOfDepartment();
      return add(CATALOGUE, {
        ...rowOfDepartment(),
        category: category!,
        code: `${code!.slice(0, 2)}.99`,
        name: '新设小类',
        keywords: keywords!,
        level: 'hotline',
        owner: '@desk',
        coHandlers: '',
      });
    },
    { file: CATALOGUE, column: 'keywords', problem: expect.stringContaining('关键词完全相同,承办单位却不同') },
  ],
  [
    'shadowed: all words stand in another row',
    () => {
      const { category, code } = last();
      const { keywords } = rowOfDepartment();
      const words = keywords!.split('|').slice(0, 2).join('|');
      const row = { ...rowOfDepartment(), category: category!, code: `${code!.slice(0, 2)}.99`, name: '新设小类' };
      return add(CATALOGUE, { ...row, keywords: words });
    },
    { file: CATALOGUE, column: 'keywords', problem: expect.stringContaining('永远轮不到这一行') },
  ],
  [
    'a department’s duty to a town',
    () => change(CATALOGUE, plain, { level: 'town', owner: '@town', coHandlers: '' }),
    { file: CATALOGUE, column: 'owner', problem: expect.stringContaining('部门职责不得派给镇街') },
  ],
  [
    'a department’s duty to a town by attribute',
    () => change(CATALOGUE, plain, { ownerByAttribute: `${attributeId()}=@town` }),
    { file: CATALOGUE, column: 'ownerByAttribute', problem: expect.stringContaining('部门职责不得派给镇街') },
  ],
  [
    'an unknown department',
    () => change(CATALOGUE, plain, { owner: 'no-such-unit' }),
    { file: CATALOGUE, column: 'owner', problem: '单位 no-such-unit 不存在' },
  ],
  [
    'an unknown department by attribute',
    () => change(CATALOGUE, plain, { ownerByAttribute: `${attributeId()}=no-such-unit` }),
    { file: CATALOGUE, column: 'ownerByAttribute', problem: '单位 no-such-unit 不存在' },
  ],
  [
    'a duplicate code',
    () => add(CATALOGUE, { ...last(), name: '另一小类', keywords: '量子纠缠' }),
    { file: CATALOGUE, column: 'code', problem: expect.stringContaining('重复') },
  ],
  [
    'a duplicate attribute',
    () => add('attributes.csv', { ...read('attributes.csv')[0]!, words: '量子纠缠' }),
    { file: 'attributes.csv', column: 'id', problem: expect.stringContaining('重复') },
  ],
];

describe.each(planted)('%s', (_, plant, expected) => {
  test('is named by file, row, column and remedy', () => {
    expect(mistakes()).toEqual([]);
    const row = plant();
    const found = mistakes();
    expect(found).toContainEqual(expect.objectContaining({ ...expected, row }));
    for (const { remedy } of found) expect(remedy.length).toBeGreaterThan(2);
  });
});

test('synthesis refuses the folder', () => {
  const outdir = join(root, 'out');
  const attempt = () => synthesize({ district: 'xianan', districts: root, region: 'cn-north-1', outdir });
  change(CATALOGUE, plain, { owner: 'no-such-unit' });
  expect(attempt).toThrow(/catalogue\.csv 第 \d+ 行 「owner」: 单位 no-such-unit 不存在。/);
  expect(attempt).toThrow(DistrictFolderError);
});

describe('npm run catalogue -- check', () => {
  const check = (...more: string[]) =>
    spawnSync(process.execPath, [join(PROJECT, 'scripts/catalogue.ts'), 'check', ...more], { encoding: 'utf8' });

  test('prints a summary and ends with 0', () => {
    const { stdout, status, stderr } = check('--folder', path(''));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/小类 \d+ 行,大类 22 个/);
    expect(stdout).toMatch(/逐一核对去向 [\d,]+ 种/);
  });
  test('prints each finding with its remedy and ends with 1', () => {
    const row = change(CATALOGUE, plain, { owner: 'no-such-unit' });
    add(CATALOGUE, { ...last(), name: '另一小类', keywords: '量子纠缠' });
    const { stdout, status } = check('--folder', path(''));
    expect(status).toBe(1);
    expect(stdout).toContain(`catalogue.csv 第 ${row} 行「owner」`);
    expect(stdout).toContain('单位 no-such-unit 不存在');
    expect(stdout).toContain('改法:改为 departments.csv 中的 id,或先在该表增加这个单位');
    expect(stdout).toMatch(/共 2 处/);
  });
  test('says what it does not understand', () => {
    const { stderr, status } = check('--fodler', 'x');
    expect(status).toBe(2);
    expect(stderr).toContain('--fodler');
  });
});
