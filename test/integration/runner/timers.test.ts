/** State machines and schedules: both run in office time, which a test steps from timer to timer. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Booted, boot, eventually, REGION, shutDown, synthStack, testFunction } from './mini-app.ts';

const START = Date.parse('2026-11-23T01:00:00Z');
const MACHINE = `arn:aws-cn:states:${REGION}:000000000000:stateMachine:timer`;

let assembly: string;
let booted: Booted;

beforeAll(async () => {
  assembly = synthStack((stack) => {
    const tick = testFunction(stack, 'Tick', { handler: 'index.tick' });
    const live = tick.addAlias('live');
    const states = {
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', TimestampPath: '$.until', Next: 'Tick' },
        Tick: { Type: 'Task', Resource: live.functionArn, Next: 'Done?' },
        'Done?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'Done' }],
          Default: 'Wait',
        },
        Done: { Type: 'Succeed' },
      },
    };
    const machine = new sfn.StateMachine(stack, 'Timer', {
      stateMachineName: 'timer',
      definitionBody: sfn.DefinitionBody.fromString(stack.toJsonString(states)),
    });
    live.grantInvoke(machine);
    const pump = testFunction(stack, 'Pump', { handler: 'index.partial' });
    new scheduler.Schedule(stack, 'EveryMinute', {
      schedule: scheduler.ScheduleExpression.rate(Duration.minutes(1)),
      target: new schedulerTargets.LambdaInvoke(pump, {
        input: scheduler.ScheduleTargetInput.fromObject({ Records: [{ body: 'minute' }] }),
      }),
    });
    new events.Rule(stack, 'EveryMorning', {
      schedule: events.Schedule.cron({ hour: '0', minute: '30' }),
      targets: [
        new targets.LambdaFunction(pump, {
          event: events.RuleTargetInput.fromObject({ Records: [{ body: 'morning' }] }),
        }),
      ],
    });
  });
  booted = await boot(assembly, { frozen: true, startAt: START });
  return () => shutDown(booted);
});

const linesOf = (fn: string) => booted.logs.filter((entry) => entry.fn === fn).map(({ line }) => line);

async function startExecution(name: string, extra: object = {}): Promise<void> {
  const client = new SFNClient({
    endpoint: booted.runner.plane.endpoints.states,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const input = JSON.stringify({ ticketNo: 'T1', until: '2026-11-23T02:00:00.000Z', ...extra });
  await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name, input }));
}

describe('a state machine under a frozen clock', () => {
  it('moves only when office time is stepped, and survives a restart in the middle', async () => {
    await startExecution('T1-g1');
    const { clock } = booted.runner.plane;
    await eventually(() => clock.nextWake() === START + 3_600_000);
    expect(linesOf('Tick')).toEqual([]);
    clock.advanceTo(clock.nextWake() ?? 0);
    await eventually(() => linesOf('Tick').length === 1);
    await eventually(() => clock.nextWake() === START + 25 * 3_600_000);

    await shutDown(booted);
    booted = await boot(assembly, { frozen: true, dataDir: booted.dataDir });
    const again = booted.runner.plane;
    await eventually(() => again.clock.nextWake() === START + 25 * 3_600_000);
    for (const turn of [1, 2]) {
      again.clock.advanceTo(again.clock.nextWake() ?? 0);
      await eventually(() => linesOf('Tick').length === turn);
      await eventually(() => turn === 2 || again.clock.nextWake() !== undefined);
    }
    expect(linesOf('Tick')).toEqual(['turn 2 at 2026-11-24T02:00:00.000Z', 'turn 3 at 2026-11-25T02:00:00.000Z']);
    await eventually(() => again.executions().every(({ status }) => status === 'SUCCEEDED'));
  });
});

describe('a stop in the middle of a step', () => {
  it('leaves the execution running, and the next start takes the step again', async () => {
    await startExecution('T2-g1', { slow: 3_000, turn: 2 });
    await eventually(() => booted.runner.plane.executions().some(({ status }) => status === 'RUNNING'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const started = performance.now();
    await shutDown(booted);
    expect(performance.now() - started).toBeLessThan(2_900);
    booted = await boot(assembly, { frozen: true, dataDir: booted.dataDir });
    expect(booted.runner.plane.executions()).toContainEqual({ name: 'T2-g1', status: 'RUNNING' });
    const done = () => booted.runner.plane.executions().every(({ status }) => status === 'SUCCEEDED');
    await eventually(done, 12_000);
    expect(linesOf('Tick')).toEqual([expect.stringContaining('turn 3')]);
  });
});

describe('schedules', () => {
  it('run in office time, once for all the turns that a jump passed', async () => {
    const { clock } = booted.runner.plane;
    await booted.runner.idle(5_000);
    const before = linesOf('Pump').filter((line) => line.includes('minute')).length;
    clock.advanceTo(clock.now() + 59_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(linesOf('Pump').filter((line) => line.includes('minute'))).toHaveLength(before);
    clock.advanceTo(clock.now() + 30 * 60_000);
    await booted.runner.idle(5_000);
    expect(linesOf('Pump').filter((line) => line.includes('minute'))).toHaveLength(before + 1);
  });

  it('understand cron, in UTC', async () => {
    const { clock } = booted.runner.plane;
    const mornings = () => linesOf('Pump').filter((line) => line.includes('morning')).length;
    const before = mornings();
    clock.advanceTo(Date.parse('2026-11-27T00:29:00Z'));
    await booted.runner.idle(5_000);
    const untilThen = mornings();
    clock.advanceTo(Date.parse('2026-11-27T00:30:00Z'));
    await booted.runner.idle(5_000);
    expect([untilThen - before, mornings() - untilThen]).toEqual([1, 1]);
  });
});
