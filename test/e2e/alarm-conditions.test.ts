/**
 * Each alarm of the template is brought to ring on the running template, by its condition and not by its figure; then what its
 * section of docs/runbook.md says is done, and it is quiet again. Those that this machine can't cause are named, with the reason.
 */
import { spawn } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { Faults } from '#infra/local/faults/faults.ts';
import { evaluate, UnknownMath } from './alarm-math.ts';
import { Watch } from './alarm-watch.ts';
import { type Instance, phoneRequest, startInstance, synthesizeInto, tempFolder, websiteRequest } from './support.ts';

/** What an alarm would need that is not here. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'pipeline-throttles': 'the limit is the account’s concurrency; here a call waits for a worker',
  'doors-throttles': 'the limit is the account’s concurrency; here a call waits for a worker',
  'doors-slow': 'durations here are this machine’s',
  'workers-slow': 'durations here are this machine’s',
  'callers-slow': 'durations here are this machine’s',
  'edge-blocked': 'the web ACL has no effect here',
  'open-executions': 'a hundred thousand open executions',
  'timer-executions-timed-out': 'an execution of a year: Step Functions’ own limit',
};

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** The last working days that the calendar knows: limits reach beyond them. */
const START = Date.parse('2026-12-30T09:00:00+08:00');
const TOWNS = ['421202100000', '421202102000', '421202103000', '421202106000'];
/** Failures in a row that open a breaker. */
const OPENS = 5;
const MINUTE = 60_000;

const dataDir = tempFolder();
const assemblies = tempFolder();
const district = compileDistrict('xianan');
let assembly = '';
let jieban: Instance;
let watch: Watch;
let sqs: SQSClient;
let sfn: SFNClient;
let db: DynamoDBClient;
let tables: readonly string[] = [];
let faults: Faults;
/** A snapshot whose fields are there and hold nothing. */
const DAMAGED = Object.fromEntries(
  ['additions', 'returns', 'merged', 'splitInto', 'assists', 'handler', 'holdings', 'contactedBy', 'failedVisits'].map(
    (name) => [name, null],
  ),
);

async function boot(assemblyDir: string): Promise<void> {
  const silent = district.departments.map(({ id }) => id);
  faults = new Faults();
  const options = { dataDir, silent, frozen: true, startAt: START, pollBoard: true, throttle: false, faults } as const;
  jieban = await startInstance({ ...options, assembly: assemblyDir });
  const { endpoints, region } = jieban.runner.plane;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials, useQueueUrlAsEndpoint: false });
  sfn = new SFNClient({ endpoint: endpoints.states, region, credentials });
  db = new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials });
  tables = (await db.send(new ListTablesCommand({}))).TableNames ?? [];
  watch = new Watch(jieban, sqs, assemblyDir);
}
/** A ticket with a deadline beyond the calendar. */
let provisional = '';
const rang = new Set<string>();
async function shutDown(): Promise<void> {
  for (const id of watch?.rang ?? []) rang.add(id);
  sqs?.destroy();
  sfn?.destroy();
  db?.destroy();
  await jieban?.stop();
}
beforeAll(async () => {
  assembly = process.env.JIEBAN_TEST_ASSEMBLY ?? (await synthesizeInto(join(assemblies, 'deployed')));
  await boot(assembly);
});
afterAll(async () => {
  await shutDown();
  for (const folder of [dataDir, assemblies]) rmSync(folder, { recursive: true, force: true });
});

/** Not in this process: an operator's terminal. */
async function command(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(PROJECT, `scripts/${script}.ts`), ...args, '--data', dataDir]);
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, out]).toEqual([0, out]);
  return out;
}
const table = (word: string): string => tables.find((name) => name.includes(word)) ?? '';
const queueUrl = async (word: string): Promise<string> =>
  ((await sqs.send(new ListQueuesCommand({ MaxResults: 100 }))).QueueUrls ?? []).find((url) => url.includes(word))!;
