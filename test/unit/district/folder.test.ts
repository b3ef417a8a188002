/** Each planted mistake must be named with its file, its row as a spreadsheet counts, its column and a remedy. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileDistrict, DistrictFolderError, type Mistake } from '#infra/district-folder.ts';
import { District } from '#schemas/district.ts';

const XIANAN = fileURLToPath(new URL('../../../districts/xianan', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'district-'));
  cpSync(XIANAN, join(root, 'xianan'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const path = (file: string) => join(root, 'xianan', file);
const lines = (file: string) => readFileSync(path(file), 'utf8').trimEnd().split('\n');
/** Applies `change` to the line of `file` that begins with `start`; answers its row as a spreadsheet counts. */
function edit(file: string, start: string, change: (line: string) => string): number {
  const all = lines(file);
  const at = all.findIndex((line) => line.startsWith(start));
  expect(at, `no line of ${file} begins with ${start}`).toBeGreaterThanOrEqual(0);
  const changed = change(all[at]!);
  expect(changed).not.toBe(all[at]);
  writeFileSync(path(file), `${all.with(at, changed).join('\n')}\n`);
  return at + 1;
}
function append(file: string, line: string): number {
  const all = [...lines(file), line];
  writeFileSync(path(file), `${all.join('\n')}\n`);
  return all.length;
}
function json(file: string, change: (data: Record<string, unknown>) => void): void {
  const data = JSON.parse(readFileSync(path(file), 'utf8'));
  change(data);
  writeFileSync(path(file), JSON.stringify(data));
}
function mistakes(): readonly Mistake[] {
  try {
    compileDistrict('xianan', root);
  } catch (error) {
    if (error instanceof DistrictFolderError) return error.mistakes;
    throw error;
  }
  return [];
}
const cell = (from: string, to: string) => (line: string) => line.replace(from, to);

test('the folder as it is compiles into the schema', () => {
  const district = compileDistrict('xianan', root);
  expect(District.parse(district)).toEqual(district);
  expect(JSON.parse(JSON.stringify(district))).toEqual(district);
  expect([district.towns.length, district.villages.length]).toEqual([17, 197]);
});

