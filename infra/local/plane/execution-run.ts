/** Runs one execution with the interpreter: its waits on office time, its tasks by the runner's functions. */
import { setTimeout as delay } from 'node:timers/promises';
import { StateMachine } from 'aws-local-stepfunctions';
import { type Machine, STILL_WAITING, type TaskPlan } from './asl.ts';
import type { Closing, Execution } from './executions.ts';
import type { OfficeClock } from './office-clock.ts';

type JsonValue = Parameters<StateMachine['run']>[0];

export type Invoke = (functionArn: string, payload: unknown) => Promise<unknown>;

export interface RunOptions {
  machine: Machine;
  machineName: string;
  execution: Execution;
  clock: OfficeClock;
  invoke: Invoke;
  /** Aborted when the execution is stopped, and when the plane is. */
  signal: AbortSignal;
  /** The longest stretch of one wait in real ms, below the interpreter's limit for a task. */
  waitHopMs: number;
  onStateEntered(state: string, input: string): void;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function waitTarget(wait: 'until' | 'seconds', time: unknown, enteredAt: number): number {
  if (wait === 'seconds') {
    if (typeof time === 'number' && Number.isInteger(time) && time >= 0) return enteredAt + time * 1000;
    throw named('States.Runtime', 'a Wait needs whole seconds, 0 or more');
  }
  const at = typeof time === 'string' && RFC3339.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) throw named('States.Runtime', 'a Wait needs a timestamp as in RFC 3339');
  return at;
}

/** What an execution is taken up from: the state it was in, if the definition still has it. */
function position(o: RunOptions): { startAt: string; input: JsonValue; enteredAt: number | undefined } {
  const { execution: e, machine } = o;
  if (e.state !== null && e.stateInput !== null && Object.hasOwn(machine.definition.States, e.state)) {
    return { startAt: e.state, input: JSON.parse(e.stateInput) as JsonValue, enteredAt: e.stateEntered ?? undefined };
  }
  return { startAt: machine.definition.StartAt, input: JSON.parse(e.input) as JsonValue, enteredAt: undefined };
}

type Handler = (input: JsonValue) => Promise<JsonValue>;

function waitHandler(o: RunOptions, wait: 'until' | 'seconds', resumedAt: () => number | undefined): Handler {
  let target: number | undefined;
  return async (parameters) => {
    const { input, time } = parameters as { input: JsonValue; time: unknown };
    target ??= waitTarget(wait, time, resumedAt() ?? o.clock.now());
    const hop = new AbortController();
    const signal = AbortSignal.any([hop.signal, o.signal]);
    const slept = o.clock.sleepUntil(target, signal).then(() => true);
    const hopped = delay(o.waitHopMs, false, { signal });
    // The loser is aborted, and its rejection is nobody's concern.
    slept.catch(() => {});
    hopped.catch(() => {});
    const arrived = await Promise.race([slept, hopped]).finally(() => hop.abort());
    if (!arrived) throw named(STILL_WAITING, 'the wait goes on');
    target = undefined;
    return input;
  };
}

function invokeHandler(o: RunOptions, plan: Extract<TaskPlan, { kind: 'invoke' }>): Handler {
  return async (input) => {
    // The interpreter retries a task even after an abort.
    o.signal.throwIfAborted();
    if (!plan.wrapped) return ((await o.invoke(plan.functionArn, input)) ?? null) as JsonValue;
    const { FunctionName, Payload } = input as { FunctionName?: string; Payload?: JsonValue };
    if (!FunctionName) throw named('States.Runtime', 'lambda:invoke needs a FunctionName');
    const payload = ((await o.invoke(FunctionName, Payload ?? {})) ?? null) as JsonValue;
    return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
  };
}

/** Runs to the end. Rejects with the signal's reason when aborted; every other outcome is a closing. */
export async function runExecution(o: RunOptions): Promise<Omit<Closing, 'stopped'>> {
  const { startAt, input, enteredAt } = position(o);
  // Only the first state entered can be one that was entered before the runner died.
  let resumed = enteredAt;
  const takeResumed = (): number | undefined => {
    const at = resumed;
    resumed = undefined;
    return at;
  };
  const handlers = Object.fromEntries(
    [...o.machine.tasks].map(([state, plan]) => [
      state,
      plan.kind === 'wait' ? waitHandler(o, plan.wait, takeResumed) : invokeHandler(o, plan),
    ]),
  );
  const interpreter = new StateMachine(
    { ...o.machine.definition, StartAt: startAt },
    { validationOptions: { noValidate: true } },
  );
  const run = interpreter.run(input, {
    overrides: { taskResourceLocalHandlers: handlers },
    context: {
      Execution: { Id: o.execution.arn, Name: o.execution.name },
      StateMachine: { Id: o.execution.machineArn, Name: o.machineName },
    },
  });
  const onAbort = (): void => run.abort();
  o.signal.addEventListener('abort', onAbort, { once: true });
  // Reading the events also keeps the interpreter from piling them up for the life of the execution.
  const recording = (async () => {
    for await (const event of run.eventLogs) {
      if (event.type === 'StateEntered' && !o.signal.aborted) {
        o.onStateEntered(event.state.name, JSON.stringify(event.state.input));
      }
    }
  })();
  try {
    const output = await run.result;
    o.signal.throwIfAborted();
    return { status: 'SUCCEEDED', output: JSON.stringify(output) };
  } catch (error) {
    o.signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    return { status: 'FAILED', error: cause.name, cause: cause.message };
  } finally {
    o.signal.removeEventListener('abort', onAbort);
    await recording;
  }
}
