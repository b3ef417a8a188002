/**
 * EventBridge rules and Scheduler schedules. They run in office time: at a high speed a minute passes in an instant,
 * so a schedule that has missed some turns runs once, at most once per real second, and never beside itself.
 */
import { randomUUID } from 'node:crypto';
import type { OfficeClock } from '../plane/office-clock.ts';
import type { AsyncInvoker } from './async-invoker.ts';
import { ACCOUNT_ID } from './naming.ts';
import { type NextDue, parseSchedule } from './schedule-expression.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';

interface Target {
  Arn: string;
  Input?: string;
  [setting: string]: unknown;
}

interface Schedule {
  arn: string;
  region: string;
  source: string;
  targets: { functionArn: string; input: string | undefined }[];
  next: NextDue;
  /** Office time, epoch ms. */
  due: number | undefined;
  /** Real time, epoch ms. */
  lastRun: number;
  running: boolean;
}

export interface Schedules {
  start(): void;
  /** Whether one is due or running. */
  busy(): boolean;
  stop(): void;
}

/** How often office time is looked at (real ms): a frozen clock moves without telling. */
const LOOK_MS = 50;
const SHORTEST_INTERVAL_MS = 1_000;
/** Settings of a target that concern only the delivery of the event, which cannot fail here. */
const DELIVERY_SETTINGS = new Set(['Arn', 'Id', 'Input', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig']);

export function readSchedules(template: Template, clock: OfficeClock, invoker: AsyncInvoker): Schedules {
  const schedules = template
    .ofType('AWS::Events::Rule', 'AWS::Scheduler::Schedule')
    .map((resource) => readSchedule(template, invoker, resource))
    .filter((schedule) => schedule !== undefined);
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const office = clock.now();
    for (const schedule of schedules) {
      if (schedule.due === undefined || office < schedule.due || schedule.running) continue;
      // Where time runs fast a schedule would run all the time; where it is stepped each step wants it once.
      if (clock.speed() > 0 && Date.now() - schedule.lastRun < SHORTEST_INTERVAL_MS) continue;
      run(schedule, schedule.due);
      schedule.due = schedule.next(office);
    }
  }

  function run(schedule: Schedule, due: number): void {
    schedule.running = true;
    schedule.lastRun = Date.now();
    const events = schedule.targets.map(({ functionArn, input }) =>
      invoker.invoke(functionArn, input === undefined ? scheduledEvent(schedule, due) : JSON.parse(input)),
    );
    void Promise.all(events).finally(() => {
      schedule.running = false;
    });
  }

  return {
    start() {
      for (const schedule of schedules) schedule.due = schedule.next(clock.now());
      timer = setInterval(look, LOOK_MS);
    },
    busy: () => schedules.some(({ due, running }) => running || (due !== undefined && due <= clock.now())),
    stop: () => clearInterval(timer),
  };
}

function readSchedule(template: Template, invoker: AsyncInvoker, resource: Resource): Schedule | undefined {
  const properties = template.properties<{
    ScheduleExpression?: string;
    ScheduleExpressionTimezone?: string;
    State?: string;
    Targets?: Target[];
    Target?: Target;
  }>(resource);
  if (properties.State === 'DISABLED') return undefined;
  const targets = properties.Targets ?? (properties.Target ? [properties.Target] : []);
  const problems = targets.flatMap((target) => Object.keys(target).filter((name) => !DELIVERY_SETTINGS.has(name)));
  if (properties.ScheduleExpression === undefined) problems.push('a rule without ScheduleExpression');
  if (problems.length > 0) {
    throw new UnsupportedTemplateError(problems.map((name) => describe(resource, `${name} is not supported`)));
  }
  for (const target of targets) invoker.check(target.Arn);
  return {
    arn: template.arn(resource),
    region: resource.stack.region,
    source: resource.type === 'AWS::Events::Rule' ? 'aws.events' : 'aws.scheduler',
    targets: targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input })),
    next: parseSchedule(properties.ScheduleExpression ?? '', properties.ScheduleExpressionTimezone),
    due: undefined,
    lastRun: 0,
    running: false,
  };
}

function scheduledEvent(schedule: Schedule, due: number) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: schedule.source,
    account: ACCOUNT_ID,
    time: new Date(due).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: schedule.region,
    resources: [schedule.arn],
    detail: schedule.source === 'aws.events' ? {} : '{}',
  };
}