const rings = (...ids: string[]): void => expect(watch.ringing()).toEqual(expect.arrayContaining(ids));
const quiet = (...ids: string[]): void => expect(watch.ringing().filter((id) => ids.includes(id))).toEqual([]);
const toldOf = (ticketNo: string) => jieban.platforms.departments.received({ ticketNo });
let number = 0;
async function post(townCode = TOWNS[0]!): Promise<string> {
  number += 1;
  const request = phoneRequest(`alarm-${number}`);
  const answer = await jieban.post('phone', {
    ...request,
    content: `我们七个人在第${number}号工地干活,老板拖欠两个月工资一直不发。`,
    caller: { ...request.caller, phone: `1380000${1000 + number}` },
    place: { townCode },
  });
  expect(answer.status).toBe(202);
  return answer.body.ticketNo;
}
async function dispatched(): Promise<string> {
  const ticketNo = await post();
  await jieban.until('a department is told', () => toldOf(ticketNo)[0]);
  await jieban.runner.idle();
  return ticketNo;
}

describe('routing and clocks', { timeout: 120_000 }, () => {
  it('a catalogue that nobody can read is refused; the leader rolls it back', async () => {
    await command('catalogue', 'publish', '--version', 'alarm-1', '--reason', '试发布');
    await db.send(
      new UpdateCommand({
        TableName: table('Tickets'),
        Key: { pk: 'CATALOGUE', sk: 'V#alarm-1' },
        UpdateExpression: 'SET zipped = :damaged',
        ConditionExpression: 'attribute_exists(zipped)',
        ExpressionAttributeValues: { ':damaged': Buffer.from('x') },
      }),
    );
    await dispatched();
    await watch.look();
    rings('catalogue-refused');
    await command('catalogue', 'rollback', '--reason', '目录不适用');
  });

  it('an execution fails, nothing scheduled runs, and then one ticket can’t be changed', async () => {
    const scheduled = ['poller', 'pump', 'sweeper', 'purge'];
    for (const fn of scheduled) jieban.runner.interrupt(fn, true);
    // Its retries take two days of real time here: so it fails on what it is given, under the name of the ticket's next alarm.
    await jieban.runner.pauseSource('timers');
    const ticketNo = await dispatched();
    provisional = ticketNo;
    const { clockGeneration, clocks } = (await jieban.history(ticketNo)).body.ticket;
    const stateMachineArn = watch.timerArn;
    const name = `${ticketNo}-g${clockGeneration}`;
    await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify({ ticketNo, until: '' }) }),
    );
    await jieban.until('it failed', () => jieban.runner.plane.executions().find(({ status }) => status === 'FAILED'));
    await watch.look();
    rings('timer-executions-failed');
    jieban.runner.resumeSource('timers');
    await jieban.runner.idle();
    const first = Math.min(...clocks.map(({ marks }) => Date.parse(marks.yellow)));
    await watch.pass((first - jieban.runner.plane.clock.now()) / MINUTE + 6);
    rings(...scheduled.map((fn) => `${fn}-silent`));

    // The row of the next event is taken: nothing can be committed to this ticket.
    const { events } = (await jieban.history(ticketNo)).body;
    const taken = { pk: `T#${ticketNo}`, sk: `EVT#${String(Number(events.at(-1)?.seq) + 1).padStart(6, '0')}` };
    await db.send(new PutCommand({ TableName: table('Tickets'), Item: taken }));
    for (const fn of scheduled) jieban.runner.interrupt(fn, false);
    // The one that comes only hourly.
    await jieban.runner.invoke('purge', {});
    await watch.pass(5);
    rings('sweep-failures', 'marks-late', 'provisional-deadlines');
    quiet(...scheduled.map((fn) => `${fn}-silent`));
    await db.send(new DeleteCommand({ TableName: table('Tickets'), Key: taken }));
    await watch.pass(5);
    rings('alarms-restarted');
    await watch.pass(10, 5);
    quiet('sweep-failures', 'marks-late', 'alarms-restarted', 'timer-executions-failed');
  });
});

