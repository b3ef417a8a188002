/** A unit without an API works its ticket in a browser: by short message on a phone, by link at a desk, and when things go wrong. */
import { readFileSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { linkCode, linkHash } from '#functions/shared/link-code.ts';
import { startBrowser } from './browser.ts';
import { type Clerk, DESK, dispatchedTo, given, linkFor, PHONE, sitDown } from './clerk-page.ts';
import { type Instance, phoneRequest, startInstance } from './support.ts';

const DUTY_PHONE = '+8613900000099';
/** Whose tickets these requests become. */
const UNIT = 'guanbuqiao';

/** Answers a list. */
const FLAWS = readFileSync(new URL('./page-flaws.js', import.meta.url), 'utf8');

let jieban: Instance;
let browser: Browser;
const clerks: Clerk[] = [];
const codes: string[] = [];
beforeAll(async () => {
  // The demo departments are away, so all units poll; this one has a duty phone.
  [jieban, browser] = await Promise.all([
    startInstance({ demoDepartments: false, clerkPhones: { [UNIT]: DUTY_PHONE } }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await jieban?.stop();
});

let next = 0;
const dispatched = (changes: object = {}) => dispatchedTo(jieban, { ...phoneRequest(`clerk-${++next}`), ...changes });
async function clerk(viewport = PHONE): Promise<Clerk> {
  const one = await sitDown(browser, viewport);
  clerks.push(one);
  return one;
}
async function link(ticketNo: string, unit = UNIT) {
  const made = await linkFor(jieban, ticketNo, unit);
  codes.push(made.code);
  return made;
}
const statusOf = async (ticketNo: string) => (await jieban.history(ticketNo)).body.ticket.status;
const ACCEPTED = [{ command: 'sign' }, { command: 'accept' }] as const;

const HANDLING = '已约谈施工单位负责人，核对七名工人的考勤和工资表。';
const ANSWER = '您好，您反映的拖欠工资已由施工单位补发到账，感谢您的监督。';

describe('on a phone', () => {
  it('a short message brings ticket and code; typed in, the ticket is signed, accepted and answered', async () => {
    const { ticketNo, owner } = await dispatched();
    expect(owner).toBe(UNIT);
    const sms = await jieban.until('the clerk is told', () =>
      jieban.platforms.phone
        .received()
        .find(({ template, params }) => template === 'clerkTask' && params.ticketNo === ticketNo),
    );
    expect(sms).toMatchObject({ kind: 'sms', phone: DUTY_PHONE, params: { ticketNo, unit: '官埠桥镇' } });
    const code = sms.params.code ?? '';
    codes.push(code);

    const { page, press, sees, shot } = await clerk();
    await page.goto(`${jieban.url}/clerk`);
    await page.getByLabel('办理码').fill('123');
    await shot('enter');
    await press('打开工单');
    await sees('办理码是 20 位字母和数字');
    // As people type it.
    await page.getByLabel('办理码').fill(`${code.slice(0, 10).toLowerCase()} ${code.slice(10)}`);
    await sees('已输入 20 / 20 位');
    await press('打开工单');
    await sees('工地拖欠农民工工资');
    await sees(/签收时限/);
    await sees(/还剩 .*(天|小时|分)/);
    await sees('测试甲某');
    expect(await page.getByRole('link', { name: '13800000001' }).getAttribute('href')).toBe('tel:+8613800000001');
    await shot('await-sign');

    await press('签收');
    await sees('确认签收这件工单');
    await shot('confirm-sign');
    // A thumb that hits twice signs once.
    await page.getByRole('button', { name: '确认签收' }).dblclick();
    await sees('已签收。');
    expect(await statusOf(ticketNo)).toBe('SIGNED');
    await sees('这个办理码已办理：签收');
    await shot('signed');
    await press('受理');
    await press('确认受理');
    await sees('已受理。');

    await press('答复');
    await press('下一步');
    await sees('请选择办理结果');
    await sees('请填写办理过程');
    await shot('reply-missing');
    await page.getByLabel('办理结果').selectOption({ label: '已解决' });
    await page.getByLabel('办理过程').fill(HANDLING);
    await page.getByLabel('给群众的答复').fill(ANSWER);
    await sees(`已输入 ${ANSWER.length} / 2000 字`);
    await shot('reply-filled');
    await press('下一步');
    await sees('确认提交答复');
    await shot('reply-review');
    await press('确认答复');
    await sees('已提交答复，等待热线办审核。');
    await shot('replied');
    expect(await statusOf(ticketNo)).toBe('REPLIED');

    const { body } = await jieban.history(ticketNo);
    const acts = body.events.filter(({ actor }) => (actor as { kind: string }).kind === 'department');
    expect(acts.map(({ type }) => type)).toEqual(['signed', 'accepted', 'replied']);
    for (const { actor } of acts) expect(actor).toEqual({ kind: 'department', id: UNIT, handler: 'link:d1' });
    await jieban.operator(ticketNo, { command: 'review', approve: true, reason: '清楚' });
    expect(await statusOf(ticketNo)).toBe('AWAIT_VISIT');
  });

  it('an answer that was sent back comes with a new code and the reason', async () => {
    const { ticketNo } = await dispatched();
    const reply = { command: 'reply', resultCode: 'solved', handling: '已办', publicAnswer: '已办' } as const;
    await given(jieban, ticketNo, UNIT, [...ACCEPTED, reply], {
      command: 'review',
      approve: false,
      reason: '请写明到账日期',
    });
    const sms = await jieban.until('a second message', () => {
      const mine = jieban.platforms.phone
        .received()
        .filter(({ template, params }) => template === 'clerkTask' && params.ticketNo === ticketNo);
      return mine.length === 2 ? mine : undefined;
    });
    const [first = '', second = ''] = sms.map(({ params }) => params.code);
    codes.push(first, second);
    expect(second).not.toBe(first);
    const { page, sees } = await clerk();
    await page.goto(`${jieban.url}/clerk#${second}`);
    await sees('请写明到账日期');
    await page.getByRole('button', { name: '答复', exact: true }).waitFor();
  });
});

describe('at a desk', () => {
  it('the link of the hotline opens the ticket, and its code leaves the address bar', async () => {
    const { ticketNo } = await dispatched({
      content:
        '我们七个人在官埠桥镇一处工地干活，老板拖欠两个月工资一直不发，电话也不接。\n' +
        '工地在测试路八号，围挡上写着项目部的名字。我们找过项目部三次，每次都说下周发，现在快到年底了，家里等钱用，希望尽快帮忙解决。',
    });
    await jieban.operator(ticketNo, { command: 'append', text: '今天又去了一次，门口没有人。', reason: '来电补充' });
    const { url, code } = await link(ticketNo);
    expect(url).toBe(`${jieban.url}/clerk#${code}`);
    const { page, press, sees, shot, asked } = await clerk(DESK);
    await page.goto(url);
    await sees('工地拖欠农民工工资');
    await sees('今天又去了一次');
    expect(page.url()).toBe(`${jieban.url}/clerk`);
    expect(await page.title()).toBe(`待签收 · ${ticketNo}`);
    await shot('await-sign');
    await page.getByText('时限怎么算的').click();
    const [why] = (await jieban.history(ticketNo)).body.ticket.clocks.flatMap(({ id, why = '' }) =>
      id === 'sign' ? [why] : [],
    );
    expect(why).toMatch(/^签收时限2小时，自.*起，昼夜连续计时/);
    await page.getByText(why ?? '').waitFor();
    // No address that was asked for has the code, and the tab still knows it after a reload.
    await page.reload();
    await sees('工地拖欠农民工工资');
    expect(asked.filter((address) => address.includes(code.slice(0, 8)))).toEqual([]);
    await press('签收');
    await press('确认签收');
    await sees('已签收。');
    await shot('signed');
    await press('受理');
    await press('取消');
    await press('受理');
    await press('确认受理');
    await sees('已受理。');
    await press('登记首次联系');
    await page.getByLabel('联系情况').fill('已电话联系，约定明天到现场。');
    await press('下一步');
    await press('确认登记首次联系');
    await sees('已登记首次联系。');
    await shot('handling');
    await press('答复');
    await page.getByLabel('办理结果').selectOption('solved');
    await page.getByLabel('办理过程').fill(HANDLING);
    await page.getByLabel('给群众的答复').fill(ANSWER);
    await shot('reply-filled');
    await press('下一步');
    await shot('reply-review');
    await press('返回修改');
    expect(await page.getByLabel('办理过程').inputValue()).toBe(HANDLING);
    await press('下一步');
    await press('确认答复');
    await sees('已提交答复，等待热线办审核。');
    await shot('replied');
    expect(await statusOf(ticketNo)).toBe('REPLIED');
    await press('退出');
    await page.getByLabel('办理码').waitFor();
    await page.reload();
    await page.getByLabel('办理码').waitFor();
    expect(await page.locator('body').textContent()).not.toContain(ticketNo);
  });

  it('who asked stays hidden when the request is confidential', async () => {
    const { ticketNo } = await dispatched({ caller: { name: '测试甲某', phone: '13800000001', confidential: true } });
    const { page, sees, text } = await clerk(DESK);
    await page.goto((await link(ticketNo)).url);
    await sees('保密或匿名，不提供身份');
    expect(await text()).not.toMatch(/测试甲某|13800000001/);
  });
});

describe('when something goes wrong', () => {
  it('what was typed survives a broken network and a reload, and an answer that got lost is not sent twice', async () => {
    const { ticketNo } = await dispatched();
    await given(jieban, ticketNo, UNIT, ACCEPTED);
    const { page, press, sees, shot } = await clerk();
    await page.goto((await link(ticketNo)).url);
    await press('登记办理进展');
    await page.getByLabel('进展情况').fill('已派人到现场核实。');
    await page.reload();
    await press('登记办理进展');
    expect(await page.getByLabel('进展情况').inputValue()).toBe('已派人到现场核实。');
    await press('下一步');

    // First nothing gets through, then the answer gets lost on its way back.
    let lost = 0;
    await page.route('**/clerk/commands', async (route) => {
      lost += 1;
      if (lost === 2) await route.fetch();
      if (lost <= 2) await route.abort('connectionreset');
      else await route.continue();
    });
    await press('确认登记办理进展');
    await sees('网络不通');
    await shot('network');
    await press('确认登记办理进展');
    await page.getByRole('button', { name: '确认登记办理进展', disabled: false }).waitFor();
    expect(lost).toBe(2);
    await press('确认登记办理进展');
    await sees('已登记办理进展。');
    const { body } = await jieban.history(ticketNo);
    expect(body.events.filter(({ type }) => type === 'progressed')).toHaveLength(1);
    // Sent is forgotten.
    expect(await page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.startsWith('draft')))).toEqual(
      [],
    );
  });

  it('a link that was used is used for everybody who has it', async () => {
    const { ticketNo } = await dispatched();
    const { url } = await link(ticketNo);
    const [one, other] = [await clerk(), await clerk(DESK)];
    await one.page.goto(url);
    await other.page.goto(url);
    await other.press('签收');
    await one.press('签收');
    await one.press('确认签收');
    await one.sees('已签收。');
    await other.press('确认签收');
    await other.sees('这个办理码已经办理过这一步');
    await other.shot('used');
    await other.press('取消');
    await other.press('刷新');
    await other.sees('这个办理码已办理：签收');
  });

  it('an expired, a revoked and an invented code are told apart as far as they should be', async () => {
    const { ticketNo } = await dispatched();
    const expired = await expiredLink(ticketNo);
    codes.push(expired);
    const { page, press, sees, shot } = await clerk();
    await page.goto(`${jieban.url}/clerk#${expired}`);
    await sees('办理码已过期');
    await shot('expired');
    const { url } = await link(ticketNo);
    await page.goto(url);
    await sees('工地拖欠农民工工资');
    const token = await jieban.platforms.oidc.token('desk-7', 'dispatcher');
    await jieban.raw(`/hotline/tickets/${ticketNo}/links/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ unit: UNIT, reason: '发错了人' }),
    });
    await press('签收');
    await press('确认签收');
    await sees('办理码无效或已被收回');
    expect(await page.locator('body').textContent()).not.toContain(ticketNo);
    await page.goto(`${jieban.url}/clerk#7K3M9P2QXT4V6WYZ8A1B`);
    await sees('办理码无效或已被收回');
    expect(await statusOf(ticketNo)).toBe('AWAIT_SIGN');
  });

  it('a ticket that went to another unit is shown no more', async () => {
    const { ticketNo } = await dispatched();
    const { url } = await link(ticketNo);
    await jieban.operator(ticketNo, { command: 'assign', owner: 'renshe', reason: '改派' });
    const { page, sees, text } = await clerk();
    await page.goto(url);
    await sees('已不在贵单位办理');
    expect(await text()).not.toContain('工资');
  });
});

describe.each([PHONE, DESK])('for everybody, at $width pixels', (viewport) => {
  it('text stands out, fields have names, buttons are large, and nothing is cut off', async () => {
    const { ticketNo } = await dispatched();
    await given(jieban, ticketNo, UNIT, ACCEPTED);
    const { page, press, sees } = await clerk(viewport);
    await page.goto(`${jieban.url}/clerk`);
    await page.getByLabel('办理码').waitFor();
    expect(await page.evaluate(FLAWS)).toEqual([]);
    await page.goto((await link(ticketNo)).url);
    await sees('工地拖欠农民工工资');
    expect(await page.evaluate(FLAWS)).toEqual([]);
    await press('答复');
    await press('下一步');
    expect(await page.evaluate(FLAWS)).toEqual([]);
    // By keyboard alone, in the order of the page.
    expect(await page.locator(':focus').getAttribute('id')).toBe('reply-resultCode');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('id')).toBe('reply-handling');
  });
});

it('asks no other host, breaks its own policy nowhere, and leaves no code in a log', async () => {
  const page = await fetch(`${jieban.url}/clerk/`);
  expect(page.url).toBe(`${jieban.url}/clerk`);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(await page.text()).not.toMatch(/https?:\/\//);
  expect(clerks.length).toBeGreaterThan(8);
  for (const { faults, asked } of clerks) {
    expect(faults).toEqual([]);
    expect(asked.length).toBeGreaterThan(2);
    for (const address of asked) expect(new URL(address).origin).toBe(jieban.url);
  }
  expect(codes.length).toBeGreaterThan(8);
  const lines = jieban.lines.join('\n');
  expect(lines).toContain('clerk told by short message');
  for (const code of codes) expect(lines).not.toContain(code);
  expect(lines).not.toContain(DUTY_PHONE.slice(3));
});

/** A link whose life is over: its rows as they would have been written four days ago. */
async function expiredLink(ticketNo: string): Promise<string> {
  const [key] = jieban.secrets.link.keys;
  if (key === undefined) throw new Error('no link key');
  const day = 86_400_000;
  const expiresAt = toShanghai(Date.now() - day);
  const one = {
    ticketNo,
    unit: UNIT,
    number: 'hold',
    kid: key.kid,
    madeAt: toShanghai(Date.now() - 4 * day),
    expiresAt,
    by: 'desk-7',
  };
  const code = linkCode(key, one);
  const { endpoints, region } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials }));
  const { TableNames = [] } = await db.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.toLowerCase().includes('tickets'));
  const of = { pk: `T#${ticketNo}`, sk: `LNK#${UNIT}#hold` };
  await db.send(new PutCommand({ TableName, Item: { ...of, kind: 'link', link: one } }));
  await db.send(new PutCommand({ TableName, Item: { pk: `LINK#${linkHash(code)}`, sk: 'LINK', of } }));
  db.destroy();
  return code;
}
