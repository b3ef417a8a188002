/** The rehearsal as the clerk runs it: histories in both writings, a new table alone or a whole folder, mistakes by line. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const district = compileDistrict('xianan');
const row = district.catalogue.rows.find(
  ({ level, kinds, coHandlers }) => level === 'department' && kinds.length === 0 && coHandlers.length === 0,
)!;
const other = district.departments.find(({ id, level }) => level === 'department' && id !== row.owner)!;
const nameOf = (id: string) => district.departments.find((unit) => unit.id === id)!.shortName;

let work: string;
/** The table with the row given to another department. */
let newTable: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'simulate-'));
  const source = join(PROJECT, 'districts/xianan');
  const rows: Record<string, string>[] = parse(readFileSync(join(source, 'catalogue.csv'), 'utf8'), {
    bom: true,
    columns: true,
  });
  rows.find(({ code }) => code === row.code)!.owner = other.id;
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((cells) => columns.map((name) => `"${cells[name]!.replaceAll('"', '""')}"`).join(','));
  newTable = join(work, 'new.csv');
  writeFileSync(newTable, `${[columns.join(','), ...lines].join('\n')}\n`);
  cpSync(source, join(work, 'copy'), { recursive: true });
  cpSync(newTable, join(work, 'copy/catalogue.csv'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function simulate(history: string, content: string, ...more: string[]) {
  const file = join(work, history);
  writeFileSync(file, content);
  const command = [join(PROJECT, 'scripts/catalogue.ts'), 'simulate', '--history', file, ...more];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
}
const withTable = (history: string, content: string, ...more: string[]) =>
  simulate(history, content, '--catalogue', newTable, ...more);

const secret = '张测试某的门牌';
const past = (category?: string) => ({ kind: 'help', title: '办理', content: `请帮忙。${secret}`, category });
const jsonl = (...requests: object[]) => requests.map((request) => `${JSON.stringify(request)}\n`).join('');

describe('a history as JSON Lines', () => {
  const history = jsonl(past(row.code), past(), { ...past(row.code), place: { text: '别处' }, extra: 'ignored' });
  test('through a new table: who changes, by line, and no word of anybody', () => {
    const { stdout, stderr, status } = withTable('a.jsonl', history);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain('诉求 3 件');
    expect(stdout).toContain('换承办单位 2 件(66.7%)');
    expect(stdout).toContain(`第 1 行 ${nameOf(row.owner)} → ${other.shortName}`);
    expect(stdout).toContain(`第 3 行 ${nameOf(row.owner)} → ${other.shortName}`);
    expect(stdout).not.toContain(secret);
  });
  test('as data', () => {
    const { stdout } = withTable('a.jsonl', history, '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ requests: 3, toDesk: 0, fromDesk: 0, changed: [{ line: 1 }, { line: 3 }] });
    expect(report.load).toContainEqual({ id: row.owner, before: 2, after: 0 });
    expect(stdout).not.toContain(secret);
  });
  test('through a whole folder, whatever it is called', () => {
    const { stdout, status } = simulate('a.jsonl', history, '--catalogue', join(work, 'copy'));
    expect(status).toBe(0);
    expect(stdout).toContain('换承办单位 2 件');
  });
  test('shows thirty changes unless all are asked for', () => {
    const many = jsonl(...Array.from({ length: 40 }, () => past(row.code)));
    const few = withTable('b.jsonl', many).stdout;
    expect(few.match(/第 \d+ 行 /g)).toHaveLength(30);
    expect(few).toContain('还有 10 件,加 --all 全部列出');
    expect(withTable('b.jsonl', many, '--all').stdout.match(/第 \d+ 行 /g)).toHaveLength(40);
  });
  test('what corrections write can be rehearsed', () => {
    const { stdout } = withTable('c.jsonl', jsonl({ kind: 'help', text: '请帮忙', category: row.code, owner: 'x' }));
    expect(stdout).toContain('换承办单位 1 件');
  });
});

describe('a history as CSV', () => {
  test('with Chinese kinds, flat places and columns of other systems', () => {
    const csv = [
      '\ufeffkind,title,content,townCode,category,姓名',
      `投诉,办理,"请帮忙,\n谢谢 ${secret}",,${row.code},甲`,
      '',
      `咨询,办理,请帮忙,421202001000,${row.code},乙`,
    ].join('\r\n');
    const { stdout, stderr, status } = withTable('a.csv', csv);
    expect([stderr, status]).toEqual(['', 0]);
    // As a spreadsheet counts: the header is row 1, the blank line is row 3.
    expect(stdout).toContain('第 2 行 ');
    expect(stdout).toContain('第 4 行 ');
    expect(stdout).not.toContain(secret);
  });
});

describe('what is wrong is named by line, never quoted', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['not JSON', 'x.jsonl', `${jsonl(past())}{"content":"${secret}\n`, /第 2 行不是合法的 JSON/],
    ['an unknown kind', 'x.jsonl', jsonl({ ...past(), kind: secret }), /第 1 行「kind」缺少或写法不对/],
    ['no words', 'x.jsonl', jsonl(past(), { kind: 'help', title: secret }), /第 2 行「content」缺少或写法不对/],
    ['a category that is none', 'x.csv', `kind,content,category\n求助,${secret},${secret}\n`, /第 2 行「category」/],
    ['quotes that don’t close', 'x.csv', `kind,content\n求助,"${secret}\n`, /第 \d+ 行读不出来/],
    ['nothing at all', 'x.jsonl', '\n', /里没有诉求/],
  ];
  test.each(cases)('%s', (_, file, content, expected) => {
    const { stdout, stderr, status } = withTable(file, content);
    expect(status).toBe(1);
    expect(stderr).toMatch(expected);
    expect(stdout + stderr).not.toContain(secret);
  });
  test('a new table that the proof refuses is not rehearsed', () => {
    const broken = join(work, 'broken.csv');
    writeFileSync(broken, readFileSync(newTable, 'utf8').replaceAll(`"${other.id}"`, '"no-such-unit"'));
    const { stderr, status } = simulate('a.jsonl', jsonl(past()), '--catalogue', broken);
    expect(status).toBe(1);
    expect(stderr).toMatch(/catalogue\.csv 第 \d+ 行「owner」\n {4}问题:单位 no-such-unit 不存在/);
  });
  test('a file that is not there', () => {
    const { stderr, status } = simulate('a.jsonl', '', '--catalogue', join(work, 'nowhere.csv'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('打不开')]);
  });
});