describe('callbacks and notices', { timeout: 60_000 }, () => {
  it('an endpoint that says 410 is disabled, the desk hears of it, and one command brings all again', async () => {
    jieban.platforms.departments.failNext(1, 410);
    const ticketNo = await post();
    await jieban.until('a dead letter', () => jieban.lines.find((line) => line.includes('dead-lettered')));
    await jieban.runner.idle();
    await watch.look();
    rings('deliveries-dead', 'endpoint-disabled');
    await watch.pass(15);
    rings('deliveries-late');
    const { owner } = (await jieban.history(ticketNo)).body.ticket;
    await command('deliveries', 'replay', '--unit', owner, '--all', '--enable', '--reason', '已恢复');
    await jieban.until('the callback', () => toldOf(ticketNo)[0]);
    await watch.pass(5);
    quiet('deliveries-dead', 'endpoint-disabled', 'deliveries-late');
  });

  it('four towns are down and the carrier takes no template', async () => {
    const count = TOWNS.length * OPENS;
    jieban.platforms.departments.failNext(count, 500);
    jieban.platforms.phone.failNext(count, 422);
    const tickets = await Promise.all(Array.from({ length: count }, (_, index) => post(TOWNS[index % TOWNS.length])));
    await jieban.until('breakers open', async () => {
      await watch.look();
      return ['breaker-opened', 'deliveries-failing', 'feedback-failing'].every((id) => watch.ringing().includes(id));
    });
    // Nothing has to be sent: a probe finds them back.
    await jieban.until('all are told', async () => {
      await watch.pass(2);
      return tickets.every((ticketNo) => toldOf(ticketNo).length > 0);
    });
    await watch.pass(60, 15);
    quiet('breaker-opened', 'deliveries-failing', 'feedback-failing', 'deliveries-late');
    // These were routed after the rollback.
    quiet('catalogue-refused');
  });
});

describe('queues and stream', { timeout: 120_000 }, () => {
  const QUEUES = { intake: 'router', dispatch: 'dispatcher', feedback: 'feedback', timers: 'timers' };
  let waiting = '';
  let unrouted = '';

  it('wait while nobody works them', async () => {
    for (const fn of ['dispatcher', 'feedback', 'timers']) await jieban.runner.pauseSource(fn);
    waiting = await post();
    await jieban.until('all three have it', async () => {
      const depths = await jieban.runner.depths();
      return ['Dispatch', 'Feedback', 'Timers'].every((label) => (depths[label] ?? 0) > 0) || undefined;
    });
    await jieban.runner.pauseSource('router');
    await jieban.runner.pauseSource('fanout');
    unrouted = await post();
    await watch.pass(60, 5);
    const queues = Object.keys(QUEUES);
    rings(...queues.flatMap((queue) => [`${queue}-age`, `${queue}-stuck`]));
    // The sweeper sees the receipt and sends it again and again.
    rings('receipts-rerouted');
  });

  it('give up what fails again and again, and get it back by command', async () => {
    await Promise.all(['Intake', 'Dispatch', 'Feedback', 'Timers'].map(exhaust));
    await watch.look();
    rings(...Object.keys(QUEUES).map((queue) => `${queue}-dead-letters`));
    await Promise.all(Object.keys(QUEUES).map((queue) => command('deliveries', 'redrive', '--queue', queue)));
    for (const fn of [...Object.values(QUEUES), 'fanout']) jieban.runner.resumeSource(fn);
    await jieban.until('both are told', () => toldOf(waiting)[0] && toldOf(unrouted)[0]);
    await jieban.runner.idle();
    await watch.pass(15, 5);
    quiet(...Object.keys(QUEUES).flatMap((queue) => [`${queue}-age`, `${queue}-stuck`, `${queue}-dead-letters`]));
    quiet('receipts-rerouted');
  });

  it('a stretch of the stream that fan-out doesn’t get past, and then gives up', async () => {
    const { clock } = jieban.runner.plane;
    await jieban.runner.pauseSource('fanout');
    const ticketNo = await post();
    await jieban.until('the ticket', async () => (await jieban.history(ticketNo)).status === 200 || undefined);
    const [first] = (await jieban.history(ticketNo)).body.events;
    await watch.pass(6);
    expect(toldOf(ticketNo)).toEqual([]);
    // Lambda tells the age of the last record that a batch held; here it is that of the first event that nobody heard of.
    watch.ofFunction('fanout', 'IteratorAge', clock.now() - Date.parse(String(first?.at)));
    await watch.look();
    rings('stream-behind');
    const at = String(first?.at);
    const DDBStreamBatchInfo = { approximateArrivalOfFirstRecord: at, approximateArrivalOfLastRecord: at };
    const MessageBody = JSON.stringify({ DDBStreamBatchInfo });
    await sqs.send(new SendMessageCommand({ QueueUrl: await queueUrl('FanoutDlq'), MessageBody }));
    await watch.look();
    rings('fanout-dead-letters');
    await command('deliveries', 'redrive', '--queue', 'fanout');
    await jieban.until('the callback', () => toldOf(ticketNo)[0]);
    jieban.runner.resumeSource('fanout');
    await watch.pass(5);
    quiet('fanout-dead-letters', 'stream-behind');
  });

  /** As a worker that fails each time: SQS itself moves a message away that was received too often. */
  async function exhaust(label: string): Promise<void> {
    const QueueUrl = await queueUrl(`${label}Queue`);
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    for (let receives = 0; receives < 1000; receives += 1) {
      if (((await sqs.send(receive)).Messages ?? []).length === 0) return;
    }
    throw new Error(`${label} gave nothing up`);
  }
});

