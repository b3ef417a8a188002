/**
 * The local runner: boots a synthesized cloud assembly on one machine, with the same template that a deployment would
 * get. Nothing of the application is known here; what runs, with which environment, sizes, mappings and schedules,
 * comes from the template alone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AsyncInvoker } from './aws/async-invoker.ts';
import { type EventSource, wait } from './aws/event-source.ts';
import { startFront } from './aws/front.ts';
import { FunctionError, type Usage } from './aws/function-pool.ts';
import { Functions } from './aws/functions.ts';
import { accessKeyOf } from './aws/lambda-environment.ts';
import { createEventSources } from './aws/mappings.ts';
import { createStateMachines, provision } from './aws/provision.ts';
import { queueDepth } from './aws/queue-source.ts';
import { readRestApi } from './aws/rest-api.ts';
import { readSchedules } from './aws/schedules.ts';
import { Template } from './aws/template.ts';
import { createThrottle } from './aws/throttle.ts';
import type { Faults } from './faults/faults.ts';
import { judge } from './iam/judge.ts';
import { GRANTS_LOG, openRecord } from './iam/record.ts';
import { type Role, readRoles } from './iam/roles.ts';
import { type Plane, startPlane } from './plane/index.ts';

export interface RunnerLog {
  source: 'runner' | 'plane' | 'function' | 'front' | 'queue' | 'stream' | 'schedule';
  line: string;
  /** Construct id of the function that the line is from or about. */
  fn?: string;
}

export interface RunnerOptions {
  /** The `cdk.out` folder. */
  assembly: string;
  /** Tables, queues, secrets, clock and checkpoints live here and survive restarts. */
  dataDir: string;
  /** 0 = any free port. */
  port: number;
  /** Office seconds per real second; 1 unless given. */
  speed?: number;
  /** Office time stands still and moves only by the clock's `advanceTo`. */
  frozen?: boolean;
  /** Office time to begin at in an empty data folder (epoch ms). */
  startAt?: number;
  log?: (entry: RunnerLog) => void;
  /** Initial value for a secret, by construct id, e.g. `PhoneSecret`. */
  initialSecret: (constructId: string) => string;
  /** Template parameters that a deployment would pass. */
  parameters?: Record<string, string>;
  /** `false` lifts the rate limits of the API's stage; otherwise real time, or the milliseconds that `now` gives, fill them. */
  throttle?: false | { now: () => number };
  /** What goes wrong between the functions and AWS, for tests. */
  faults?: Faults | undefined;
  /** Routes that the front serves before the API's; returns true when it answered. */
  extra?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface Runner {
  url: string;
  plane: Plane;
  /** Construct ids. */
  functionNames: string[];
  /** Worker threads that are alive. */
  workers(): number;
  /** What each function's invocations have used since the start, by construct id. */
  usage(): Record<string, Usage>;
  /** Invokes a function by construct id, name or ARN. @throws FunctionError */
  invoke(fn: string, event: unknown): Promise<unknown>;
  /** Stops a function's event sources; resolves when what they had read is settled. */
  pauseSource(fn: string): Promise<void>;
  resumeSource(fn: string): void;
  /** Until `down` is false again, every call of the function fails as when the service is down. */
  interrupt(fn: string, down: boolean): void;
  /** Messages per queue (`Intake`, `Intake/DeadLetters`), in flight ones included, delayed ones not. */
  depths(): Promise<Record<string, number>>;
  /**
   * Resolves when nothing is left to do: queues empty, streams read, no invocation, no schedule due. Dead-letter queues
   * and what waits for a paused consumer don't count. @throws Error at the time limit
   */
  idle(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

const monotonic = (): number => performance.now();

/** How long a stop waits for what is under way (ms). */
const GRACE_MS = 5_000;
const IDLE_LIMIT_MS = 30_000;
const IDLE_CHECK_MS = 25;

/**
 * Starts everything; the front listens last, so that no request meets half a system.
 * @throws UnsupportedTemplateError when the template holds what the runner does not know
 */
export async function startRunner(o: RunnerOptions): Promise<Runner> {
  const log = (source: RunnerLog['source']) => (line: string) => o.log?.({ source, line });
  // Workers take over the time zone of the process and ignore their own TZ; Lambda runs in UTC.
  process.env.TZ = 'UTC';
  const template = new Template(o.assembly, o.parameters);
  const region = template.resources[0]?.stack.region ?? 'us-east-1';

  // What has been started, to be stopped in the opposite order: also when a later part doesn't start.
  const stops: (() => Promise<void> | void)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      for (let next = stops.pop(); next; next = stops.pop()) await next();
    })();
    return stopping;
  };

