/**
 * `npm run demo`: two stories on an instance of its own, with a fast office clock and a temporary data folder.
 *
 * One: a request through each channel finds its owner, is signed, accepted and answered, passes the hotline's review,
 * reaches the citizen through the same channel, is rated and closed. Two: one for a department that never answers turns
 * yellow, orange and red. Ends with 0 only if all of it happened, as seen from outside, within the time limit.
 *
 * `npm run demo -- --without router` (or fanout, dispatcher, feedback, timers) switches that function's event source off:
 * the demo must notice, and end with 1.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import { type System, startSystem } from '#infra/local/cli/system.ts';
import { wordOf } from '#infra/local/cli/words.ts';
import type { StepReport } from '#infra/local/platforms/clerk.ts';
import { openidOf } from '#infra/local/platforms/wechat.ts';
import { Client } from './demo/client.ts';
import { ANSWERED, type Case, OVERDUE } from './demo/requests.ts';
import { Timeline } from './demo/timeline.ts';
import { watch } from './demo/watch.ts';

process.env.TZ = 'UTC';

/** A critical ticket's 30 minutes to sign pass in 20 s. */
const SPEED = 90;
/** Real time for both stories, from the moment the instance serves. */
const LIMIT_MS = 90_000;
const LOGIN_CODE = 'demo-1';
const NOTICES = ['accepted', 'answered', 'closed'] as const;
type Notice = (typeof NOTICES)[number];

/** Did the platform of this channel bring the citizen this news? */
function wasTold(system: System, told: Case, ticketNo: string, notice: Notice): boolean {
  const { phone, wechat, board } = system.platforms;
  switch (told.channel) {
    case 'phone':
      return phone.received().some(({ template, params }) => template === notice && params.ticketNo === ticketNo);
    case 'wechat':
      return wechat
        .received()
        .some(
          ({ openid, templateId, data }) =>
            openid === openidOf(LOGIN_CODE) &&
            templateId === system.secrets.wechat.templates[notice] &&
            Object.values(data).includes(ticketNo),
        );
    case 'website':
      return board
        .received()
        .some(({ messageId, state }) => state === notice && messageId === told.body.board?.messageId);
  }
}

/** Executions that wait for this ticket's next mark; the sweeper's have a time after the generation. */
function alarms(system: System, ticketNo: string): { own: boolean; running: boolean }[] {
  return system.runner.plane
    .executions()
    .filter(({ name }) => name.startsWith(`${ticketNo}-`))
    .map(({ name, status }) => ({ own: /-g\d+$/.test(name), running: status === 'RUNNING' }));
}

async function answered(system: System, timeline: Timeline, client: Client, told: Case): Promise<void> {
  const { label, owner } = told;
  const session = told.channel === 'wechat' ? await client.login(LOGIN_CODE) : '';
  const { ticketNo, queryCode } = await client.request(told.channel, told.body, session);
  timeline.name(ticketNo, label);
  timeline.say(ticketNo, `诉求登记 ${ticketNo}：${told.headline}`, 'bold');

  let last = '';
  const reaches = (status: string) =>
    timeline.eventually(`${label}：诉求人看到“${wordOf(STATUS_NAMES, status)}”`, async () => {
      const seen = await client.status(ticketNo, queryCode);
      if (seen.status !== last) timeline.say(ticketNo, `诉求人查询：${wordOf(STATUS_NAMES, seen.status)}`, 'dim');
      last = seen.status;
      return seen.status === status ? seen : undefined;
    });
  const hears = (notice: Notice) =>
    timeline.eventually(`${label}：诉求人经原渠道得知 ${notice}`, () => wasTold(system, told, ticketNo, notice));

  await timeline.eventually(`${label}：派单送达 ${owner}`, () =>
    system.platforms.departments
      .received({ department: owner, ticketNo })
      .find(({ event }) => event.type === 'cn.jieban.ticket.dispatched.v1'),
  );
  timeline.expect(`${label}：唯一承办单位是 ${owner}`, (await client.inspect(ticketNo)).ticket.owner === owner);
  await hears('accepted');
  await reaches('REPLIED');
  await client.order(ticketNo, { command: 'review', approve: true, reason: '答复事实清楚、要素齐全，同意答复诉求人' });
  timeline.say(ticketNo, '热线办审核通过', 'green');
  await hears('answered');
  const visible = await reaches('AWAIT_VISIT');
  timeline.expect(`${label}：诉求人能读到答复`, JSON.stringify(visible).includes('您好！'));
  await client.rate(ticketNo, queryCode, { solved: true, satisfaction: 'verySatisfied', comment: '处理很快，谢谢。' });
  timeline.say(ticketNo, '诉求人评价：已解决，非常满意', 'green');
  await reaches('CLOSED');
  await hears('closed');
  await timeline.eventually(`${label}：办结后计时停止`, () => !alarms(system, ticketNo).some(({ running }) => running));
  timeline.say(ticketNo, '办结，已反馈、已评价', ['bold', 'green']);
}

