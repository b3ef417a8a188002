import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { UnsupportedStateMachine } from '#infra/local/plane/asl.ts';
import { serveAwsJson } from '#infra/local/plane/aws-json.ts';
import type { Plane } from '#infra/local/plane/index.ts';
import { openOfficeClock } from '#infra/local/plane/office-clock.ts';
import { openStepFunctions } from '#infra/local/plane/step-functions.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder, until } from './support.ts';

const TICK = 'arn:aws-cn:lambda:cn-north-1:000000000000:function:Tick:live';
const MACHINE = 'arn:aws-cn:states:cn-north-1:000000000000:stateMachine:SlaTimer';
const EXECUTION = 'arn:aws-cn:states:cn-north-1:000000000000:execution:SlaTimer';
const DAY = 86_400_000;
const START = Date.parse('2026-11-23T01:00:00.000Z');

const LOOP = {
  StartAt: 'Wait',
  TimeoutSeconds: 364 * 86_400,
  States: {
    Wait: { Type: 'Wait', TimestampPath: '$.until', Next: 'Tick' },
    Tick: {
      Type: 'Task',
      Resource: TICK,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 5, BackoffRate: 1, MaxDelaySeconds: 1 }],
      Next: 'Done?',
    },
    'Done?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'End' }],
      Default: 'Wait',
    },
    End: { Type: 'Succeed' },
  },
};

interface Mark {
  ticketNo: string;
  generation: number;
  until: string;
  done?: boolean;
}
const iso = (ms: number): string => new Date(ms).toISOString();
const mark = (ticketNo: string, at: number): string => JSON.stringify({ ticketNo, generation: 1, until: iso(at) });

function clientOf(plane: Plane): SFNClient {
  const client = new SFNClient({ endpoint: plane.endpoints.states, region: plane.region, credentials });
  afterThisTest(() => client.destroy());
  return client;
}

function loopOn(
  plane: Plane,
  invoke: (arn: string, payload: Mark) => Promise<unknown>,
  definition: unknown = LOOP,
): void {
  plane.ensureStateMachine({
    name: 'SlaTimer',
    arn: MACHINE,
    definition: JSON.stringify(definition),
    invoke: (arn, payload) => invoke(arn, payload as Mark),
  });
}

/** Answers with a next mark `days` later, `times` times, and then with done. */
function ticking(calls: Mark[], times: number, days: number) {
  return async (_arn: string, m: Mark): Promise<Mark> => {
    calls.push(m);
    const done = calls.filter((c) => c.ticketNo === m.ticketNo).length > times;
    return { ...m, until: iso(Date.parse(m.until) + days * DAY), done };
  };
}

const start = (client: SFNClient, name: string, input: string) =>
  client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name, input }));
const statusOf = async (client: SFNClient, name: string): Promise<string | undefined> =>
  (await client.send(new DescribeExecutionCommand({ executionArn: `${EXECUTION}:${name}` }))).status;

test('the loop wakes at each mark of office time, also more than 24.8 days apart, and ends', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: Mark[] = [];
  const arns: string[] = [];
  const answer = ticking(calls, 2, 40);
  loopOn(plane, (arn, m) => {
    arns.push(arn);
    return answer(arn, m);
  });
  const client = clientOf(plane);
  const { executionArn, startDate } = await start(client, 'A-g1', mark('A', START + DAY));
  expect(executionArn).toBe(`${EXECUTION}:A-g1`);
  expect(startDate?.getTime()).toBe(START);
  for (const [index, at] of [START + DAY, START + 41 * DAY, START + 81 * DAY].entries()) {
    await until(() => plane.clock.nextWake() === at);
    expect(calls).toHaveLength(index);
    plane.clock.advanceTo(at - 1);
    await new Promise(setImmediate);
    expect(calls).toHaveLength(index);
    plane.clock.advanceTo(at);
    await until(() => calls.length === index + 1);
  }
  await until(async () => (await statusOf(client, 'A-g1')) === 'SUCCEEDED');
  expect(arns).toEqual([TICK, TICK, TICK]);
  expect(calls.map((c) => c.until)).toEqual([START + DAY, START + 41 * DAY, START + 81 * DAY].map(iso));
  const described = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(JSON.parse(described.output ?? '')).toMatchObject({ ticketNo: 'A', done: true });
  expect(described.stopDate?.getTime()).toBe(START + 81 * DAY);
  expect(plane.executions()).toEqual([{ name: 'A-g1', status: 'SUCCEEDED' }]);
  expect(plane.clock.nextWake()).toBeUndefined();
});

