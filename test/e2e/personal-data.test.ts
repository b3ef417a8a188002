/**
 * Persons' data on the whole template: years pass (保存期限), somebody asks for what is held or to have it erased (个人信息权利), and a
 * look at every row and file for what they said. What is open is left alone; what was erased still has its history.
 */
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf } from '#domain/retention/term.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { consentKey } from '#functions/adapters/consent-store.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { Corrected, Erased, HeldData } from '#schemas/rights.ts';
import { jpeg } from '#test/support/files.ts';
import { type Instance, phoneRequest, startInstance, storedRows, textPush, wechatRequest } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const { departments, retention } = compileDistrict('xianan');

/** Invented: two callers by telephone, a mini-program's user with a picture, and one who writes to the account. */
const HER = { name: '测试丙某', phone: '13811110003' };
const HIS = { name: '测试丁某', phone: '13811110004' };
const HER_WORDS = ['楼上漏水没人管', '天花板都发霉了', '昨晚又漏了一次', '测试小区三栋'];
const HIS_WORDS = ['河边堆了垃圾', '臭得开不了窗'];
const PICTURE = '发霉的照片';
/** Who asks for her rights: one request that has ended, one that has not. */
const ASKER = { name: '测试戊某', phone: '13811110005' };
const CORRECTED = { name: '测试己某', phone: '13811110006' };
const ASKED = ['公交站台没有雨棚', '等车的人都淋着', '站台照片'];
const STILL_OPEN = ['路口红绿灯不亮', '车子抢着过马路'];
const WRITER = 'oE2eRetentionCitizen01234567';
const CHAT = ['窨井盖不见了', '测试巷口的小卖部门前'];

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ silent: departments.map(({ id }) => id), frozen: true });
});
afterAll(() => jieban?.stop());

const clock = () => jieban.runner.plane.clock;
const JSON_BODY = { 'content-type': 'application/json' };

/** Cancelled at the desk: the shortest way to an end. */
async function end(...ticketNos: string[]): Promise<void> {
  await jieban.runner.idle(20_000);
  for (const ticketNo of ticketNos) {
    const answer = await jieban.operator(ticketNo, { command: 'cancel', reason: '诉求人撤回' });
    expect(answer.status).toBe(200);
  }
  await jieban.runner.idle(20_000);
}

/** As WeChat's event of an `accept` leaves it. */
async function allowMessages(openid: string): Promise<void> {
  const { region, endpoints } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials }));
  const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  const TableName = names.find((name) => name.toLowerCase().includes('callers'));
  const [templateId = ''] = Object.values(jieban.secrets.wechat.templates);
  const Item = { callerToken: consentKey(openid, templateId), status: 'accept', at: 1 };
  await client.send(new PutCommand({ TableName, Item }));
  client.destroy();
}

async function purge(): Promise<void> {
  await jieban.runner.invoke('purge', {});
  await jieban.runner.idle(20_000);
}

/** All rows of all tables and all names of files, as one text. */
async function everything(): Promise<string> {
  const { region, endpoints } = jieban.runner.plane;
  const client = new S3Client({
    region,
    endpoint: endpoints.s3,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const [{ Name: Bucket = '' } = {}] = (await client.send(new ListBucketsCommand({}))).Buckets ?? [];
  const files: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: 'kept/' })) {
    files.push(...Contents.map(({ Key = '' }) => Key));
  }
  client.destroy();
  return JSON.stringify({ ...(await storedRows(jieban)), files });
}

const found = (text: string, words: readonly string[]): string[] => words.filter((word) => text.includes(word));
const eventsOf = async ({ ticketNo }: IntakeReceipt): Promise<TicketEvent[]> => {
  const { tickets } = await storedRows(jieban);
  return tickets
    .filter(({ pk, kind }) => pk === `T#${ticketNo}` && kind === 'event')
    .sort((one, other) => String(one.sk).localeCompare(String(other.sk)))
    .map(({ event }) => event as TicketEvent);
};
const snapshotOf = async ({ ticketNo }: IntakeReceipt) =>
  (await storedRows(jieban)).tickets.find(({ pk, sk }) => pk === `T#${ticketNo}` && sk === 'TICKET');

