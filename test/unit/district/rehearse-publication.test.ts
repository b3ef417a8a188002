/** A rehearsal shows what publishing does, and only that; the rest of a new folder takes a deployment, and is named. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { FolderCopy, PROJECT } from './folder-copy.ts';

const district = compileDistrict('xianan');
const plain = district.catalogue.rows.find(
  ({ level, kinds, coHandlers, placeRule }) =>
    level === 'department' && kinds.length === 0 && coHandlers.length === 0 && placeRule === 'none',
)!;

let folder: FolderCopy;
beforeEach(() => {
  folder = new FolderCopy();
});
afterEach(() => folder.remove());

function simulate(request: object, ...more: string[]) {
  const history = join(folder.root, 'history.jsonl');
  folder.write('../history.jsonl', JSON.stringify({ kind: 'help', title: '', ...request }));
  const script = join(PROJECT, 'scripts/catalogue.ts');
  const args = [script, 'simulate', '--catalogue', folder.path, '--history', history, ...more];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}
const aboutRow = { content: plain.keywords.slice(0, 3).join(',') };

const carefulDesk = () =>
  folder.json('district.json', (head) => {
    head.thresholds.category = 1;
  });

describe('what only a deployment brings', () => {
  test('has no effect in a rehearsal, and is named', () => {
    carefulDesk();
    folder.add('aliases.csv', { alias: '新街口一带', target: '421202100000', strength: 'strong', note: '' });
    folder.change('departments.csv', ({ id }) => id === plain.owner, { shortName: '改名局' });
    const { stdout, stderr, status } = simulate(aboutRow);
    expect(status).toBe(0);
    expect(stdout).toContain('换承办单位 0 件');
    expect(stdout).not.toContain('改名局');
    expect(stderr).toMatch(/重新部署才生效/);
    for (const part of ['departments.csv', 'aliases.csv', 'district.json 的 thresholds'])
      expect(stderr).toContain(part);
    for (const part of ['towns.csv', 'calendar.json', 'catalogue.csv', 'danger']) expect(stderr).not.toContain(part);
  });
  test('can be rehearsed as a deployment', () => {
    carefulDesk();
    const { stdout, stderr } = simulate(aboutRow, '--deploy');
    expect(stderr).toBe('');
    expect(stdout).toContain('按重新部署预演');
    expect(stdout).toContain('换承办单位 1 件');
  });
  test('a text model', () => {
    const bytes = readFileSync(folder.file('model.bin'));
    folder.write('model.bin', bytes);
    expect(simulate(aboutRow).stderr).toBe('');
    rmSync(folder.file('model.bin'));
    expect(simulate(aboutRow).stderr).toContain('model.bin');
    // As words that only the model knows are read: with it on one side, by keywords alone on the other.
    const unknown = { content: '来电人称其在一工地扎钢筋,至今未付' };
    const reported = (...more: string[]) => simulate(unknown, '--json', ...more).stdout;
    expect(JSON.parse(reported()).changed).toEqual([]);
    expect(JSON.parse(reported('--deploy')).rules).not.toEqual(JSON.parse(reported()).rules);
  });
  test('data stays data', () => {
    carefulDesk();
    const { stdout, stderr } = simulate(aboutRow, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ requests: 1, changed: [] });
    expect(stderr).toContain('thresholds');
  });
});

describe('what a publication brings', () => {
  test('rows and deciding attributes, without a word', () => {
    folder.change('attributes.csv', () => true, { words: '量子纠缠路' });
    folder.change('catalogue.csv', ({ code }) => code === plain.code, { ownerByAttribute: 'road-expressway=@city' });
    const { stdout, stderr } = simulate({ content: '量子纠缠路,请办理', category: plain.code });
    expect(stderr).toBe('');
    expect(stdout).toContain('换承办单位 1 件');
  });
  test('a catalogue that names what is not deployed would be refused, and is', () => {
    folder.add('departments.csv', {
      ...folder.rows('departments.csv').find(({ id }) => id === plain.owner)!,
      id: 'xinju',
    });
    folder.change('catalogue.csv', ({ code }) => code === plain.code, { owner: 'xinju' });
    const { stdout, stderr, status } = simulate(aboutRow);
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr).toContain(`${plain.code}「owner」`);
    expect(stderr).toMatch(/单位 xinju 不存在/);
    expect(stderr).toMatch(/--deploy/);
    expect(simulate(aboutRow, '--deploy').status).toBe(0);
  });
});