describe('functions, doors and the board', { timeout: 60_000 }, () => {
  it('functions crash', async () => {
    const workers = ['router', 'fanout', 'dispatcher', 'feedback', 'timers', 'tick'];
    for (const fn of workers) {
      for (let times = 0; times < 3; times += 1) await expect(jieban.runner.invoke(fn, null)).rejects.toThrow();
    }
    await watch.look();
    rings(...workers.map((fn) => `${fn}-errors`));
    await watch.pass(15, 5);
    quiet(...workers.map((fn) => `${fn}-errors`));
  });

  it('a door is down', async () => {
    jieban.runner.interrupt('citizen', true);
    const ask = () => jieban.raw('/tickets/XA2026122800000000', { headers: { 'x-query-code': '0000000000' } });
    for (let times = 0; times < 5; times += 1) expect((await ask()).status).toBeGreaterThanOrEqual(500);
    await watch.look();
    rings('api-errors');
    jieban.runner.interrupt('citizen', false);
    expect((await ask()).status).toBeLessThan(500);
    await watch.pass(5);
    quiet('api-errors');
  });

  it('a message of the board has no number, and then the board is down', async () => {
    const { messageId, ...board } = { messageId: 'alarm-board-1', ...websiteRequest('alarm-board-1') };
    jieban.platforms.board.write(board);
    await watch.pass(5);
    rings('board-messages-stuck');
    jieban.platforms.board.correct(0, { messageId, ...board });
    await watch.pass(15, 5);
    quiet('board-messages-stuck');
    jieban.platforms.board.failNextPages(6, { status: 500 });
    await watch.pass(30, 5);
    rings('board-unreadable');
    await watch.pass(30, 5);
    quiet('board-unreadable');
  });

  it('what is scheduled fails on rows that somebody damaged', async () => {
    const position = { TableName: table('Receipts'), Key: { pk: 'K#website' } };
    const ticket = { TableName: table('Tickets'), Key: { pk: `T#${provisional}`, sk: 'TICKET' } };
    const watched = { pk: ticket.Key.pk, sk: 'WATCH#nobody#000001' };
    const ended = { pk: 'T#XA2020010100000000', sk: 'TICKET' };
    const ExpressionAttributeValues = { ':damaged': 'x' };
    await Promise.all([
      db.send(
        new UpdateCommand({
          ...position,
          UpdateExpression: 'SET kept = revision, revision = :damaged',
          ExpressionAttributeValues,
        }),
      ),
      db.send(
        new UpdateCommand({
          ...ticket,
          UpdateExpression: 'SET kept = ticket.clocks, ticket.clocks = :damaged',
          ExpressionAttributeValues,
        }),
      ),
      db.send(
        new PutCommand({ TableName: ticket.TableName, Item: { ...watched, dueKey: 'LATE', dueSort: '1', state: 'x' } }),
      ),
      db.send(
        new PutCommand({
          TableName: ticket.TableName,
          Item: { ...ended, dueKey: 'ENDED', dueSort: '1', ticket: DAMAGED },
        }),
      ),
    ]);
    await watch.pass(5);
    // The sweeper counts what it can't repair, and goes on.
    rings('poller-errors', 'sweep-failures', 'pump-errors');
    await jieban.runner.invoke('purge', {});
    await watch.look();
    rings('purge-failures');
    const error = jieban.entries.filter(({ fn, line }) => fn === 'pump' && line.startsWith('ERROR')).at(-1)?.line;
    expect(error).toContain('"errorType":"ZodError"');
    await Promise.all([
      db.send(new UpdateCommand({ ...position, UpdateExpression: 'SET revision = kept REMOVE kept' })),
      db.send(new UpdateCommand({ ...ticket, UpdateExpression: 'SET ticket.clocks = kept REMOVE kept' })),
      db.send(new DeleteCommand({ TableName: ticket.TableName, Key: watched })),
      db.send(new DeleteCommand({ TableName: ticket.TableName, Key: ended })),
    ]);
    await watch.pass(5);
    quiet('poller-errors', 'sweep-failures', 'pump-errors');
  });

  it('an index can’t be asked: sweeper and purge fail before they have anything to do', async () => {
    const down = (fn: string) => ({ fault: 'serverError', fn, operation: 'Query', times: 50 }) as const;
    faults.arm(down('sweeper'), down('purge'));
    await watch.pass(5);
    await jieban.runner.invoke('purge', {}).catch(() => {});
    await watch.look();
    rings('sweeper-errors', 'purge-errors');
    faults.arm();
    await jieban.runner.invoke('purge', {});
    await watch.pass(10, 5);
    quiet('sweeper-errors', 'purge-errors');
  });
});