  try {
    const roles = readRoles(template);
    const record = process.env[GRANTS_LOG];
    const plane = await startPlane({
      dataDir: o.dataDir,
      speed: o.speed ?? 1,
      region,
      log: log('plane'),
      signers: { roles: signersOf(template, roles), record },
      ...(o.frozen === undefined ? {} : { frozen: o.frozen }),
      ...(o.startAt === undefined ? {} : { startAt: o.startAt }),
    });
    stops.push(() => plane.stop());
    const sqs = new SQSClient({
      endpoint: plane.endpoints.sqs,
      region,
      credentials: { accessKeyId: 'runner', secretAccessKey: 'runner' },
    });
    stops.push(() => sqs.destroy());

    const { queues, streams } = await provision(template, plane, o.initialSecret);
    const sources: EventSource[] = [];
    const functions = new Functions(template, {
      endpoints: plane.endpoints,
      officeClock: plane.clock.shared,
      roles,
      faults: o.faults,
      log: (fn, line) => o.log?.({ source: 'function', fn, line }),
      // Whatever a function wrote may be in a stream by now.
      afterEach: () => {
        for (const source of sources) source.nudge();
      },
    });
    stops.push(() => functions.stop());
    const recordUse = openRecord(record);
    createStateMachines(template, plane, async (machineArn, arn, payload) => {
      const call = { action: 'lambda:InvokeFunction', resource: arn };
      const by = judge(roles.get(machineArn)?.grants ?? [], call);
      if (by === undefined) {
        const message = `the state machine's role does not allow ${call.action} on ${arn}`;
        throw Object.assign(new Error(message), { name: 'Lambda.AccessDeniedException' });
      }
      recordUse(machineArn, call, by);
      try {
        return await functions.invoke(arn, payload);
      } catch (error) {
        // A step that the stop cut short has not failed: its execution goes on with the next start.
        if (stopping) return new Promise(() => {});
        // A state machine knows a failed function by its error type.
        if (error instanceof FunctionError) throw Object.assign(new Error(error.message), { name: error.errorType });
        throw error;
      }
    });

    const invoker = new AsyncInvoker({
      template,
      functions,
      sqs,
      queueUrl: (arn) => queues.get(arn)?.url,
      log: log('schedule'),
    });
    const schedules = readSchedules(template, plane.clock, invoker);
    const api = readRestApi(template, functions);
    sources.push(
      ...createEventSources({
        template,
        functions,
        sqs,
        queues,
        streams,
        streamsEndpoint: plane.endpoints.dynamodb,
        checkpoints: join(o.dataDir, 'checkpoints'),
        faults: o.faults,
        log: (source, fn, line) => o.log?.({ source, fn, line }),
      }),
    );
    log('runner')(`${functions.names.length} functions, ${sources.length} event sources, ${queues.size} queues`);

    for (const source of sources) source.start();
    stops.push(() => atMost(GRACE_MS, Promise.all(sources.map((source) => source.pause()))));
    const resumed = await plane.resumeExecutions();
    if (resumed > 0) log('runner')(`${resumed} executions go on`);
    schedules.start();
    stops.push(() => schedules.stop());
    const throttle =
      o.throttle === false ? undefined : createThrottle(api?.limits ?? new Map(), o.throttle?.now ?? monotonic);
    const front = await startFront({ port: o.port, api, functions, throttle, extra: o.extra, log: log('front') });
    stops.push(() => front.stop(GRACE_MS));
    log('runner')(`serving at ${front.url}`);

    const depths = async (): Promise<Record<string, number>> => {
      const entries = [...queues.values()].map(async ({ label, url }) => {
        const { visible, inFlight } = await queueDepth(sqs, url);
        return [label, visible + inFlight] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    };
    const sourcesOf = (fn: string): EventSource[] => {
      const pool = functions.find(fn);
      return sources.filter((source) => functions.find(source.functionName) === pool);
    };
    const quiet = async (): Promise<boolean> => {
      if (functions.pending + invoker.pending + front.active() > 0 || schedules.busy()) return false;
      for (const { url, deadLetter } of queues.values()) {
        if (deadLetter || sources.some(({ queueUrl }) => queueUrl === url)) continue;
        const { visible, inFlight } = await queueDepth(sqs, url);
        if (visible + inFlight > 0) return false;
      }
      const drained = await Promise.all(sources.map((source) => source.drained()));
      return drained.every(Boolean) && functions.pending === 0;
    };

    return {
      url: front.url,
      plane,
      functionNames: functions.names,
      workers: () => functions.workers,
      usage: () => functions.usage,
      invoke: (fn, event) => functions.invoke(fn, event),
      pauseSource: async (fn) => {
        await Promise.all(sourcesOf(fn).map((source) => source.pause()));
      },
      resumeSource: (fn) => {
        for (const source of sourcesOf(fn)) source.resume();
      },
      interrupt: (fn, down) => functions.interrupt(fn, down),
      depths,
      async idle(timeoutMs = IDLE_LIMIT_MS) {
        const deadline = Date.now() + timeoutMs;
        // Between two steps of a chain nothing may be seen for a moment: it has to be quiet twice.
        for (let inARow = 0; inARow < 2; ) {
          const isQuiet = await Promise.race([quiet(), wait(Math.max(0, deadline - Date.now())).then(() => false)]);
          inARow = isQuiet ? inARow + 1 : 0;
          if (Date.now() >= deadline) {
            throw new Error(
              `not idle after ${timeoutMs} ms: ${JSON.stringify(await depths())}, ${functions.pending} running`,
            );
          }
          if (inARow < 2) await wait(IDLE_CHECK_MS);
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function signersOf(template: Template, roles: ReadonlyMap<string, Role>): ReadonlyMap<string, Role> {
  const functions = template.ofType('AWS::Lambda::Function');
  return new Map(
    functions.flatMap((resource) => {
      const role = roles.get(template.arn(resource));
      return role ? [[accessKeyOf(template.nameOf(resource)), role] as const] : [];
    }),
  );
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, wait(ms)]);
}