describe('planted in a table', () => {
  const planted: readonly (readonly [string, () => number, Partial<Mistake>])[] = [
    [
      'unknown owner',
      () => edit('catalogue.csv', '05.1', cell('department,jiaoyu', 'department,jiaoyou')),
      { file: 'catalogue.csv', column: 'owner', problem: '单位 jiaoyou 不存在' },
    ],
    [
      'unknown co-handler',
      () => edit('catalogue.csv', '01.2', cell('urgent,renshe', 'urgent,renshi')),
      { file: 'catalogue.csv', column: 'coHandlers', problem: '单位 renshi 不存在' },
    ],
    [
      'unknown exception',
      () => edit('catalogue.csv', '10.2', cell('街道=chengguan', '街道=chenguan')),
      { file: 'catalogue.csv', column: 'ownerByKind', problem: '单位 chenguan 不存在' },
    ],
    [
      'duplicate code',
      () => edit('catalogue.csv', '05.2', cell('05.2', '05.1')),
      { file: 'catalogue.csv', column: 'code', problem: '编码 05.1 重复' },
    ],
    [
      'a department’s duty sent to the town',
      () => edit('catalogue.csv', '05.1', cell('department,jiaoyu', 'town,@town')),
      { file: 'catalogue.csv', column: 'owner', problem: expect.stringContaining('部门职责不得派给镇街') },
    ],
    [
      'a department’s duty sent to the zone',
      () => edit('catalogue.csv', '05.1', cell('department,jiaoyu', 'zone,jingkai')),
      { file: 'catalogue.csv', column: 'owner', problem: expect.stringContaining('部门职责不得派给镇街') },
    ],
    [
      'a department’s duty sent to the town by exception',
      () => edit('catalogue.csv', '05.1', cell('department,jiaoyu,', 'byPlace,jiaoyu,镇=@town')),
      { file: 'catalogue.csv', column: 'ownerByKind', problem: expect.stringContaining('部门职责不得派给镇街') },
    ],
    [
      'a town’s duty sent to a department',
      () => edit('catalogue.csv', '18.1', cell('town,@town', 'department,nongye')),
      { file: 'catalogue.csv', column: 'owner', problem: expect.stringContaining('镇街职责派给了部门') },
    ],
    [
      'two owners for one kind of town (overlap)',
      () => edit('catalogue.csv', '10.2', cell('街道=chengguan', '街道=chengguan|街道=@town')),
      { file: 'catalogue.csv', column: 'ownerByKind', problem: '街道 有两个承办单位:chengguan 和 @town' },
    ],
    [
      'an exception nobody can read',
      () => edit('catalogue.csv', '10.2', cell('街道=chengguan', '街道')),
      { file: 'catalogue.csv', column: 'ownerByKind', problem: '「街道」看不懂' },
    ],
    [
      'an unknown kind of town',
      () => edit('catalogue.csv', '10.2', cell('街道=chengguan', '街坊=chengguan')),
      { file: 'catalogue.csv', column: 'ownerByKind' },
    ],
    [
      'level against owner',
      () => edit('catalogue.csv', '13.1', cell('vertical,gongan', 'department,gongan')),
      { file: 'catalogue.csv', column: 'level', problem: expect.stringContaining('vertical') },
    ],
    [
      'no basis for the duty',
      () => edit('catalogue.csv', '05.1', cell('《义务教育法》第七条', '')),
      { file: 'catalogue.csv', column: 'dutyBasis' },
    ],
    [
      'owner twice',
      () => edit('catalogue.csv', '16.4', cell('normal,shengtai', 'normal,chengguan')),
      { file: 'catalogue.csv', column: 'coHandlers' },
    ],
    [
      'another name for the category',
      () => edit('catalogue.csv', '05.3', cell('教育,校外', '教学,校外')),
      { file: 'catalogue.csv', column: 'category' },
    ],
    [
      'a keyword of one character',
      () => edit('catalogue.csv', '05.1', cell('|学位|', '|学|')),
      { file: 'catalogue.csv', column: 'keywords', problem: expect.stringContaining('「学」') },
    ],
    [
      'a keyword twice',
      () => edit('catalogue.csv', '05.1', cell('|学位|', '|学位|学位|')),
      { file: 'catalogue.csv', column: 'keywords', problem: '「学位」写了两遍' },
    ],
    [
      'a wrong enum',
      () => edit('catalogue.csv', '05.1', cell('household', 'hosehold')),
      { file: 'catalogue.csv', column: 'placeRule', problem: expect.stringContaining('hosehold') },
    ],
    [
      'a row cut short',
      () => append('catalogue.csv', '23.1,新类'),
      { file: 'catalogue.csv', problem: '有 2 格,应为 16 格' },
    ],
    [
      'a village of no town',
      () => edit('villages.csv', '421202001002', cell('421202001000', '421202009000')),
      { file: 'villages.csv', column: 'townCode', problem: '镇街 421202009000 不存在' },
    ],
    [
      'a village under another town’s name',
      () => edit('villages.csv', '421202001002', cell('温泉街道', '浮山街道')),
      { file: 'villages.csv', column: 'townName' },
    ],
    [
      'a town without a unit (gap)',
      () => edit('towns.csv', '421202100000', cell('tingsiqiao', '')),
      { file: 'towns.csv', column: 'unit' },
    ],
    [
      'a town with an unknown unit',
      () => edit('towns.csv', '421202100000', cell('tingsiqiao', 'tingsi')),
      { file: 'towns.csv', column: 'unit', problem: '单位 tingsi 不存在' },
    ],
    [
      'a town of another county',
      () => append('towns.csv', '421221100000,陆溪镇,镇,hotline'),
      { file: 'towns.csv', column: 'code' },
    ],
    [
      'a zone with an unknown unit',
      () => edit('zones.csv', 'shangmao', cell(',shangmao,区属', ',shangmou,区属')),
      { file: 'zones.csv', column: 'unit' },
    ],
    [
      'an endpoint without TLS',
      () => edit('departments.csv', 'renshe', (line) => `${line}http://example.org/hook`),
      { file: 'departments.csv', column: 'endpoint' },
    ],
    [
      'a unit twice',
      () => append('departments.csv', 'renshe,又一个,又,department,,甲,乙,,'),
      { file: 'departments.csv', column: 'id', problem: expect.stringContaining('重复') },
    ],
    [
      'an alias to nowhere',
      () => append('aliases.csv', '老街,421202777000,strong,'),
      { file: 'aliases.csv', column: 'target' },
    ],
    [
      'a decoy with a target',
      () => edit('aliases.csv', '永安大道', cell('永安大道,', '永安大道,421202003000')),
      { file: 'aliases.csv', column: 'target' },
    ],
    [
      'a column nobody knows',
      () => edit('zones.csv', 'id,', cell('note', 'notes')),
      { file: 'zones.csv', column: 'notes', problem: '不认识的列' },
    ],
    [
      'a missing column',
      () => edit('zones.csv', 'id,', cell('note', 'notes')),
      { file: 'zones.csv', column: 'note', problem: '缺少这一列' },
    ],
    [
      'quotes that don’t close',
      () => append('zones.csv', 'x,"未闭合,,hotline,'),
      { file: 'zones.csv', problem: expect.stringContaining('引号') },
    ],
  ];

  test.each(planted)('%s', (_, plant, expected) => {
    const row = plant();
    const found = mistakes();
    expect(found).toContainEqual(expect.objectContaining({ ...expected, row }));
    for (const mistake of found) expect(mistake.remedy.length).toBeGreaterThan(2);
  });

  test('rows count as a spreadsheet does: blank lines and line breaks inside a cell', () => {
    const all = lines('zones.csv');
    writeFileSync(path('zones.csv'), [all[0], '', 'a1,"两\n行",,hotline,', 'b1,乙,,nobody,', ''].join('\n'));
    expect(mistakes()).toContainEqual(expect.objectContaining({ file: 'zones.csv', row: 4, column: 'unit' }));
  });

  test('a byte order mark and CRLF, as spreadsheets save them, are fine', () => {
    for (const file of ['catalogue.csv', 'towns.csv', 'departments.csv']) {
      writeFileSync(path(file), `\ufeff${lines(file).join('\r\n')}\r\n`);
    }
    expect(mistakes()).toEqual([]);
  });

  test('an empty table', () => {
    writeFileSync(path('departments.csv'), '');
    expect(mistakes()).toContainEqual(
      expect.objectContaining({ file: 'departments.csv', row: 1, problem: '文件是空的' }),
    );
  });
});