let hers: IntakeReceipt;
let his: IntakeReceipt;
let picture: IntakeReceipt;
let chat: IntakeReceipt;
/** When hers ended; the others ended then or before. */
let endedAt = 0;

async function write(msgId: string, content: string): Promise<void> {
  const { query, body } = textPush(jieban, { msgId, openid: WRITER, content });
  const headers = { 'content-type': 'text/xml' };
  const path = `/channels/wechat/messages?${new URLSearchParams(query)}`;
  expect((await fetch(`${jieban.url}${path}`, { method: 'POST', headers, body })).status).toBe(200);
  await jieban.runner.idle(20_000);
}

describe('before anything is due', { timeout: 60_000 }, () => {
  it('four requests are taken; three end, one stays open', async () => {
    const [title = '', content = '', more = '', text = ''] = HER_WORDS;
    const place = { townCode: '421202102000', text };
    hers = (await jieban.post('phone', { ...phoneRequest('keep-1'), title, content, place, caller: HER })).body;
    const [hisTitle = '', hisContent = ''] = HIS_WORDS;
    const told = { title: hisTitle, content: hisContent, caller: HIS };
    his = (await jieban.post('phone', { ...phoneRequest('keep-2'), ...told })).body;
    const attachments = [{ name: PICTURE, uploadId: await jieban.upload('demo-keep', jpeg(), 'image/jpeg') }];
    picture = (await jieban.wechat('demo-keep', { ...wechatRequest('keep-3'), attachments })).body;
    await write('9200000000000000001', CHAT[0] ?? '');
    await write('9200000000000000002', CHAT[1] ?? '');
    const { receipts } = await storedRows(jieban);
    const added = receipts.find(({ addition }) => (addition as { text?: string } | undefined)?.text === CHAT[1]);
    chat = { ticketNo: String(added?.ticketNo) } as IntakeReceipt;
    const append = { method: 'POST', headers: { ...JSON_BODY, 'x-query-code': hers.queryCode } };
    const path = `/tickets/${hers.ticketNo}/append`;
    expect((await jieban.raw(path, { ...append, body: JSON.stringify({ text: more }) })).status).toBe(200);
    await end(picture.ticketNo, chat.ticketNo, hers.ticketNo);
    endedAt = clock().now();
    const calls = ['C#huawei#c-keep-1', 'C#tccc#c-keep-1'];
    const all = [...HER_WORDS, ...HIS_WORDS, ...CHAT, ...calls, HER.name, HER.phone, HIS.phone, PICTURE, 'kept/'];
    expect(found(await everything(), all)).toEqual(all);
  });

  it('a run erases nothing and looks again later', async () => {
    const before = await everything();
    clock().advanceTo(endedAt + MINUTE);
    await jieban.runner.idle(20_000);
    await purge();
    const after = await everything();
    const all = [...HER_WORDS, ...CHAT, HER.phone, PICTURE, 'kept/'];
    expect(found(after, all)).toEqual(all);
    expect(after).not.toBe(before);
    expect((await snapshotOf(hers))?.dueKey).toBe('ENDED');
    expect(Date.parse(String((await snapshotOf(hers))?.dueSort).split('#')[0] ?? '')).toBeGreaterThan(endedAt + MINUTE);
    // A clock runs on his.
    expect((await snapshotOf(his))?.dueKey).toBe('MARK');
  });
});