test('starting is idempotent by name and input, and a closed execution keeps its name', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: Mark[] = [];
  loopOn(plane, ticking(calls, 0, 1));
  const client = clientOf(plane);
  const input = mark('A', START + DAY);
  const first = await start(client, 'A-g1', input);
  expect((await start(client, 'A-g1', input)).executionArn).toBe(first.executionArn);
  await expect(start(client, 'A-g1', mark('A', START + 2 * DAY))).rejects.toThrow(ExecutionAlreadyExists);
  await until(() => plane.clock.nextWake() === START + DAY);
  plane.clock.advanceTo(START + DAY);
  await until(async () => (await statusOf(client, 'A-g1')) === 'SUCCEEDED');
  expect(calls).toHaveLength(1);
  await expect(start(client, 'A-g1', input)).rejects.toThrow(ExecutionAlreadyExists);
  await expect(start(client, 'B-g1', 'no json')).rejects.toThrow(InvalidExecutionInput);
  await expect(client.send(new StartExecutionCommand({ stateMachineArn: `${MACHINE}2`, input: '{}' }))).rejects.toThrow(
    StateMachineDoesNotExist,
  );
});

test('a stopped execution calls nothing any more', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: Mark[] = [];
  loopOn(plane, ticking(calls, 0, 1));
  const client = clientOf(plane);
  const { executionArn } = await start(client, 'A-g1', mark('A', START + DAY));
  await until(() => plane.clock.nextWake() === START + DAY);
  const { stopDate } = await client.send(new StopExecutionCommand({ executionArn, cause: 'superseded' }));
  expect(stopDate?.getTime()).toBe(START);
  await until(() => plane.clock.nextWake() === undefined);
  plane.clock.advanceTo(START + 2 * DAY);
  await new Promise(setImmediate);
  expect(calls).toEqual([]);
  expect(await statusOf(client, 'A-g1')).toBe('ABORTED');
  await client.send(new StopExecutionCommand({ executionArn }));
  expect(plane.executions()).toEqual([{ name: 'A-g1', status: 'ABORTED' }]);
  await expect(client.send(new StopExecutionCommand({ executionArn: `${EXECUTION}:nobody` }))).rejects.toThrow(
    ExecutionDoesNotExist,
  );
});

test('after a restart an execution goes on where it was, not from its beginning', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir, { frozen: true, startAt: START });
  const before: Mark[] = [];
  loopOn(first, ticking(before, 9, 40));
  await start(clientOf(first), 'A-g1', mark('A', START + DAY));
  await start(clientOf(first), 'B-g1', mark('B', START + 2 * DAY));
  await until(() => first.clock.nextWake() === START + DAY);
  first.clock.advanceTo(START + DAY);
  await until(() => before.length === 1 && first.clock.nextWake() === START + 2 * DAY);
  await first.stop();
  expect(before.map((c) => c.until)).toEqual([iso(START + DAY)]);

  const second = await planeIn(dataDir, { frozen: true });
  const after: Mark[] = [];
  loopOn(second, ticking(after, 0, 40));
  expect(await second.resumeExecutions()).toBe(2);
  expect(await second.resumeExecutions()).toBe(0);
  await until(() => second.clock.nextWake() === START + 2 * DAY);
  second.clock.advanceTo(START + 60 * DAY);
  await until(() => second.executions().every((e) => e.status === 'SUCCEEDED'));
  expect(after.map((c) => [c.ticketNo, c.until])).toEqual([
    ['B', iso(START + 2 * DAY)],
    ['A', iso(START + 41 * DAY)],
  ]);
});

