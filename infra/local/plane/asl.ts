/**
 * What of the Amazon States Language the local plane runs, and how. The interpreter passes over much of the language in
 * silence, so only what it does right is let through: anything else is refused by name when the machine is created.
 * `Wait` becomes a task of ours, since the interpreter's own wait knows real time only and breaks at 24.8 days.
 */
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';

export class UnsupportedStateMachine extends Error {
  override name = 'UnsupportedStateMachine';
  readonly refused: readonly string[];
  constructor(machine: string, refused: readonly string[]) {
    super(`state machine ${machine} can't run on the local plane:\n${refused.map((line) => `  - ${line}`).join('\n')}`);
    this.refused = refused;
  }
}

type Json = Record<string, unknown>;

export type WaitKind = 'until' | 'seconds';
export type TaskPlan =
  | { kind: 'wait'; wait: WaitKind }
  /** `wrapped`: the service integration, whose result has the function's answer under `Payload`. */
  | { kind: 'invoke'; wrapped: false; functionArn: string }
  | { kind: 'invoke'; wrapped: true };

export interface Machine {
  definition: StateMachineDefinition;
  /** What each Task state (the rewritten Wait states among them) does. */
  tasks: Map<string, TaskPlan>;
  /** The whole execution's limit in office seconds, if any. */
  timeoutSeconds: number | undefined;
}

/** Thrown by a wait that has to be taken up again: the interpreter's task limit is shorter than a wait may be. */
export const STILL_WAITING = 'Jieban.StillWaiting';
/** The interpreter times each task by setTimeout, which overflows above 2,147,483 s; without a limit it takes 60 s. */
const MAX_TASK_SECONDS = 2_000_000;

const LAMBDA_ARN = /^arn:[\w-]+:lambda:[\w-]*:\d*:function:[\w-]+(:[\w$-]+)?$/;
const LAMBDA_INVOKE = /^arn:[\w-]+:states:::lambda:invoke$/;

const MACHINE_FIELDS = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
const COMMON_FIELDS = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath'];
const WAIT_TIMES = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'];
const FIELDS: Record<string, readonly string[]> = {
  Wait: ['Next', 'End', ...WAIT_TIMES],
  Task: ['Next', 'End', 'Resource', 'Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch', 'TimeoutSeconds'],
  Choice: ['Choices', 'Default'],
  Succeed: [],
  Fail: ['Error', 'Cause', 'ErrorPath', 'CausePath'],
};
const CONTEXT_PATH = /\$\$\.[\w.]+/g;
const KNOWN_CONTEXT = ['$$.Execution.Id', '$$.Execution.Name', '$$.StateMachine.Id', '$$.StateMachine.Name'];

function refusalsOfState(name: string, state: Json): string[] {
  const where = `state ${name}`;
  const type = String(state.Type);
  const own = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (!own) return [`${where}: type ${type} (only ${Object.keys(FIELDS).join(', ')})`];
  const refused = Object.keys(state)
    .filter((field) => !COMMON_FIELDS.includes(field) && !own.includes(field))
    .map((field) => `${where}: field ${field}`);
  if ((state.QueryLanguage ?? 'JSONPath') !== 'JSONPath') refused.push(`${where}: ${state.QueryLanguage}`);
  if (type === 'Wait' && WAIT_TIMES.filter((field) => field in state).length !== 1) {
    refused.push(`${where}: needs exactly one of ${WAIT_TIMES.join(', ')}`);
  }
  if (type === 'Task') {
    const resource = String(state.Resource);
    if (!LAMBDA_ARN.test(resource) && !LAMBDA_INVOKE.test(resource)) {
      refused.push(`${where}: resource ${resource} (only Lambda function ARNs and states:::lambda:invoke)`);
    }
    if (Number(state.TimeoutSeconds ?? 0) > MAX_TASK_SECONDS) refused.push(`${where}: TimeoutSeconds too long`);
  }
  return refused;
}

function refusals(definition: Json): string[] {
  const refused = Object.keys(definition)
    .filter((field) => !MACHINE_FIELDS.includes(field))
    .map((field) => `field ${field}`);
  if ((definition.QueryLanguage ?? 'JSONPath') !== 'JSONPath')
    refused.push(`query language ${definition.QueryLanguage}`);
  for (const [name, state] of Object.entries((definition.States ?? {}) as Record<string, Json>)) {
    refused.push(...refusalsOfState(name, state));
  }
  for (const path of JSON.stringify(definition).match(CONTEXT_PATH) ?? []) {
    if (!KNOWN_CONTEXT.includes(path)) refused.push(`context object ${path} (only ${KNOWN_CONTEXT.join(', ')})`);
  }
  return [...new Set(refused)];
}

function waitAsTask(state: Json): { task: Json; wait: WaitKind } {
  const wait: WaitKind = 'Timestamp' in state || 'TimestampPath' in state ? 'until' : 'seconds';
  const path = state.TimestampPath ?? state.SecondsPath;
  const time = path === undefined ? { time: state.Timestamp ?? state.Seconds } : { 'time.$': path };
  const kept = Object.fromEntries(Object.entries(state).filter(([field]) => !WAIT_TIMES.includes(field)));
  const task = {
    ...kept,
    Type: 'Task',
    Resource: 'wait',
    // The task hands its `input` on, so that what leaves a Wait is what came in.
    Parameters: { 'input.$': '$', ...time },
    TimeoutSeconds: MAX_TASK_SECONDS,
    Retry: [{ ErrorEquals: [STILL_WAITING], IntervalSeconds: 0, MaxAttempts: 99_999_999, BackoffRate: 1 }],
  };
  return { task, wait };
}

/** @throws UnsupportedStateMachine that lists everything refused; Error when the definition is no valid ASL. */
export function compileMachine(name: string, text: string): Machine {
  const original = JSON.parse(text) as Json;
  const refused = refusals(original);
  if (refused.length > 0) throw new UnsupportedStateMachine(name, refused);
  // The interpreter validates the original; ARNs of every partition are checked above.
  new StateMachine(original as unknown as StateMachineDefinition, { validationOptions: { checkArn: false } });

  const tasks = new Map<string, TaskPlan>();
  const states: Record<string, Json> = {};
  for (const [stateName, state] of Object.entries(original.States as Record<string, Json>)) {
    states[stateName] = state;
    if (state.Type === 'Wait') {
      const { task, wait } = waitAsTask(state);
      states[stateName] = task;
      tasks.set(stateName, { kind: 'wait', wait });
    } else if (state.Type === 'Task') {
      const resource = String(state.Resource);
      states[stateName] = { TimeoutSeconds: MAX_TASK_SECONDS, ...state };
      tasks.set(
        stateName,
        LAMBDA_INVOKE.test(resource)
          ? { kind: 'invoke', wrapped: true }
          : { kind: 'invoke', wrapped: false, functionArn: resource },
      );
    }
  }
  const timeout = original.TimeoutSeconds;
  const definition = { StartAt: original.StartAt, States: states } as unknown as StateMachineDefinition;
  return { definition, tasks, timeoutSeconds: timeout === undefined ? undefined : Number(timeout) };
}
