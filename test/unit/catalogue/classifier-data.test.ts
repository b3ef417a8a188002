/** What `npm run classifier` reads and refuses, and what it writes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readModel } from '#domain/catalogue/text-model.ts';
import { trainModel } from '#domain/catalogue/train-model.ts';
import { DataError, readExamples } from '../../../scripts/classifier/read-data.ts';
import { inventMessages } from './invented-messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'jieban-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const SECRET = '张三的电话是一三八';

describe('reading labelled messages', () => {
  const both = [
    { title: '', content: '小区停水', label: '水' },
    { title: '欠薪', content: '老板,不给"工资"', label: '薪' },
  ];
  test.each([
    ['text.jsonl', '{"text":"小区停水","label":"水"}\n\n{"text":"老板,不给\\"工资\\"","title":"欠薪","label":"薪"}\n'],
    [
      'content.jsonl',
      '{"content":"小区停水","category":"水"}\r\n{"content":"老板,不给\\"工资\\"","title":"欠薪","category":"薪"}',
    ],
    ['columns.csv', '\ufefftitle,content,category\r\n,小区停水,水\r\n欠薪,"老板,不给""工资""",薪\r\n'],
    ['chinese.csv', '标题,诉求内容,类别\n,小区停水,水\n欠薪,"老板,不给""工资""",薪\n'],
  ])('%s', (name, content) => {
    expect(readExamples(written(name, content), {}, false)).toMatchObject({ examples: both, leftOut: [] });
  });
  test('a spreadsheet of GB 18030', () => {
    const bytes = Uint8Array.of(...Buffer.from('text,label\n'), 0xcd, 0xa3, 0xb5, 0xe7, ...Buffer.from(',1\n'));
    expect(readExamples(written('gb.csv', bytes), {}, false).examples).toEqual([
      { title: '', content: '停电', label: '1' },
    ]);
  });
  test('fields by name', () => {
    const file = written('named.jsonl', '{"text":"无关","label":"无关","body":"停水","row":16.3}');
    expect(readExamples(file, { text: 'body', label: 'row' }, false).examples).toEqual([
      { title: '', content: '停水', label: '16.3' },
    ]);
  });
  test.each([
    ['broken.jsonl', `{"text":"停水","label":"水"}\n{"text":"${SECRET}`, {}, 'broken.jsonl:2: is no JSON object'],
    ['array.jsonl', `{"text":"停水","label":"水"}\n["${SECRET}"]`, {}, 'array.jsonl:2: is no JSON object'],
    [
      'empty.jsonl',
      '{"text":"停水","label":"水"}\n{"text":"  ","label":"水"}',
      {},
      'empty.jsonl:2 field "text": is empty',
    ],
    [
      'unlabelled.jsonl',
      `{"text":"停水","label":"水"}\n{"text":"${SECRET}"}`,
      {},
      'unlabelled.jsonl:2 field "label": is empty',
    ],
    [
      'number.jsonl',
      '{"text":"停水","label":"水"}\n{"text":13800000000,"label":"水"}',
      {},
      'number.jsonl:2 field "text": is no string',
    ],
    ['nothing.jsonl', '\n', {}, 'nothing.jsonl:1: has no message'],
    ['missing.csv', `名称,类别\n${SECRET},水\n`, {}, 'missing.csv:2 field "text", "content", "内容", "诉求内容": none'],
    ['asked.csv', `text,label\n${SECRET},水\n`, { label: '小类' }, 'asked.csv:2 field "小类": there is no such field'],
    [
      'cells.csv',
      `text,label\n停水,水\n${SECRET}\n`,
      {},
      'cells.csv:3: is no CSV (CSV_RECORD_INCONSISTENT_FIELDS_LENGTH)',
    ],
    ['quote.csv', `text,label\n"${SECRET}"x,水\n`, {}, 'quote.csv:2: is no CSV'],
    [
      'long.jsonl',
      `{"text":"停水","label":"${SECRET.repeat(9)}"}`,
      {},
      'long.jsonl:1 field "label": is no label: longer than 20',
    ],
    [
      'swapped.jsonl',
      Array.from({ length: 50 }, (_, index) => `{"text":"水","label":"${SECRET}${index}"}`).join('\n'),
      {},
      'swapped.jsonl:1 field "label": differs in nearly every line',
    ],
    ['twice.csv', `text,label,text\n停水,水,${SECRET}\n`, {}, 'twice.csv:1: columns 1 and 3 have the same name'],
    ['binary.csv', Uint8Array.of(0xff, 0xff, 0xff), {}, 'binary.csv:1: is neither UTF-8 nor GB 18030'],
  ])('refuses %s by file, line and field, and repeats no text', (name, content, names, message) => {
    const file = written(name, content);
    let thrown: unknown;
    try {
      readExamples(file, names, false);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DataError);
    expect(String((thrown as Error).message)).toContain(message);
    expect(String((thrown as Error).message)).not.toContain('张三');
  });
  test('names all mistakes at once, or leaves the lines out when asked to', () => {
    const lines = Array.from({ length: 60 }, (_, index) =>
      index % 2 === 0 ? '{"text":"停水","label":"水"}' : '{"text":""}',
    );
    const file = written('many.jsonl', lines.join('\n'));
    expect(() => readExamples(file, {}, false)).toThrow(/many\.jsonl:2 [\s\S]*many\.jsonl:40 [\s\S]*and 10 more/);
    const { examples, leftOut } = readExamples(file, {}, true);
    expect(examples).toHaveLength(30);
    expect(leftOut.map(({ line }) => line)).toEqual(Array.from({ length: 30 }, (_, index) => index * 2 + 2));
  });
});

describe('npm run classifier', () => {
  const script = fileURLToPath(new URL('../../../scripts/classifier.ts', import.meta.url));
  const examples = inventMessages(20, 21);
  const data = written('history.jsonl', examples.map((example) => JSON.stringify(example)).join('\n'));
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, INIT_CWD: folder },
    });

  test('trains, tells its figures, and writes a model with its provenance', () => {
    const printed = run('train', '--data', 'history.jsonl', '--out', 'model', '--folds', '2');
    expect(printed).toMatch(/macro-F1 [01]\.\d{4} ± 0\.\d{4} \(mean ± sd of/);
    expect(printed).toMatch(/expected calibration error 0\.\d{4} \(15 bins/);
    const bytes = readFileSync(join(folder, 'model/model.bin'));
    expect(new Uint8Array(bytes)).toEqual(trainModel(examples).bytes);
    expect(readModel(bytes).labels).toHaveLength(4);
    const about = readFileSync(join(folder, 'model/model.json'), 'utf8');
    const sha256 = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
    expect(JSON.parse(about)).toMatchObject({
      model: { sha256: sha256(bytes), bytes: bytes.length, labels: 4 },
      data: {
        file: 'history.jsonl',
        sha256: sha256(readFileSync(data)),
        messages: 80,
        perLabel: { 噪声: 20, 教育: 20 },
      },
      options: { seed: 1, folds: 2 },
      code: { version: expect.stringMatching(/^\d/), sourcesSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      figures: { folds: [{}, {}] },
    });
    expect(about).not.toContain(folder);
    for (const text of [printed, about]) {
      expect(examples.filter(({ content }) => text.includes(content.slice(0, 8)))).toEqual([]);
    }
    const evaluated = run('evaluate', '--data', 'history.jsonl', '--model', 'model/model.bin');
    expect(evaluated).toContain('80 messages, 4 labels');
    expect(evaluated).toContain("by the model's own threshold");
  });
  test.each([
    [['train'], 'usage:'],
    [['guess', '--data', 'history.jsonl'], 'usage:'],
    [['train', '--data', 'nowhere.jsonl'], 'no such file'],
    [['train', '--data', 'history.jsonl', '--folds', '1'], '--folds'],
    [['train', '--data', 'history.jsonl', '--precision', '2'], '--precision'],
    [['evaluate', '--data', 'history.jsonl', '--model', 'history.jsonl'], 'broken text model'],
    [['train', '--data', 'empty.jsonl'], 'empty.jsonl:2'],
  ])('%j ends with 1 and says why', (args, why) => {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { ...process.env, INIT_CWD: folder },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('    at ');
  });
});
