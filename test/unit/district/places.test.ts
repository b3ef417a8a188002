/** Places that contradict each other, each planted into a copy of the real folder. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mistake } from '#infra/district-folder.ts';
import { FolderCopy } from './folder-copy.ts';

let folder: FolderCopy;
beforeEach(() => {
  folder = new FolderCopy();
});
afterEach(() => folder.remove());

const town = (name: string, changes: Record<string, string>) =>
  folder.change('towns.csv', (row) => row.name === name, changes);
const alias = (name: string, target: string, strength = 'strong') =>
  folder.add('aliases.csv', { alias: name, target, strength, note: '' });

const planted: readonly (readonly [string, () => number, Partial<Mistake>])[] = [
  [
    'a town whose duty is another town’s unit’s',
    () => town('汀泗桥镇', { unit: 'maqiao' }),
    { file: 'towns.csv', column: 'unit', problem: '汀泗桥镇的承办单位 maqiao(马桥镇人民政府)是马桥镇的' },
  ],
  [
    'two towns whose units were changed over: the first',
    () => {
      town('马桥镇', { unit: 'tingsiqiao' });
      return town('汀泗桥镇', { unit: 'maqiao' });
    },
    { file: 'towns.csv', column: 'unit', problem: expect.stringContaining('是马桥镇的') },
  ],
  [
    'two towns whose units were changed over: the second',
    () => {
      town('汀泗桥镇', { unit: 'maqiao' });
      return town('马桥镇', { unit: 'tingsiqiao' });
    },
    { file: 'towns.csv', column: 'unit', problem: expect.stringContaining('是汀泗桥镇的') },
  ],
  [
    'one unit of no telling name for two towns',
    () => {
      folder.change('departments.csv', ({ id }) => id === 'gaoqiao', { name: '第一办', shortName: '一办' });
      town('桂花镇', { unit: 'gaoqiao' });
      return town('高桥镇', { unit: 'gaoqiao' });
    },
    {
      file: 'towns.csv',
      column: 'unit',
      problem: expect.stringMatching(/^gaoqiao 已是桂花镇\(第 \d+ 行\)的承办单位$/),
    },
  ],
  [
    'a department instead of a town’s government',
    () => town('汀泗桥镇', { unit: 'renshe' }),
    { file: 'towns.csv', column: 'unit', problem: '单位 renshe 的层级是 department,担不了属地职责' },
  ],
  [
    'a village whose code lies in another town',
    () =>
      folder.change('villages.csv', ({ code }) => code === '421202001002', {
        townCode: '421202002000',
        townName: '浮山街道',
      }),
    { file: 'villages.csv', column: 'townCode', problem: '代码 421202001002 的前 9 位不属于浮山街道(421202002000)' },
  ],
  [
    'an alias that is another town’s name',
    () => alias('马桥镇', '421202100000'),
    { file: 'aliases.csv', column: 'target', problem: '「马桥镇」是 421202106000 的正式名称,这里却指向 421202100000' },
  ],
  [
    'an alias that is a village’s name but for blanks and width',
    () => alias('万年路 社区', '421202100000', 'weak'),
    { file: 'aliases.csv', column: 'target', problem: expect.stringContaining('421202001002 的正式名称') },
  ],
  [
    'a town’s name as a word that is no place',
    () => alias('马桥镇', '', 'decoy'),
    { file: 'aliases.csv', column: 'alias', problem: '「马桥镇」是 421202106000 的正式名称,不能当作不是地名的词' },
  ],
  [
    'a unit’s names in one item',
    () => folder.change('departments.csv', ({ id }) => id === 'renshe', { aliases: '人社局、劳动局' }),
    { file: 'departments.csv', column: 'aliases', problem: expect.stringContaining('「人社局、劳动局」里有「、」') },
  ],
];

describe('each is named by file, row, column and remedy', () => {
  test.each(planted)('%s', (_, plant, expected) => {
    const row = plant();
    const found = folder.mistakes();
    expect(found).toContainEqual(expect.objectContaining({ ...expected, row }));
    for (const { remedy } of found) expect(remedy.length).toBeGreaterThan(4);
  });
});

describe('what is right', () => {
  const allowed: readonly (readonly [string, () => unknown])[] = [
    ['an alias that is the place’s own name', () => alias('马桥镇', '421202106000')],
    ['a unit that has no government of its own beside it', () => town('向阳湖奶牛良种场', { unit: 'xiangyanghu' })],
    ['a town that the city or the desk looks after', () => town('咸宁市经济技术开发区', { unit: 'hotline' })],
    ['a name that two places share, for either', () => alias('咸安商贸物流区', 'shangmao')],
  ];
  test.each(allowed)('%s', (_, plant) => {
    plant();
    expect(folder.mistakes()).toEqual([]);
  });
});