async function overdue(system: System, timeline: Timeline, client: Client, told: Case): Promise<void> {
  const { label, owner } = told;
  const { ticketNo } = await client.request(told.channel, told.body);
  timeline.name(ticketNo, label);
  timeline.say(ticketNo, `诉求登记 ${ticketNo}：${told.headline}（特急）`, 'bold');
  // The ticket's own alarm, not the one that the sweeper sets for a ticket that has lost its own.
  await timeline.eventually(`${label}：计时开始`, () =>
    alarms(system, ticketNo).some(({ own, running }) => own && running),
  );
  const warnings = () =>
    system.platforms.departments
      .received({ department: owner, ticketNo })
      .flatMap(({ event }) => (event.data.warning?.clock === 'sign' ? [event.data.warning.grade] : []));
  for (const colour of ['yellow', 'orange', 'red'] as const) {
    await timeline.eventually(`${label}：${owner} 收到签收时限的 ${colour} 预警`, () => warnings().includes(colour));
  }
  timeline.expect(`${label}：预警按黄、橙、红各一次`, warnings().join() === 'yellow,orange,red');
  const { ticket } = await client.inspect(ticketNo);
  timeline.expect(`${label}：仍待签收，责任仍在 ${owner}`, ticket.status === 'AWAIT_SIGN' && ticket.owner === owner);
  timeline.say(ticketNo, '已逾期：黄、橙、红预警均已送达，仍未签收', ['bold', 'red']);
}

async function tell(system: System, reports: readonly StepReport[]): Promise<boolean> {
  const timeline = new Timeline(() => system.runner.plane.clock.now(), Date.now() + LIMIT_MS);
  const client = new Client(system);
  timeline.heading(`接办演示：办公时间 ${SPEED} 倍速（以下为办公时间） / office time runs ${SPEED}× faster`);
  const stopWatching = watch(system, timeline, reports);
  await Promise.all([
    ...ANSWERED.map((told) => timeline.story(told.label, () => answered(system, timeline, client, told))),
    timeline.story(OVERDUE.label, () => overdue(system, timeline, client, OVERDUE)),
  ]);
  stopWatching();
  if (timeline.missing.length > 0) {
    timeline.heading('没有发生 / missing:');
    for (const what of timeline.missing) console.log(`  ✗ ${what}`);
    return false;
  }
  timeline.heading(
    `演示完成：三个渠道办结并反馈，一件逾期预警到红色；核对 ${timeline.checked} 项 / all of it happened`,
  );
  return true;
}

/** Functions that work off a queue or the stream: what `--without` can switch off. */
const CONSUMERS = ['router', 'fanout', 'dispatcher', 'feedback', 'timers'];
const { values } = parseArgs({ options: { without: { type: 'string' } } });
if (values.without !== undefined && !CONSUMERS.includes(values.without)) {
  console.error(`--without is one of ${CONSUMERS.join(', ')}`);
  process.exit(1);
}
const dataDir = mkdtempSync(join(tmpdir(), 'jieban-demo-'));
const reports: StepReport[] = [];
let system: System | undefined;
let over = false;

async function finish(code: number): Promise<never> {
  if (over) process.exit(code);
  over = true;
  await system?.stop().catch((error: unknown) => console.error(error));
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(code);
}
process.on('SIGINT', () => void finish(130));
process.on('SIGTERM', () => void finish(143));

try {
  console.log('正在启动 / starting …');
  system = await startSystem({
    dataDir,
    port: 0,
    district: 'xianan',
    speed: SPEED,
    quiet: true,
    silent: [OVERDUE.owner],
    onClerk: (report) => reports.push(report),
  });
  if (values.without !== undefined) await system.runner.pauseSource(values.without);
  await finish((await tell(system, reports)) ? 0 : 1);
} catch (error) {
  console.error(error);
  await finish(1);
}