test('a task that fails is tried again as Retry says, and without Retry fails its execution', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  let calls = 0;
  loopOn(
    plane,
    async (_arn, m) => {
      calls++;
      if (m.ticketNo === 'B' || calls < 3) throw new TypeError(`call ${calls} fails`);
      return { ...m, done: true };
    },
    {
      ...LOOP,
      States: {
        ...LOOP.States,
        Tick: {
          ...LOOP.States.Tick,
          Retry: [{ ErrorEquals: ['TypeError'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }],
        },
      },
    },
  );
  const client = clientOf(plane);
  await start(client, 'A-g1', mark('A', START));
  await until(async () => (await statusOf(client, 'A-g1')) === 'SUCCEEDED');
  expect(calls).toBe(3);
  const { executionArn } = await start(client, 'B-g1', mark('B', START));
  await until(async () => (await statusOf(client, 'B-g1')) === 'FAILED');
  expect(calls).toBe(6);
  const failed = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(failed).toMatchObject({ error: 'TypeError', cause: 'call 6 fails' });
});

test('the service integration hands the payload over and wraps the answer', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: unknown[] = [];
  loopOn(
    plane,
    async (arn, payload) => {
      calls.push([arn, payload]);
      return { done: true };
    },
    {
      StartAt: 'Pause',
      States: {
        Pause: { Type: 'Wait', Seconds: 3_600, Next: 'Tick' },
        Tick: {
          Type: 'Task',
          Resource: 'arn:aws-cn:states:::lambda:invoke',
          Parameters: { FunctionName: TICK, 'Payload.$': '$' },
          OutputPath: '$.Payload',
          End: true,
        },
      },
    },
  );
  const client = clientOf(plane);
  const { executionArn } = await start(client, 'A-g1', '{"ticketNo":"A"}');
  await until(() => plane.clock.nextWake() === START + 3_600_000);
  plane.clock.advanceTo(START + 3_600_000);
  await until(async () => (await statusOf(client, 'A-g1')) === 'SUCCEEDED');
  expect(calls).toEqual([[TICK, { ticketNo: 'A' }]]);
  const { output } = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(JSON.parse(output ?? '')).toEqual({ done: true });
});

test("an execution ends with the machine's timeout, on office time; a wait for no moment fails", async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: Mark[] = [];
  loopOn(plane, ticking(calls, 99, 300));
  const client = clientOf(plane);
  await start(client, 'A-g1', mark('A', START + 400 * DAY));
  await start(client, 'B-g1', JSON.stringify({ ticketNo: 'B', until: 'tomorrow' }));
  await until(async () => (await statusOf(client, 'B-g1')) === 'FAILED');
  await until(() => plane.clock.nextWake() === START + 364 * DAY);
  plane.clock.advanceTo(START + 364 * DAY);
  await until(async () => (await statusOf(client, 'A-g1')) === 'TIMED_OUT');
  expect(calls).toEqual([]);
});

test('a wait longer than the interpreter allows a task is taken in stretches', async () => {
  const folder = temporaryFolder();
  const clock = openOfficeClock({ file: join(folder, 'clock.json'), speed: 1, frozen: true, startAt: START });
  const machine = openStepFunctions({ file: join(folder, 'e.sqlite'), clock, log: () => {}, waitHopMs: 2 });
  const server = await serveAwsJson(machine.operations, () => {});
  afterThisTest(async () => {
    await server.stop();
    await machine.stop();
    clock.stop();
  });
  const calls: Mark[] = [];
  const answer = ticking(calls, 0, 1);
  machine.ensure({
    name: 'SlaTimer',
    arn: MACHINE,
    definition: JSON.stringify(LOOP),
    invoke: (arn, payload) => answer(arn, payload as Mark),
  });
  const client = new SFNClient({ endpoint: server.endpoint, region: 'cn-north-1', credentials });
  afterThisTest(() => client.destroy());
  await start(client, 'A-g1', mark('A', START + 90 * DAY));
  // Each stretch lays a new sleeper down for the same moment.
  let stretches = 0;
  const sleepUntil = clock.sleepUntil;
  clock.sleepUntil = (ms, signal) => {
    if (ms === START + 90 * DAY) stretches++;
    return sleepUntil(ms, signal);
  };
  await until(() => stretches >= 5);
  expect(calls).toEqual([]);
  clock.advanceTo(START + 90 * DAY);
  await until(() => machine.list()[0]?.status === 'SUCCEEDED');
  expect(calls.map((c) => c.until)).toEqual([iso(START + 90 * DAY)]);
});

