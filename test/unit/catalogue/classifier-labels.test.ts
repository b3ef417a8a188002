/** A wrong --label makes labels of citizens' words: what is no label is refused, and what may be none is not printed or kept. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { labelFault } from '../../../scripts/classifier/labels.ts';
import { inventMessages } from './invented-messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is a label', () => {
  const { catalogue, classes } = compileDistrict('xianan');
  test('every code and class of the catalogue', () => {
    const labels = [...catalogue.rows.map(({ code }) => code), ...classes, ...classes.map((_, at) => String(at + 1))];
    expect(labels.filter((label) => labelFault(label) !== undefined)).toEqual([]);
  });
  test.each(['水', '噪声', 'Noise', '10 市容环卫', '交通运输(公交)', '010203', '涉企-税务', '其他/咨询', '第12类'])(
    '%s',
    (label) => expect(labelFault(label)).toBeUndefined(),
  );
  test.each([
    ['a phone number', '13800000003'],
    ['spoken', '一三八零零零零零零零三'],
    ['full-width', '１３８００００'],
    ['an identity number', '42120219900101001X'],
    ['a plate', '鄂L12345'],
    ['with digits among the words', '张测试3栋1402室'],
    ['a sentence', '我家停水三天了,没有人管'],
    ['a question', '什么时候来水?'],
    ['a long name', '永安街道东门社区某小区三栋二单元张测试家的水管'],
    ['a line break', '水\n电'],
    ['a sign', '#1'],
    ['nothing', ''],
  ])('not %s', (_, label) => {
    expect(labelFault(label)).toMatch(/label/);
  });
});

describe('npm run classifier', () => {
  const script = fileURLToPath(new URL('../../../scripts/classifier.ts', import.meta.url));
  const written = (name: string, messages: readonly object[]) =>
    writeFileSync(join(folder, name), messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  const run = (...args: string[]) => {
    const env = { ...process.env, INIT_CWD: folder };
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env });
    return { status, all: stdout + stderr };
  };
  /** No punctuation, few enough: nothing about the words themselves gives them away. */
  const WORDS = ['张测试某的门牌', '李测试某住东门', '王测试某的孩子'];
  const messages = inventMessages(8, 3);
  const strange = WORDS.map((label) => ({ content: '水管坏了', label }));

  test('names lines and counts, not labels that one message has', () => {
    written('few.jsonl', [...messages, ...strange]);
    const { status, all } = run('train', '--data', 'few.jsonl', '--out', 'few');
    expect(status).toBe(1);
    expect(all).toMatch(new RegExp(`few\\.jsonl:${messages.length + 1} field "label": .*only message`));
    expect(all).toContain('--least 2');
    for (const words of WORDS) expect(all).not.toContain(words);
    expect(existsSync(join(folder, 'few'))).toBe(false);
  });
  test('--least counts what it leaves out', () => {
    const { status, all } = run('train', '--data', 'few.jsonl', '--out', 'least', '--folds', '0', '--least', '2');
    expect(status).toBe(0);
    const [from, to] = [messages.length + 1, messages.length + 3];
    expect(all).toContain(`3 labels with fewer than 2 messages left out: lines ${from}, ${from + 1}, ${to}`);
    const kept = readFileSync(join(folder, 'least/model.json'), 'utf8') + readFileSync(join(folder, 'least/model.bin'));
    for (const words of WORDS) expect(all + kept).not.toContain(words);
  });
  test('labels that a model doesn’t know are counted and numbered', () => {
    const { status, all } = run('evaluate', '--data', 'few.jsonl', '--model', 'least/model.bin');
    expect(status).toBe(0);
    expect(all).toContain("3 labels that the model doesn't know, always wrong: 3 messages, lines");
    expect(all).toContain('(unknown 3)');
    for (const words of WORDS) expect(all).not.toContain(words);
  });
  test('a small file with the columns changed over', () => {
    written('swapped.jsonl', [...strange, ...strange.slice(0, 2)]);
    const { status, all } = run('train', '--data', 'swapped.jsonl', '--out', 'swapped');
    expect(status).toBe(1);
    for (const words of WORDS) expect(all).not.toContain(words);
  });
  test('phone numbers as labels are refused by line', () => {
    written('phones.jsonl', [...messages, ...[1, 2].map(() => ({ content: '水管坏了', label: '13800000003' }))]);
    const { status, all } = run('train', '--data', 'phones.jsonl', '--out', 'phones');
    expect(status).toBe(1);
    expect(all).toContain(`phones.jsonl:${messages.length + 1} field "label": is no label`);
    expect(all).not.toContain('138');
  });
});
