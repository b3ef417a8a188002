/** 退单 by a clerk's link: asked for on the page with reason, basis and a proposal, decided by the hotline, and not asked for twice. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from './browser.ts';
import { type Clerk, DESK, dispatchedTo, linkFor, PHONE, sitDown } from './clerk-page.ts';
import { type Instance, phoneRequest, startInstance } from './support.ts';

const UNIT = 'guanbuqiao';
const REASON = '该工地由区人社局监管平台登记，拖欠工资由劳动监察处理。';
const BASIS = '《保障农民工工资支付条例》第七条';

let jieban: Instance;
let browser: Browser;
beforeAll(async () => {
  [jieban, browser] = await Promise.all([startInstance({ demoDepartments: false }), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await jieban?.stop();
});

const statusOf = async (ticketNo: string) => (await jieban.history(ticketNo)).body.ticket.status;
const offered = ({ page }: Clerk, name: string) => page.getByRole('button', { name, exact: true }).count();

it.each([PHONE, DESK])('a return is asked for, at $width pixels', async (viewport) => {
  const { ticketNo } = await dispatchedTo(jieban, phoneRequest(`return-${viewport.width}`));
  const clerk = await sitDown(browser, viewport);
  const { page, press, sees, shot } = clerk;
  await page.goto((await linkFor(jieban, ticketNo, UNIT)).url);
  await press('退单');
  await press('下一步');
  for (const missing of ['请选择退单原因', '请填写具体理由', '请填写依据', '请选择建议承办单位']) await sees(missing);
  expect(await page.locator(':focus').getAttribute('id')).toBe('return-reasonCode');
  await page.getByLabel('退单原因').selectOption('notOurDuty');
  await page.getByLabel('具体理由').fill(REASON);
  await page.getByLabel('依据').fill(BASIS);
  await page.getByLabel('建议承办单位').selectOption({ label: '区人社局' });
  await shot('return-filled');
  await press('下一步');
  await sees('确认退单');
  await shot('return-review');
  expect(await statusOf(ticketNo)).toBe('AWAIT_SIGN');
  await press('确认退单');
  await sees('已提交退单，等待热线办审核。');
  await shot('returned');
  expect(await statusOf(ticketNo)).toBe('RETURN_REVIEW');

  const { body } = await jieban.history(ticketNo);
  const asked = body.events.findLast(({ actor }) => (actor as { kind: string }).kind === 'department');
  expect(asked?.actor).toMatchObject({ id: UNIT, handler: expect.stringMatching(/^link:h/) });
  expect(JSON.stringify(asked)).toContain('notOurDuty');
  expect(JSON.stringify(asked)).toContain('renshe');
  expect(JSON.stringify(body)).toContain(REASON);
  expect(JSON.stringify(body)).toContain(BASIS);

  // While it is looked at nothing else can be done, and when it is refused the link has had its return.
  await sees('退单待审');
  expect(await offered(clerk, '签收')).toBe(0);
  const refused = await jieban.operator(ticketNo, { command: 'rejectReturn', reason: '属地负责，请办理' });
  expect(refused.body.status).toBe('AWAIT_SIGN');
  await press('刷新');
  await sees('待签收');
  await sees('属地负责，请办理');
  await sees('这个办理码已办理：退单');
  expect(await offered(clerk, '退单')).toBe(0);
  await press('签收');
  await press('确认签收');
  await sees('已签收。');
  expect(await statusOf(ticketNo)).toBe('SIGNED');
  expect(clerk.faults).toEqual([]);
  await clerk.close();
});

it('what forbids a return is told in Chinese, and what was written stays', async () => {
  const { ticketNo } = await dispatchedTo(jieban, phoneRequest('return-late'));
  const { page, press, sees, close } = await sitDown(browser);
  await page.goto((await linkFor(jieban, ticketNo, UNIT)).url);
  await press('退单');
  await page.getByLabel('退单原因').selectOption('notOurDuty');
  await page.getByLabel('具体理由').fill(REASON);
  await page.getByLabel('依据').fill(BASIS);
  await page.getByLabel('建议承办单位').selectOption({ label: '区人社局' });
  await press('下一步');
  // Somebody of the unit accepts it through the API meanwhile: then it can't be returned any more.
  for (const command of ['sign', 'accept'] as const) await jieban.department(UNIT, ticketNo, { command });
  await press('确认退单');
  await sees('工单的状态已经变化');
  await press('返回修改');
  expect(await page.getByLabel('具体理由').inputValue()).toBe(REASON);
  expect(await statusOf(ticketNo)).toBe('HANDLING');
  await close();
});
