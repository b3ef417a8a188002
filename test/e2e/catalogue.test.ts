/**
 * A catalogue published to the running instance: the clerk's commands as they are typed, the next ticket's owner, the old
 * ticket's, rolling back, and what persons correct.
 */
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { CatalogueStatus } from '#schemas/catalogue.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import { type Instance, phoneRequest, startInstance, tempFolder } from './support.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const district = compileDistrict('xianan');
/** One department's, wherever it is: a change of owner is all that can change. */
const row = district.catalogue.rows.find(
  ({ level, kinds, coHandlers }) => level === 'department' && kinds.length === 0 && coHandlers.length === 0,
)!;
const other = district.departments.find(({ id, level }) => level === 'department' && id !== row.owner)!.id;
const added: Pick<CatalogueRow, 'code' | 'name'> = { code: `${row.code.slice(0, 2)}.98`, name: '新设小类' };

let jieban: Instance;
const dataDir = tempFolder();
const folders = tempFolder();
beforeAll(async () => {
  jieban = await startInstance({ dataDir, silent: district.departments.map(({ id }) => id) });
});
afterAll(async () => {
  await jieban?.stop();
  for (const folder of [dataDir, folders]) rmSync(folder, { recursive: true, force: true });
});

/** Not in this process: a clerk's terminal. */
function catalogue(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [join(PROJECT, 'scripts/catalogue.ts'), ...args], { stdio: 'pipe' });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
}
const here = ['--data', dataDir] as const;

type Cells = Record<string, string>;
/** A copy of the folder in which the row belongs to `owner`, and another one is new. */
function folder(version: string, owner: string): string {
  const path = join(folders, version);
  cpSync(join(PROJECT, 'districts/xianan'), path, { recursive: true });
  const rows: Cells[] = parse(readFileSync(join(path, 'catalogue.csv'), 'utf8'), { bom: true, columns: true });
  const old = rows.find(({ code }) => code === row.code)!;
  old.owner = owner;
  rows.push({ ...old, ...added, keywords: '量子纠缠态' });
  const columns = Object.keys(old);
  const lines = rows.map((cells) => columns.map((name) => `"${cells[name]!.replaceAll('"', '""')}"`).join(','));
  writeFileSync(join(path, 'catalogue.csv'), `\ufeff${[columns.join(','), ...lines].join('\r\n')}\r\n`);
  const head = JSON.parse(readFileSync(join(path, 'district.json'), 'utf8'));
  head.catalogue.version = version;
  writeFileSync(join(path, 'district.json'), JSON.stringify(head));
  return path;
}

let number = 0;
async function ask(changes: object = {}) {
  number += 1;
  const { place: _, ...request } = phoneRequest(`catalogue-${number}`);
  const { body } = await jieban.post('phone', {
    ...request,
    kind: 'help',
    title: '咨询办理',
    content: '请帮忙办理,谢谢。',
    category: row.code,
    ...changes,
  });
  return body.ticketNo;
}
async function ticketOf(ticketNo: string) {
  const { status, body } = await jieban.history(ticketNo);
  const ticket = body.ticket as (typeof body)['ticket'] & { routed?: { catalogueVersion: string } };
  return status === 200 ? { ticketNo, owner: ticket.owner, version: ticket.routed?.catalogueVersion } : undefined;
}
const routed = async (ticketNo: string) => jieban.until('a ticket', () => ticketOf(ticketNo));
/** Asks again and again, several at once, until every container routes by this version. */
const followed = (version: string) =>
  jieban.until(`all route by ${version}`, async () => {
    const asked = await Promise.all([ask(), ask(), ask(), ask()]);
    const tickets = await Promise.all(asked.map(routed));
    return tickets.every((ticket) => ticket.version === version) ? tickets : undefined;
  });
async function status(): Promise<CatalogueStatus> {
  const authorization = `Bearer ${await jieban.platforms.oidc.token('audit-1', 'auditor')}`;
  return CatalogueStatus.parse((await jieban.raw('/hotline/catalogue', { headers: { authorization } })).body);
}