it('a notice of days off ends what was provisional', { timeout: 60_000 }, async () => {
  rings('provisional-deadlines');
  const announced = join(assemblies, 'announced');
  cpSync(assembly, announced, { recursive: true });
  for (const file of globSync('**/district.json', { cwd: announced })) {
    const deployed = JSON.parse(readFileSync(join(announced, file), 'utf8'));
    deployed.calendar.coveredUntil = '2027-12-31';
    deployed.calendar.years.push({
      year: 2027,
      notice: 'https://www.gov.cn/',
      days: [{ date: '2027-01-01', name: '元旦', off: true }],
    });
    writeFileSync(join(announced, file), JSON.stringify(deployed));
  }
  await shutDown();
  await boot(announced);
  await watch.pass(10, 5);
  await watch.pass(5);
  quiet('provisional-deadlines');
});

it('each alarm rang, or it is said why it can’t here', async () => {
  for (const id of watch.rang) rang.add(id);
  const silent = watch.ids.filter((id) => !rang.has(id));
  expect(silent.sort()).toEqual(Object.keys(NOT_HERE).sort());
  const sections = readFileSync(join(PROJECT, 'docs/runbook.md'), 'utf8').split(/^### /m).slice(1);
  const tried = sections.filter((text) => /^- Tried: \S/m.test(text)).map((text) => text.slice(0, text.indexOf('\n')));
  expect(tried.sort()).toEqual(watch.ids.filter((id) => !silent.includes(id)).sort());
});

it('math that is not known here is refused by name', () => {
  const metrics = new Map([
    ['a', 3],
    ['b', undefined],
  ] as const);
  expect(evaluate('IF(FILL(a, 0) + FILL(b, 0) >= 3, 100 * a / (a + 1), 0)', metrics)).toBe(75);
  expect(evaluate('a + b', metrics)).toBeUndefined();
  expect([evaluate('SUM(METRICS())', metrics), evaluate('MAX(METRICS())', metrics)]).toEqual([3, 3]);
  for (const text of ['RATE(a)', 'c + a', 'a ? 1', 'a a', 'SUM(a)']) {
    expect(() => evaluate(text, metrics), text).toThrow(UnknownMath);
  }
});
