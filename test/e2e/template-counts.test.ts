/**
 * The template is the program: a day's story passes on the synthesized template as it is, and fails when any event-source
 * mapping, an environment variable or a permission is taken out of it, or when a bundle needs `node_modules`.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { Template as Reader } from '#infra/local/aws/template.ts';
import { awsNeeds } from '#infra/local/iam/needs.ts';
import { GRANTS_LOG, readRecord, type Use } from '#infra/local/iam/record.ts';
import { deniedWithout, ownGrants } from '#infra/local/iam/report.ts';
import { readRoles } from '#infra/local/iam/roles.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { jpeg } from '#test/support/files.ts';
import { linkFor } from './clerk-page.ts';
import {
  type Instance,
  phoneRequest,
  startInstance,
  synthesizeInto,
  tempFolder,
  websiteRequest,
  wechatRequest,
} from './support.ts';

const MINUTE = 60_000;
/** How long one step may take before it counts as never happening (ms, real): on the whole template, and on a broken one. */
const PATIENCE = 20_000;
const SHORT = 4_000;
/** Names log lines only; nothing depends on it. */
const COSMETIC = ['POWERTOOLS_SERVICE_NAME'];

interface Statement {
  Action: string | string[];
  Resource: unknown;
}
interface Resource {
  Type: string;
  Properties: {
    Environment?: { Variables?: Record<string, unknown> };
    FunctionName?: unknown;
    Code?: unknown;
    PolicyDocument?: { Statement: Statement[] };
  };
  Metadata?: { 'aws:cdk:path'?: string };
}
interface Template {
  Resources: Record<string, Resource>;
}

/** A unit without an API, and its town. */
const BY_LINK = 'xiangyanghu';
const ITS_TOWN = '421202101000';

const STATELESS = 'jieban-xianan-stateless.template.json';
const silent = compileDistrict('xianan').departments.map(({ id }) => id);
const folder = tempFolder();
const assembly = process.env.JIEBAN_TEST_ASSEMBLY ?? (await synthesizeInto(join(folder, 'cdk.out')));
/** What the day's calls were. */
let day: Use[] = [];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const template = (): Template => JSON.parse(readFileSync(join(assembly, STATELESS), 'utf8')) as Template;

