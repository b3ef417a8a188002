/** The local instance's secrets, also of a data folder that an older version made. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Departments } from '#functions/adapters/department-secrets.ts';
import { openSecrets, secretsFile } from '#infra/local/cli/secrets.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const LOCAL = ['127.0.0.0/8', '::1/128'];
const demo = (unit: string) => `http://127.0.0.1:4000/departments/${unit}/callbacks`;
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'jieban-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Starts an instance on the folder, whose built-in departments are `units`. */
function start(units: readonly string[]) {
  const secrets = openSecrets(dataDir, ['renshe', 'zhujian', 'jiaotong'], []);
  secrets.point({
    platformsUrl: 'http://127.0.0.1:4000',
    demoEndpoints: Object.fromEntries(units.map((unit) => [unit, demo(unit)])),
    pollBoard: false,
  });
  return secrets.get().departments;
}
/** As an earlier start left it. */
function leave(departments: object): void {
  const stored = {
    'jieban/departments': { arn: 'a', current: { id: 'v', created: 0, value: JSON.stringify(departments) } },
  };
  writeFileSync(secretsFile(dataDir), JSON.stringify(stored), { mode: 0o600 });
}
const onDisk = () =>
  JSON.parse(JSON.parse(readFileSync(secretsFile(dataDir), 'utf8'))['jieban/departments'].current.value);

test('a new folder lets the built-in departments be called at this machine, and nobody else', () => {
  const departments = start(['renshe']);
  expect(departments.renshe).toMatchObject({ endpoint: demo('renshe'), allow: LOCAL });
  expect(departments.zhujian).toEqual({ keys: [expect.stringMatching(/^whsec_/)] });
});

test('an older folder is completed at the start, on disk too', () => {
  leave({
    renshe: { keys: [KEY], endpoint: 'http://127.0.0.1:3999/departments/renshe/callbacks' },
    zhujian: { keys: [KEY] },
  });
  start(['renshe', 'zhujian']);
  expect(onDisk()).toMatchObject({
    renshe: { keys: [KEY], endpoint: demo('renshe'), allow: LOCAL },
    zhujian: { keys: [KEY], endpoint: demo('zhujian'), allow: LOCAL },
    jiaotong: { keys: [expect.stringMatching(/^whsec_/)] },
  });
  expect(statSync(secretsFile(dataDir)).mode & 0o077).toBe(0);
  // The functions take every entry.
  expect(Object.keys(Departments.parse(onDisk())).toSorted()).toEqual(['jiaotong', 'renshe', 'zhujian']);
  const first = onDisk();
  start(['renshe', 'zhujian']);
  expect(onDisk()).toEqual(first);
});

test('what an operator wrote stays', () => {
  const own = { keys: [KEY], endpoint: 'https://hooks.example/', allow: ['10.1.0.0/16'], sm3: true, remark: '专线' };
  leave({ renshe: own, zhujian: { keys: [KEY], allow: ['10.2.0.0/16'], sm3: true } });
  start(['zhujian', 'renshe']);
  expect(onDisk().renshe).toEqual(own);
  expect(onDisk().zhujian).toEqual({
    keys: [KEY],
    sm3: true,
    endpoint: demo('zhujian'),
    allow: ['10.2.0.0/16', ...LOCAL],
  });
});

test('a department’s own program at this machine keeps its address over a restart', () => {
  const own = { keys: [KEY], endpoint: 'http://127.0.0.1:8090/callbacks', allow: LOCAL };
  leave({ renshe: own, zhujian: { keys: [KEY] } });
  start(['renshe', 'zhujian']);
  expect(onDisk().renshe).toEqual(own);
  expect(onDisk().zhujian).toMatchObject({ endpoint: demo('zhujian') });
});

test('a department is moved to another address, and keeps what else is noted of it', () => {
  leave({ renshe: { keys: [KEY], sm3: true }, zhujian: { keys: [KEY] } });
  const secrets = openSecrets(dataDir, ['renshe', 'zhujian'], []);
  const moved = JSON.parse(secrets.move('renshe', 'http://127.0.0.1:8090/callbacks'));
  expect(moved).toEqual({
    renshe: { keys: [KEY], sm3: true, endpoint: 'http://127.0.0.1:8090/callbacks', allow: LOCAL },
    zhujian: { keys: [KEY] },
  });
  expect(Departments.parse(moved).renshe).toMatchObject({ allow: LOCAL });
});