describe('a person who asks', { timeout: 60_000 }, () => {
  const reason = '本人到场申请,已核验身份';
  let asked: IntakeReceipt;
  let open: IntakeReceipt;
  const as = async (role: 'leader' | 'dispatcher' | 'auditor', path: string, body: object) =>
    jieban.raw(`/hotline/${path}`, {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: `Bearer ${await jieban.platforms.oidc.token(`${role}-1`, role)}` },
      body: JSON.stringify({ reason, ...body }),
    });

  it('is given all that is held, and who was given it; only by a leader', async () => {
    const [title = '', content = '', name = ''] = ASKED;
    const attachments = [{ name, url: 'https://example.org/picture' }];
    asked = (await jieban.post('phone', { ...phoneRequest('ask-1'), title, content, attachments, caller: ASKER })).body;
    const [openTitle = '', openContent = ''] = STILL_OPEN;
    const later = { title: openTitle, content: openContent, caller: ASKER };
    open = (await jieban.post('phone', { ...phoneRequest('ask-2'), ...later })).body;
    await end(asked.ticketNo);
    expect((await as('auditor', `tickets/${asked.ticketNo}/unmask`, {})).status).toBe(200);
    const { owner } = (await jieban.history(asked.ticketNo)).body.ticket;

    expect((await as('dispatcher', 'rights/export', { phone: ASKER.phone })).status).toBe(403);
    expect((await as('leader', 'rights/export', { phone: '13811119999' })).status).toBe(404);
    expect((await as('leader', 'rights/export', {})).status).toBe(422);
    const { status, body } = await as('leader', 'rights/export', { phone: ASKER.phone });
    expect(status).toBe(200);
    const { tickets } = HeldData.parse(body);
    expect(tickets.map(({ ticketNo }) => ticketNo).sort()).toEqual([asked.ticketNo, open.ticketNo].sort());
    const ended = tickets.find(({ ticketNo }) => ticketNo === asked.ticketNo);
    expect(found(JSON.stringify(tickets), [...ASKED, ...STILL_OPEN])).toEqual([...ASKED, ...STILL_OPEN]);
    expect(found(JSON.stringify(tickets), [HER.phone, ...HER_WORDS])).toEqual([]);
    expect(ended?.caller).toMatchObject({ name: ASKER.name, phone: `+86${ASKER.phone}` });
    expect(ended?.disclosures).toMatchObject([
      { how: 'callback', to: owner, what: 'dispatched' },
      { how: 'callback', to: owner, what: 'withdrawn' },
      { how: 'unmask', to: 'auditor-1' },
      { how: 'exported', to: 'leader-1', reason },
    ]);
  });

  it('has her name and number corrected: the next callback says them, and the new number finds her', async () => {
    const { ticketNo } = open;
    const { owner } = (await jieban.history(ticketNo)).body.ticket;
    const other = departments.find(({ id, level }) => level === 'department' && id !== owner)?.id ?? '';
    const to = { name: CORRECTED.name, newPhone: CORRECTED.phone };
    expect((await as('dispatcher', 'rights/correct', { phone: ASKER.phone, ...to })).status).toBe(403);
    expect((await as('leader', 'rights/correct', { phone: ASKER.phone })).status).toBe(422);
    const answer = await as('leader', 'rights/correct', { phone: ASKER.phone, ...to });
    expect(Corrected.parse(answer.body).corrected.sort()).toEqual([asked.ticketNo, ticketNo].sort());
    expect((await jieban.operator(ticketNo, { command: 'assign', owner: other, reason: '核定' })).status).toBe(200);
    const told = await jieban.until('the other unit is told', () =>
      jieban.platforms.departments.received({ ticketNo }).find(({ department }) => department === other),
    );
    expect(told.event.data).toMatchObject({ appellant: { name: CORRECTED.name, phone: `+86${CORRECTED.phone}` } });
    expect((await as('leader', 'rights/export', { phone: ASKER.phone })).status).toBe(404);
    expect(found(await everything(), [ASKER.name, ASKER.phone])).toEqual([]);
  });

  it('has erased what has ended; what is under way is named and left alone', async () => {
    const events = await eventsOf(asked);
    const { status, body } = await as('leader', 'rights/erase', { phone: CORRECTED.phone });
    expect(status).toBe(200);
    expect(Erased.parse(body)).toMatchObject({ erased: [asked.ticketNo], underWay: [open.ticketNo] });
    const left = await everything();
    expect(found(left, ASKED)).toEqual([]);
    expect(found(left, STILL_OPEN)).toEqual(STILL_OPEN);
    expect(await eventsOf(asked)).toEqual(events);
    expect((await jieban.history(asked.ticketNo)).status).toBe(200);

    await end(open.ticketNo);
    const again = Erased.parse((await as('leader', 'rights/erase', { phone: CORRECTED.phone })).body);
    expect(again).toMatchObject({ erased: [open.ticketNo], underWay: [] });
    const nothing = await everything();
    expect(found(nothing, [...ASKED, ...STILL_OPEN, CORRECTED.name, CORRECTED.phone])).toEqual([]);
    // The others' are untouched.
    const others = [...HER_WORDS, ...HIS_WORDS, ...CHAT, HER.name, HER.phone, HIS.phone, PICTURE, 'kept/'];
    expect(found(nothing, others)).toEqual(others);
    expect((await as('leader', 'rights/export', { phone: CORRECTED.phone })).status).toBe(404);
    const byNumber = await as('leader', 'rights/erase', { ticketNo: asked.ticketNo });
    expect(Erased.parse(byNumber.body)).toMatchObject({ erased: [asked.ticketNo], items: 0 });
    const acts = (await storedRows(jieban)).tickets.flatMap((row) => (row.kind === 'rightsAct' ? [row.act] : []));
    expect(acts.sort()).toEqual(['corrected', 'corrected', 'erased', 'erased', 'erased', 'exported', 'exported']);
  });

  it('whose picture alone is to go keeps the words', async () => {
    const name = '另一张照片';
    const attachments = [{ name, uploadId: await jieban.upload('demo-other', jpeg(), 'image/jpeg') }];
    const { ticketNo } = (await jieban.wechat('demo-other', { ...wechatRequest('ask-3'), attachments })).body;
    await end(ticketNo);
    const file = await as('leader', 'rights/export', { ticketNo });
    const [text] = Object.values(HeldData.parse(file.body).tickets[0]?.texts ?? {});
    const url = text?.kind === 'request' ? (text.attachments[0]?.url ?? '') : '';
    expect((await fetch(url)).status).toBe(200);
    expect((await as('leader', 'rights/erase', { ticketNo, kinds: ['words'] })).status).toBe(422);
    const erased = await as('leader', 'rights/erase', { ticketNo, kinds: ['attachments'] });
    // The file, its line in the text and that in the receipt.
    expect(Erased.parse(erased.body)).toEqual({ erased: [ticketNo], underWay: [], items: 3 });
    expect(found(await everything(), [name, PICTURE])).toEqual([PICTURE]);
    expect((await fetch(url)).status).toBe(404);
    // Known by openid; the number that is noted for the user finds the request, too.
    const noted = await as('leader', 'rights/correct', { ticketNo, newPhone: '13811110007' });
    expect(Corrected.parse(noted.body)).toEqual({ corrected: [ticketNo], unknown: [] });
    const kept = await as('leader', 'rights/export', { phone: '13811110007' });
    expect(JSON.stringify(kept.body)).toContain(wechatRequest('ask-3').content);
    // What she allowed to be sent is a row of its own, under her openid.
    const openid = openidOf('demo-other');
    await allowMessages(openid);
    expect(found(await everything(), [openid])).toEqual([openid]);
    expect((await as('leader', 'rights/erase', { ticketNo })).status).toBe(200);
    expect(found(await everything(), [openid, '13811110007'])).toEqual([]);
  });
});

