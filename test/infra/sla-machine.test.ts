/**
 * The timer's state machine, counted: what a wake costs, how long a history becomes, and that it wakes for due marks and weekly
 * hops and for nothing else. Nothing waits: the machine is carried out on paper beside the pure domain.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, fromIso } from '#domain/calendar/shanghai.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import { dueMarks, nextMark } from '#domain/sla/marks.ts';
import { MAX_HOP_MS } from '#functions/adapters/step-functions-timer.ts';
import { MAX_ALARM_AGE_MS } from '#functions/shared/alarm.ts';
import { timerDefinition } from '#infra/constructs/sla-timer.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { Executions } from '../../scripts/timers/executions.ts';
import { arrival, live } from '../../scripts/timers/lives.ts';
import { Execution } from '../../scripts/timers/machine.ts';
import { inTime, silentForAYear, silentHelpers } from '../../scripts/timers/stories.ts';
import { type Committed, contextOf, type Witness } from '../../scripts/timers/timed-ticket.ts';
import { type Assembly, synthesizeFor } from './assembly.ts';

const district = compileDistrict('xianan');
const contextAt = contextOf(district);
const definition = timerDefinition('TICK');
/** AWS fails an execution whose history is longer. */
const MOST_EVENTS = 25_000;

/** Fields of each type of state that the local interpreter carries out as AWS does. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  Wait: ['Type', 'TimestampPath', 'Next'],
  Task: ['Type', 'Resource', 'Retry', 'Next'],
  Choice: ['Type', 'Choices', 'Default'],
  Succeed: ['Type'],
  Fail: ['Type', 'Error', 'Cause'],
};

describe('the definition', () => {
  let assembly: Assembly;
  beforeAll(() => {
    assembly = synthesizeFor('cn-north-1');
  });
  afterAll(() => assembly?.cleanup());

  it('of the template is the one counted here', () => {
    const [machine, ...others] = assembly.ofType('AWS::StepFunctions::StateMachine');
    expect(others).toEqual([]);
    expect(machine?.properties.StateMachineType).toBe('STANDARD');
    const parts: unknown[] = machine?.properties.DefinitionString['Fn::Join'][1];
    const text = parts.map((part) => (typeof part === 'string' ? part : 'TICK')).join('');
    expect(JSON.parse(text)).toEqual(definition);
  });

  it('is of the supported subset: JSONPath, no field beyond it, a function’s address as the only task', () => {
    expect(Object.keys(definition).sort()).toEqual(['Comment', 'StartAt', 'States']);
    for (const [name, state] of Object.entries(definition.States)) {
      const unknown = Object.keys(state).filter((field) => !SUPPORTED[state.Type]?.includes(field));
      expect(unknown, name).toEqual([]);
    }
    expect(JSON.stringify(definition)).not.toMatch(/waitForTaskToken|\{%|"Assign"|"QueryLanguage"/);
  });

  it('tries a failed tick again for two days, which are few events of a history', () => {
    const [retry] = definition.States.Tick.Retry;
    expect(retry?.ErrorEquals).toEqual(['States.ALL']);
    const waits = Array.from({ length: retry!.MaxAttempts }, (_, n) =>
      Math.min(retry!.IntervalSeconds * retry!.BackoffRate ** n, retry!.MaxDelaySeconds),
    );
    const seconds = waits.reduce((sum, wait) => sum + wait, 0);
    expect(seconds).toBeGreaterThan(2 * 86_400);
    const execution = new Execution(definition);
    const before = execution.events;
    execution.wake({ done: false }, retry!.MaxAttempts);
    expect(execution.events - before).toBe(9 + 3 * retry!.MaxAttempts);
    expect(execution.events).toBeLessThan(MOST_EVENTS / 25);
  });
});

describe('one execution', () => {
  it('enters one state to begin, and three a wake', () => {
    const execution = new Execution(definition);
    expect(execution.transitions).toBe(1);
    for (let wake = 1; wake <= 5; wake++) {
      execution.wake({ done: wake === 5 });
      expect(execution.transitions).toBe(1 + 3 * wake);
    }
    expect(execution.ended).toBe(true);
    expect(() => execution.wake({ done: true })).toThrow('does not wait');
  });

  it('writes nine events a wake', () => {
    const execution = new Execution(definition);
    execution.wake({ done: false });
    execution.wake({ done: true });
    expect(Object.fromEntries(execution.history)).toEqual({
      ExecutionStarted: 1,
      WaitStateEntered: 2,
      WaitStateExited: 2,
      TaskStateEntered: 2,
      LambdaFunctionScheduled: 2,
      LambdaFunctionStarted: 2,
      LambdaFunctionSucceeded: 2,
      TaskStateExited: 2,
      ChoiceStateEntered: 2,
      ChoiceStateExited: 2,
      SucceedStateEntered: 1,
      SucceedStateExited: 1,
      ExecutionSucceeded: 1,
    });
  });
});

describe('the longest ticket', () => {
  it('a year overdue with red every four working hours and the weekly hops: a third of the limit', () => {
    const executions = new Executions(definition);
    const { is } = silentForAYear(district, executions);
    // Both clocks have rung red in every fourth hour of some 250 days.
    for (const clock of is.clocks) expect(clock.overdue?.repeats, clock.id).toBeGreaterThan(390);
    // Of all its executions together: also if none had been renewed.
    expect(executions.events).toBeGreaterThan(5000);
    expect(executions.events).toBeLessThan(MOST_EVENTS / 3);
    expect(executions.transitions).toBe(executions.all.size + 3 * executions.wakes);
    // The first one, and a successor every ninety days.
    expect(executions.all.size).toBe(5);
  });

  it('keeps below the limit when Tick fails three times at each wake, and for two days at one', () => {
    const executions = new Executions(definition, (wake) => (wake === 100 ? 200 : 3));
    silentForAYear(district, executions);
    expect(executions.longest).toBeLessThan(MOST_EVENTS);
  });

  describe('with twenty called units that stay silent, each with a rhythm of its own', () => {
    const executions = new Executions(definition);
    let longestDays = 0;
    beforeAll(() => {
      silentHelpers(district, executions);
      longestDays = MOST_EVENTS / (executions.events / 365);
    });

    it('fills a history in a season, not sooner', () => {
      expect(executions.wakes).toBeGreaterThan(5000);
      expect(longestDays).toBeGreaterThan(100);
    });

    it('is renewed before', () => {
      expect(MAX_ALARM_AGE_MS / DAY).toBeLessThan(longestDays);
      expect(executions.longest).toBeLessThan(MOST_EVENTS);
    });
  });
});

/** Notes of each wake what it was for, and whether it came at the moment. */
class Wakes implements Witness {
  hops = 0;
  forMarks = 0;
  starts = 0;
  /** Commits that changed the clocks and left a mark to wait for. */
  changes = 0;
  readonly wrong: string[] = [];
  /** When the last wait began. */
  #from = 0;
  #fired = false;