describe('planted in district.json and around', () => {
  test('not JSON', () => {
    writeFileSync(path('district.json'), '{');
    expect(mistakes()).toMatchObject([{ file: 'district.json', problem: expect.stringContaining('JSON') }]);
  });
  test('a field nobody knows, and a placeholder that nothing fills', () => {
    json('district.json', (data) => {
      data.colour = 'red';
      (data.texts as Record<string, unknown>).dangerNotice = '请拨 {numbrs}';
    });
    expect(mistakes().map((mistake) => mistake.column)).toEqual(expect.arrayContaining(['texts.dangerNotice']));
    expect(mistakes()).toHaveLength(2);
  });
  test('a lawful route without its list of look-alikes, an exclusion of one character', () => {
    json('district.json', (data) => {
      delete (data.statutoryRoutes as Record<string, unknown>[])[0]!.exclude;
      (data.danger as { exclude: string[] }[])[0]!.exclude = ['吊'];
    });
    expect(mistakes().map((mistake) => mistake.column)).toEqual(['danger.0.exclude.0', 'statutoryRoutes.0.exclude']);
  });
  test('a list of words that danger doesn’t have, and a list within a list', () => {
    json('district.json', (data) => {
      const rule = (data.danger as { phrases: string[]; unlessWith: string[] }[])[0]!;
      rule.phrases.push('{人|{水里}}淹着');
      rule.unlessWith.push('{善後}');
    });
    expect(mistakes()).toMatchObject([
      { column: 'danger.self-harm.phrases', problem: '「{人|{水里}}淹着」的花括号不成对' },
      { column: 'danger.self-harm.unlessWith', problem: '「{善後}」里的 {善後} 没有这组词' },
    ]);
  });
  test('another id than the folder’s', () => {
    json('district.json', (data) => {
      data.id = 'chibi';
    });
    expect(mistakes()).toContainEqual(expect.objectContaining({ file: 'district.json', column: 'id' }));
  });
  test('a desk that is no hotline', () => {
    json('district.json', (data) => {
      data.desk = 'renshe';
    });
    expect(mistakes()).toContainEqual(expect.objectContaining({ file: 'district.json', column: 'desk' }));
  });
  test('a file that isn’t there', () => {
    rmSync(path('aliases.csv'));
    expect(mistakes()).toContainEqual(expect.objectContaining({ file: 'aliases.csv', problem: '文件不存在' }));
  });
  test('all mistakes come at once, each on a line', () => {
    edit('catalogue.csv', '05.1', cell('department,jiaoyu', 'department,jiaoyou'));
    edit('catalogue.csv', '06.1', cell('department,minzheng', 'department,minzhen'));
    json('district.json', (data) => {
      data.id = 'chibi';
    });
    expect(mistakes().length).toBe(3);
    expect(() => compileDistrict('xianan', root)).toThrow(
      /catalogue\.csv 第 \d+ 行 「owner」: 单位 jiaoyou 不存在。改为/,
    );
  });
});