describe('when the term of identity and files is over', { timeout: 60_000 }, () => {
  it('nobody can be found any more, and no file is left; words and history stay', async () => {
    clock().advanceTo(endedAt + 3 * HOUR);
    await end(his.ticketNo);
    const later = endOf(retention.identity.keep, endedAt);
    clock().advanceTo(later - MINUTE);
    await purge();
    expect(found(await everything(), [HER.phone, HER.name, PICTURE, 'kept/'])).toHaveLength(4);
    clock().advanceTo(later + MINUTE);
    await purge();
    const left = await everything();
    expect(found(left, [HER.name, HER.phone, PICTURE, 'kept/', '#c-keep-1'])).toEqual([]);
    expect(found(left, [...HER_WORDS, ...CHAT])).toEqual([...HER_WORDS, ...CHAT]);
    // His ended later.
    expect(found(left, [HIS.name, HIS.phone])).toEqual([HIS.name, HIS.phone]);
    const search = await jieban.raw('/hotline/callers/search', {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: `Bearer ${await jieban.platforms.oidc.token('a-12', 'agent')}` },
      body: JSON.stringify({ phone: HER.phone }),
    });
    expect(search).toMatchObject({ status: 200, body: { tickets: [] } });
  });
});

describe('when the term of words is over', { timeout: 60_000 }, () => {
  it('no word of theirs is in any row, and the history still folds and shows', async () => {
    const events = await eventsOf(hers);
    clock().advanceTo(endOf(retention.words.keep, endedAt) + MINUTE);
    await purge();
    const left = await everything();
    expect(found(left, [...HER_WORDS, ...CHAT, HER.name, HER.phone])).toEqual([]);
    expect(found(left, HIS_WORDS)).toEqual(HIS_WORDS);
    expect(await eventsOf(hers)).toEqual(events);
    expect(fold(events)).toEqual((await snapshotOf(hers))?.ticket);
    // For good: what is recorded on it later has a term of its own.
    expect((await snapshotOf(hers))?.dueKey).toBe('ENDED');
    const shown = await jieban.history(hers.ticketNo);
    expect(shown.status).toBe(200);
    expect(shown.body.events).toHaveLength(events.length);
    expect((await jieban.status(hers)).body.status).toBe('CANCELLED');
  });

  it('the platform that sends the same form again hears the same number', async () => {
    const [title = '', content = '', , text = ''] = HER_WORDS;
    const form = { ...phoneRequest('keep-1'), title, content, caller: HER, place: { townCode: '421202102000', text } };
    const again = await jieban.post('phone', form);
    expect([again.status, again.body.ticketNo]).toEqual([200, hers.ticketNo]);
    await jieban.runner.idle(20_000);
    expect(found(await everything(), [HER.phone, ...HER_WORDS])).toEqual([]);
  });

  it('the last one goes as the others did, and a run that finds nothing to do changes nothing', async () => {
    // His end came hours later.
    clock().advanceTo(endOf(retention.words.keep, endedAt) + DAY);
    await purge();
    expect(found(await everything(), [...HIS_WORDS, HIS.name, HIS.phone])).toEqual([]);
    const before = await storedRows(jieban);
    await purge();
    expect(await storedRows(jieban)).toEqual(before);
  });

  it('a record of who looked is kept for its own three years, and no longer', async () => {
    const authorization = `Bearer ${await jieban.platforms.oidc.token('leader-1', 'leader')}`;
    const body = JSON.stringify({ reason: '上级检查', ticketNo: hers.ticketNo });
    const headers = { ...JSON_BODY, authorization };
    expect((await jieban.raw('/hotline/rights/export', { method: 'POST', headers, body })).status).toBe(200);
    const exportedAt = clock().now();
    const records = async () =>
      (await storedRows(jieban)).tickets.filter(
        ({ pk, sk }) => pk === `T#${hers.ticketNo}` && /^RIGHT#/.test(String(sk)),
      );
    clock().advanceTo(endOf(retention.records.keep, exportedAt) - MINUTE);
    await purge();
    expect(await records()).toMatchObject([{ act: 'exported', by: 'leader-1' }]);
    clock().advanceTo(endOf(retention.records.keep, exportedAt) + 91 * DAY);
    await purge();
    expect(await records()).toEqual([]);
  });

  it('no run failed and none was denied; what was erased is counted', () => {
    expect(jieban.lines.filter((line) => /purgeFailed|not authorized to perform/.test(line))).toEqual([]);
    const counts = jieban.lines.flatMap((line) => /"itemsErased":(\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThanOrEqual(2);
  });
});