  started(at: number): void {
    this.starts++;
    this.#from = at;
  }

  woke(at: number): void {
    if (this.#fired) this.forMarks++;
    else if (at - this.#from === MAX_HOP_MS) this.hops++;
    else this.wrong.push(`woke in vain after ${at - this.#from} ms`);
    this.#fired = false;
    this.#from = at;
  }

  committed(at: number, { before, ticket, events, command }: Committed): void {
    const replanned = events.some(({ clocks }) => clocks !== undefined);
    if (replanned && nextMark(ticket.clocks) !== undefined) this.changes++;
    if (command.command !== 'tick') return;
    this.#fired = true;
    const mark = nextMark(before?.clocks ?? []);
    // A clock may begin with a mark behind it, which rings at once.
    if (mark === undefined || at !== Math.max(mark.at, this.#from)) this.wrong.push('not at the moment of its mark');
    if (!replanned && dueMarks(ticket.clocks, at).length > 0) this.wrong.push('left a due mark');
  }
}

it('wakes for due marks and weekly hops alone, and starts once for each change of clocks, in random lives', () => {
  const random = seeded(20261);
  const wakes = new Wakes();
  const begin = fromIso('2026-01-01T00:00:00+08:00');
  for (let n = 0; n < 150; n++) {
    const arrives = arrival(contextAt(begin).rules.calendar, begin + Math.floor(random() * 300) * DAY, random);
    live(contextAt, random, { arrives, end: begin + 360 * DAY }, wakes);
  }
  expect(wakes.wrong).toEqual([]);
  expect(wakes.starts).toBe(wakes.changes);
  expect(wakes.starts).toBeGreaterThan(600);
  expect(wakes.forMarks).toBeGreaterThan(1000);
  expect(wakes.hops).toBeGreaterThan(20);
});

it('a ticket whose steps are all done in time is never woken', () => {
  const executions = new Executions(definition);
  expect(inTime(district, executions).is.status).toBe('CLOSED');
  expect(executions.wakes).toBe(0);
  expect(executions.transitions).toBe(executions.all.size);
});