describe('planted in feedback.json', () => {
  const rules = (data: Record<string, unknown>) => data.rules as { wechat: { fields: Record<string, string> } }[];
  test('a text that its field can’t take, and a shape that is wrong, each by file and path', () => {
    json('feedback.json', (data) => {
      rules(data)[1]!.wechat.fields.thing2 = '{department}正在重新办理您的诉求,请等候';
    });
    expect(mistakes()).toMatchObject([{ file: 'feedback.json', column: 'rules.1.wechat.fields.thing2' }]);
    expect(() => compileDistrict('xianan', root)).toThrow(
      /feedback\.json 「rules\.1\.wechat\.fields\.thing2」: 「.+」.+。/,
    );
    json('feedback.json', (data) => {
      (data.rules as object[])[0] = { event: 'signed', notice: 'signed' };
    });
    expect(mistakes()).toMatchObject([{ file: 'feedback.json', column: 'rules.0.event' }]);
    expect(mistakes()[0]?.remedy).toContain('schemas/feedback.ts');
  });
  test('a unit whose short name has grown too long for the messages', () => {
    edit('departments.csv', 'renshe,', cell('区人社局', '区人力资源和社会保障局(劳动监察大队和仲裁院)'));
    const columns = mistakes().map(({ file, column }) => `${file} ${column}`);
    expect(columns).toContain('feedback.json rules.0.wechat.fields.thing3');
    expect(columns).toContain('feedback.json rules.0.sms.params.department');
  });
  test('the file isn’t there', () => {
    rmSync(path('feedback.json'));
    expect(mistakes()).toMatchObject([{ file: 'feedback.json', problem: '文件不存在' }]);
  });
});

test('planted in retention.json: a term that the law makes longer, by file and path', () => {
  json('retention.json', (data) => {
    data.records = { keep: { years: 2 }, source: '自拟' };
  });
  expect(mistakes()).toMatchObject([{ file: 'retention.json', column: 'records.keep' }]);
});