test('hundreds of executions wait side by side, and are listed page by page', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const calls: Mark[] = [];
  loopOn(plane, ticking(calls, 1, 1));
  const client = clientOf(plane);
  const names = Array.from({ length: 300 }, (_, i) => `T${i}`);
  await Promise.all(names.map((name) => start(client, `${name}-g1`, mark(name, START + DAY))));
  const page = await client.send(new ListExecutionsCommand({ stateMachineArn: MACHINE, maxResults: 200 }));
  const rest = await client.send(
    new ListExecutionsCommand({ stateMachineArn: MACHINE, maxResults: 200, nextToken: page.nextToken }),
  );
  expect([page.executions?.length, rest.executions?.length, rest.nextToken]).toEqual([200, 100, undefined]);
  for (const at of [START + DAY, START + 2 * DAY]) {
    await until(() => plane.clock.nextWake() === at);
    plane.clock.advanceTo(at);
  }
  await until(() => plane.executions().every((e) => e.status === 'SUCCEEDED'));
  expect(calls).toHaveLength(600);
});

test('what the interpreter would pass over in silence is refused by name', async () => {
  const plane = await planeIn(temporaryFolder(), { frozen: true, startAt: START });
  const refused = (states: Record<string, unknown>, extra: Record<string, unknown> = {}): readonly string[] => {
    const definition = { StartAt: Object.keys(states)[0], States: states, ...extra };
    try {
      loopOn(plane, async () => ({}), definition);
    } catch (error) {
      if (error instanceof UnsupportedStateMachine) return error.refused;
      throw error;
    }
    return [];
  };
  const task = { Type: 'Task', Resource: TICK, End: true };
  expect(refused({ A: task })).toEqual([]);
  expect(refused({ A: { Type: 'Pass', End: true } })).toEqual([expect.stringContaining('type Pass')]);
  expect(refused({ A: { Type: 'Map', End: true } })).toEqual([expect.stringContaining('type Map')]);
  expect(refused({ A: task }, { QueryLanguage: 'JSONata' })).toEqual(['query language JSONata']);
  expect(refused({ A: { ...task, QueryLanguage: 'JSONata' } })).toEqual(['state A: JSONata']);
  expect(refused({ A: { ...task, Assign: { x: 1 } } })).toEqual(['state A: field Assign']);
  expect(refused({ A: { ...task, HeartbeatSeconds: 5 } })).toEqual(['state A: field HeartbeatSeconds']);
  const waiting = { ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' };
  expect(refused({ A: waiting })).toEqual([expect.stringContaining('waitForTaskToken')]);
  expect(refused({ A: { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' } })).toHaveLength(1);
  expect(refused({ A: { ...task, Parameters: { 'x.$': '$$.Execution.StartTime' } } })).toHaveLength(1);
  expect(refused({ A: { ...task, Parameters: { 'x.$': '$$.Execution.Name' } } })).toEqual([]);
  expect(refused({ A: { Type: 'Wait', Seconds: 1, TimestampPath: '$.x', End: true } })).toHaveLength(1);
  expect(() => refused({ A: { ...task, End: undefined, Next: 'Nowhere' } })).toThrow('invalid');
});