/** Runs the story on the template as `change` leaves it; resolves with what went wrong, or with nothing. */
async function run(change: (template: Template, copy: string) => void, patience = SHORT): Promise<string | undefined> {
  const copy = mkdtempSync(join(folder, 'changed-'));
  cpSync(assembly, copy, { recursive: true });
  const changed = template();
  change(changed, copy);
  writeFileSync(join(copy, STATELESS), JSON.stringify(changed));
  let jieban: Instance | undefined;
  try {
    const clerkPhones = { [BY_LINK]: '+8613900000099' };
    jieban = await startInstance({ assembly: copy, silent, frozen: true, pollBoard: true, clerkPhones });
    await story(jieban, patience);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await jieban?.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A day that needs every function, queue, secret and table. Office time stands still unless the story moves it. */
async function story(jieban: Instance, patience: number): Promise<void> {
  const { platforms, runner } = jieban;
  const clock = runner.plane.clock;
  const until = <T>(what: string, ready: () => Promise<T | undefined> | T | undefined): Promise<T> =>
    jieban.until(
      what,
      () => {
        const missing = jieban.lines.find((line) => /SettingMissing|not authorized to perform/.test(line));
        if (missing !== undefined) throw new Error(missing);
        return ready();
      },
      patience,
    );
  const accepted = async (answer: Promise<{ status: number; body: IntakeReceipt }>): Promise<IntakeReceipt> => {
    const { status, body } = await answer;
    expect(status).toBe(202);
    return body;
  };
  const callbacks = (ticketNo: string) => platforms.departments.received({ ticketNo });
  const ownerOf = async ({ ticketNo }: IntakeReceipt): Promise<string> =>
    (await until('a department is told', () => callbacks(ticketNo)[0])).department;

  // Three channels in, told to departments, and told to the citizens on the way they came.
  const phone = await accepted(jieban.post('phone', phoneRequest('day-phone')));
  const website = await accepted(jieban.post('website', websiteRequest('day-website')));
  const attachments = [{ name: '照片', uploadId: await jieban.upload('demo-day', jpeg(), 'image/jpeg') }];
  const wechat = await accepted(jieban.wechat('demo-day', { ...wechatRequest('day-wechat'), attachments }));
  for (const receipt of [phone, website, wechat]) await ownerOf(receipt);
  await until('SMS', () => platforms.phone.received().find(({ params }) => params.ticketNo === phone.ticketNo));
  await until('board', () => platforms.board.received().find(({ ticketNo }) => ticketNo === website.ticketNo));
  await until('WeChat', () =>
    platforms.wechat.received().find(({ data }) => Object.values(data).includes(wechat.ticketNo)),
  );

  // A department and the desk work; the citizen reads and rates.
  const owner = await ownerOf(phone);
  const commands = [
    { command: 'sign' },
    { command: 'accept' },
    { command: 'reply', resultCode: 'solved', handling: '已处理', publicAnswer: '已处理完毕。' },
  ] as const;
  for (const command of commands) {
    expect((await jieban.department(owner, phone.ticketNo, command)).status).toBe(200);
  }
  expect((await jieban.operator(phone.ticketNo, { command: 'review', approve: true, reason: '好' })).status).toBe(200);
  expect((await jieban.status(phone)).body.status).toBe('AWAIT_VISIT');
  expect((await jieban.mine('demo-day', wechat.ticketNo)).status).toBe(200);
  expect((await jieban.history(wechat.ticketNo)).status).toBe(200);
  const agent = await platforms.oidc.token('a-12', 'agent');
  const search = await jieban.raw('/hotline/callers/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${agent}` },
    body: JSON.stringify({ phone: '13800000001' }),
  });
  expect(search.status).toBe(200);
  expect((await jieban.raw('/openapi.json', {})).status).toBe(200);
  const startPage = await (await fetch(`${jieban.url}/`)).text();
  for (const channel of ['phone', 'website', 'wechat']) expect(startPage).toContain(`id="${channel}-today">1<`);

  // A unit without an API is told by short message; the desk makes a link, too, which shows the picture.
  const place = { townCode: ITS_TOWN };
  const byLink = await accepted(
    jieban.post('phone', { ...phoneRequest('day-clerk'), place, content: '老板拖欠工资。' }),
  );
  const sms = await until('the clerk is told', () =>
    platforms.phone
      .received()
      .find(({ template, params }) => template === 'clerkTask' && params.ticketNo === byLink.ticketNo),
  );
  const code = { 'content-type': 'application/json', 'x-clerk-code': sms.params.code ?? '' };
  expect((await jieban.raw('/clerk/ticket', { headers: code })).body).toMatchObject({
    appellant: { name: '测试甲某' },
  });
  const sign = { method: 'POST', headers: code, body: JSON.stringify({ command: 'sign' }) };
  expect((await jieban.raw('/clerk/commands', sign)).status).toBe(200);
  const { code: shown } = await linkFor(jieban, wechat.ticketNo, await ownerOf(wechat));
  const seen = await jieban.raw('/clerk/ticket', { headers: { 'x-clerk-code': shown } });
  const { request } = seen.body as { request: { attachments: { url: string }[] } };
  expect((await fetch(request.attachments[0]?.url ?? '')).status).toBe(200);

  // A message that the board doesn't bring is fetched.
  const { board: _, channelRef: __, caller: ___, ...message } = websiteRequest('day-polled');
  platforms.board.write({ ...message, messageId: 'day-polled', isPublicConsent: true });
  await runner.invoke('poller', {});
  await until('the polled board is told', () =>
    platforms.board.received().find(({ messageId }) => messageId === 'day-polled'),
  );

  // A department that is down is told again: the pump sends what is due before the queue's own delay is over.
  await runner.idle(patience);
  platforms.departments.failNext(1, 500);
  const late = await accepted(jieban.post('phone', phoneRequest('day-retry')));
  await until('a first attempt', () =>
    jieban.lines.find((line) => line.includes(late.ticketNo) && line.includes('500')),
  );
  await runner.idle(patience);
  clock.advanceTo(clock.now() + MINUTE / 6);
  await runner.invoke('pump', {});
  await until('the pump had it sent again', () => callbacks(late.ticketNo)[0]);

  // One whose endpoint is gone: the desk hears that its ticket has not arrived, an operator has it sent again.
  await runner.idle(patience);
  platforms.departments.failNext(1, 410);
  const gone = await accepted(jieban.post('phone', phoneRequest('day-gone')));
  await until('a dead letter', () => jieban.lines.find((line) => line.includes(gone.ticketNo) && line.includes('410')));
  clock.advanceTo(clock.now() + 15 * MINUTE);
  await runner.invoke('pump', {});
  await until('the lateness is told', () =>
    jieban.lines.find((line) => line.includes(gone.ticketNo) && line.includes('nobody to notify')),
  );
  const leader = await platforms.oidc.token('leader-1', 'leader');
  const act = (path: string, body: object) =>
    jieban.raw(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${leader}` },
      body: JSON.stringify({ ...body, reason: '已恢复' }),
    });
  expect((await act(`/hotline/endpoints/${owner}/enable`, {})).status).toBe(200);
  expect((await act('/hotline/deliveries/replay', { ticketNo: gone.ticketNo })).status).toBe(200);
  await until('it was sent again', () => callbacks(gone.ticketNo)[0]);

  // A queue message that is lost, and an alarm that never was set: the sweeper repairs both.
  await runner.pauseSource('router');
  await runner.pauseSource('timers');
  const lost = await accepted(jieban.post('phone', phoneRequest('day-lost')));
  clock.advanceTo(clock.now() + 3 * MINUTE);
  await runner.invoke('sweeper', {});
  await until('the sweeper noticed', () =>
    jieban.lines.find((line) => line.includes('receipt sent to the router again') && line.includes(lost.ticketNo)),
  );
  runner.resumeSource('router');
  await ownerOf(lost);
  const marks = (await jieban.history(lost.ticketNo)).body.ticket.clocks.map(({ marks: { yellow } }) =>
    Date.parse(yellow),
  );
  clock.advanceTo(Math.min(...marks) + 6 * MINUTE);
  await runner.invoke('sweeper', {});
  await until('late marks are fired', () =>
    callbacks(lost.ticketNo).find(({ event }) => event.type.includes('warned')),
  );
  await until('an alarm runs again', () =>
    runner.plane.executions().find(({ name, status }) => name.startsWith(lost.ticketNo) && status === 'RUNNING'),
  );
  runner.resumeSource('timers');
  await runner.idle(patience);

  // The alarm clock itself: a new ticket's marks fire when their time comes.
  const overdue = await accepted(jieban.post('phone', phoneRequest('day-overdue')));
  await ownerOf(overdue);
  await until('an alarm', () => runner.plane.executions().find(({ name }) => name.startsWith(overdue.ticketNo)));
  clock.advanceTo(clock.now() + 20 * 24 * 60 * MINUTE);
  const grades = await until('yellow, orange, red, the inspection office', () => {
    const warned = callbacks(overdue.ticketNo).flatMap(({ event }) =>
      event.data.warning?.clock === 'sign' ? [event.data.warning.grade] : [],
    );
    return warned.length >= 4 ? warned : undefined;
  });
  expect(grades).toEqual(['yellow', 'orange', 'red', 'inspection']);
}

const functionsOf = ({ Resources }: Template) =>
  Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
const listed = template();
const mappings = Object.entries(listed.Resources).flatMap(([id, { Type }]) =>
  Type === 'AWS::Lambda::EventSourceMapping' ? [id] : [],
);
/** These work when years have passed, or when a person asks: not on one day (`personal-data.test.ts`). */
const SELDOM = /^(purge|rights)/;
const everyVariable = functionsOf(listed)
  .filter(([id]) => !SELDOM.test(id))
  .flatMap(([id, { Properties }]) =>
    Object.keys(Properties.Environment?.Variables ?? {})
      .filter((name) => !COSMETIC.includes(name))
      .map((name) => [id, name] as const),
  );
/** TICKETS_TABLE is a table, OIDC_ISSUER an issuer. */
const sortOf = (name: string): string => name.slice(name.lastIndexOf('_'));
/** A table, a secret and a machine: without the others other tests fail, too. */
const USUAL = ['_TABLE', '_SECRET', '_ARN'];
/** A day a variable takes minutes: one of each usual sort, in the first function that has it; all with JIEBAN_EVERY_VARIABLE=1. */
const variables =
  process.env.JIEBAN_EVERY_VARIABLE === '1'
    ? everyVariable
    : everyVariable.filter(
        ([, name], at) =>
          USUAL.includes(sortOf(name)) && everyVariable.findIndex(([, other]) => sortOf(other) === sortOf(name)) === at,
      );

describe('the template as it is', () => {
  it('carries the whole day', { timeout: 60_000 }, async () => {
    // A folder of its own, below the one of the whole run if that keeps a record.
    const before = process.env[GRANTS_LOG];
    const record = mkdtempSync(join(before ?? folder, 'day-'));
    process.env[GRANTS_LOG] = record;
    try {
      expect(await run(() => {}, PATIENCE)).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env[GRANTS_LOG];
      else process.env[GRANTS_LOG] = before;
    }
    day = readRecord(record);
  });

  it('needs most of what it allows: without any one grant a call of the day is denied', () => {
    const read = new Reader(assembly);
    const roles = readRoles(read);
    const needs = awsNeeds(read, roles);
    let needed = 0;
    for (const role of roles.values()) {
      for (const grant of ownGrants(role, needs)) {
        const denied = deniedWithout(role, grant, day);
        if (denied.length > 0) needed += 1;
        expect(denied.filter(({ action }) => action !== grant.action)).toEqual([]);
      }
    }
    // The other stories need the rest: `npm test` counts over all.
    expect(needed).toBeGreaterThan(90);
  });
});

describe('without one permission', () => {
  it.concurrent.each([
    ['phone', 'sqs:SendMessage'],
    ['router', 'dynamodb:UpdateItem'],
    ['tick', 'dynamodb:PutItem'],
  ])('the day fails by its name: %s %s', { timeout: 60_000 }, async (name, action) => {
    const trouble = await run(({ Resources }) => {
      const path = `/${name}/Role/DefaultPolicy/`;
      const policy = Object.values(Resources).find(({ Metadata }) => Metadata?.['aws:cdk:path']?.includes(path));
      for (const statement of policy?.Properties.PolicyDocument?.Statement ?? []) {
        statement.Action = [statement.Action].flat().filter((one) => one !== action);
      }
      const { PolicyDocument } = policy?.Properties ?? {};
      if (PolicyDocument) PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Action }) => Action.length > 0);
    }, PATIENCE);
    expect(trouble).toContain(`${name} is not authorized to perform: ${action} on resource`);
  });
});

describe('without one event-source mapping', () => {
  it('has some to take away', () => expect(mappings.length).toBe(5));

  it.concurrent.each(mappings)('the day fails: %s', { timeout: 60_000 }, async (id) => {
    const trouble = await run(({ Resources }) => delete Resources[id]);
    // Steps never happen, or a queue that nobody reads never becomes idle.
    expect(trouble).toMatch(/never happened|idle/i);
  });
});

describe('without one environment variable', () => {
  it('has some to take away', () => expect(everyVariable.length).toBeGreaterThan(40));

  it.concurrent.each(variables)('the day fails: %s %s', { timeout: 60_000 }, async (id, name) => {
    const trouble = await run(({ Resources }) => delete Resources[id]?.Properties.Environment?.Variables?.[name]);
    expect(trouble).toBeDefined();
  });
});

describe('a bundle that needs node_modules', () => {
  it('does not start', { timeout: 60_000 }, async () => {
    const trouble = await run((_, copy) => {
      for (const asset of readdirSync(copy).filter((name) => name.startsWith('asset.'))) {
        const file = join(copy, asset, 'index.mjs');
        writeFileSync(file, `import 'zod';\n${readFileSync(file, 'utf8')}`);
      }
    });
    expect(trouble).toBeDefined();
  });
});