describe('a catalogue', () => {
  const deployed = district.catalogue.version;
  let old: Awaited<ReturnType<typeof routed>>;

  it('is published, and the next ticket has another owner; the old one keeps its own', {
    timeout: 60_000,
  }, async () => {
    old = await routed(await ask());
    expect(old).toMatchObject({ owner: row.owner, version: deployed });
    const published = await catalogue('publish', '--folder', folder('e2e-1', other), '--reason', '换承办单位', ...here);
    expect(published.out).toContain('正在使用:e2e-1(已发布)');
    expect(published.code).toBe(0);
    const [next] = await followed('e2e-1');
    expect(next?.owner).toBe(other);
    const callback = await jieban.until('the new owner is told', () =>
      jieban.platforms.departments.received({ ticketNo: next!.ticketNo }).at(0),
    );
    expect(callback.department).toBe(other);
    expect(await ticketOf(old.ticketNo)).toEqual(old);
  });

  it('brings rows that the deployed folder does not know, by name to the department too', {
    timeout: 60_000,
  }, async () => {
    const ticketNo = await ask({ category: added.code });
    const callback = await jieban.until('a callback', () => jieban.platforms.departments.received({ ticketNo }).at(0));
    expect(JSON.stringify(callback.event.data)).toContain(added.name);
  });

  it('is refused when the proof finds a mistake, and nothing changes', { timeout: 60_000 }, async () => {
    const before = await status();
    const refused = await catalogue('publish', '--folder', folder('e2e-2', 'no-such-unit'), '--reason', '试', ...here);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/catalogue\.csv 第 \d+ 行「owner」\s+问题:单位 no-such-unit 不存在\s+改法:/);
    // The same past the command's own proof, as any client may send it.
    const { catalogue: table, attributes } = district;
    const rows = table.rows.map((one) => (one.code === row.code ? { ...one, owner: 'no-such-unit' } : one));
    const leader = await jieban.platforms.oidc.token('leader-1', 'leader');
    const answer = await jieban.raw('/hotline/catalogue/versions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${leader}` },
      body: JSON.stringify({ version: 'e2e-2', source: '试', rows, attributes, reason: '试' }),
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'catalogueRejected' } });
    expect(await status()).toEqual(before);
    expect((await routed(await ask())).version).toBe('e2e-1');
  });

  it('is rolled back in one step; each ticket keeps the version that routed it', { timeout: 60_000 }, async () => {
    const between = await routed(await ask());
    const back = await catalogue('rollback', '--reason', '有误', ...here);
    expect([back.code, back.out]).toEqual([0, expect.stringContaining(`正在使用:${deployed}(随部署带来)`)]);
    const [next] = await followed(deployed);
    expect(next?.owner).toBe(row.owner);
    expect(await ticketOf(between.ticketNo)).toEqual(between);
    expect(between).toMatchObject({ owner: other, version: 'e2e-1' });
    const told = await catalogue('status', ...here);
    expect(told.out).toMatch(/回退 e2e-1 → 随部署目录 {2}catalogue-cli:有误/);
    expect(told.out).toMatch(/发布 随部署目录 → e2e-1 {2}catalogue-cli:换承办单位/);
    expect((await catalogue('rollback', '--reason', '再回', ...here)).out).toContain('没有可回退的');
  });

  it('learns from what persons correct: a file for training, a report for the table', { timeout: 60_000 }, async () => {
    const ticketNo = await ask({ content: '请帮忙办理,我叫王测试,电话13800000001。' });
    await routed(ticketNo);
    const command = { command: 'assign', owner: other, category: row.code, reason: '核定承办单位' } as const;
    expect((await jieban.operator(ticketNo, command)).status).toBe(200);
    const file = join(folders, 'corrections.jsonl');
    const written = await catalogue('corrections', '--out', file, ...here);
    expect([written.code, written.out]).toEqual([
      0,
      expect.stringContaining('纠正 1 件,其中有文字和小类、可用于训练的 1 件'),
    ]);
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ ticketNo, owner: other, category: row.code, from: { owner: row.owner } });
    expect(JSON.parse(text).text).toContain('请帮忙办理');
    expect(text).not.toMatch(/王测试|13800000001/);
    const report = await catalogue('report', '--corrections', file);
    expect(report.code).toBe(0);
    expect(report.out).toContain(`${row.code} ${row.name}:纠正 1 次`);
  });

  it('asks for a token where the instance is another one', async () => {
    const { code, out } = await catalogue('status', '--url', 'https://hotline.example', ...here);
    expect([code, out]).toEqual([2, expect.stringContaining('--token')]);
  });
});
