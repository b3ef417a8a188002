/** Step Functions for the local plane: the service's calls over executions that live on office time. */

import { compileMachine, type Machine } from './asl.ts';
import { AwsError, type Operations, optionalText, text } from './aws-json.ts';
import { type Invoke, runExecution } from './execution-run.ts';
import { type Execution, openExecutions } from './executions.ts';
import type { OfficeClock } from './office-clock.ts';

export interface MachineSpec {
  name: string;
  arn: string;
  definition: string;
  invoke: Invoke;
}

export interface StepFunctions {
  /** @throws UnsupportedStateMachine */
  ensure(spec: MachineSpec): void;
  resume(): number;
  list(): { name: string; status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' }[];
  operations: Operations;
  stop(): Promise<void>;
}

/** A wait is taken in stretches of 20 real days; see execution-run.ts. */
const WAIT_HOP_MS = 20 * 86_400_000;
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;
const MAX_INPUT_BYTES = 262_144;
const PAGE = 100;

const TIMED_OUT = Symbol('timed out');

const seconds = (ms: number): number => ms / 1000;

function summary(e: Execution): Record<string, unknown> {
  return {
    executionArn: e.arn,
    stateMachineArn: e.machineArn,
    name: e.name,
    status: e.status,
    startDate: seconds(e.started),
    ...(e.stopped === null ? {} : { stopDate: seconds(e.stopped) }),
  };
}

function checkInput(input: string): string {
  try {
    if (Buffer.byteLength(input) <= MAX_INPUT_BYTES) {
      JSON.parse(input);
      return input;
    }
  } catch {
    // Told below.
  }
  throw new AwsError('InvalidExecutionInput', 'the input is not JSON, or larger than 256 KiB');
}

export function openStepFunctions(o: {
  file: string;
  clock: OfficeClock;
  log: (line: string) => void;
  waitHopMs?: number;
}): StepFunctions {
  const { clock } = o;
  const executions = openExecutions(o.file, clock.now());
  const machines = new Map<string, { machine: Machine; spec: MachineSpec }>();
  /** Open executions only: a closed one is a row on disk. */
  const open = new Map<string, { abort: AbortController; ended: Promise<void> }>();

  const run = async (execution: Execution, signal: AbortSignal, abort: AbortController): Promise<void> => {
    const found = machines.get(execution.machineArn);
    if (!found) return;
    const { machine, spec } = found;
    if (machine.timeoutSeconds !== undefined) {
      clock.sleepUntil(execution.started + machine.timeoutSeconds * 1000, signal).then(
        () => abort.abort(TIMED_OUT),
        () => {},
      );
    }
    try {
      const closing = await runExecution({
        machine,
        machineName: spec.name,
        execution,
        clock,
        invoke: spec.invoke,
        signal,
        waitHopMs: o.waitHopMs ?? WAIT_HOP_MS,
        onStateEntered: (state, input) => executions.enterState(execution.arn, state, input, clock.now()),
      });
      executions.close(execution.arn, { ...closing, stopped: clock.now() });
      if (closing.status === 'FAILED') o.log(`execution ${execution.name} failed: ${closing.error}: ${closing.cause}`);
    } catch (reason) {
      // Stopped executions are closed by whoever stopped them, and a stopping plane leaves its own open.
      if (reason === TIMED_OUT) {
        executions.close(execution.arn, { status: 'TIMED_OUT', stopped: clock.now(), error: 'States.Timeout' });
      } else if (!signal.aborted) throw reason;
    } finally {
      // Ends the timeout's sleep as well.
      abort.abort();
    }
  };

  const launch = (execution: Execution): void => {
    const abort = new AbortController();
    const ended = run(execution, abort.signal, abort).finally(() => open.delete(execution.arn));
    open.set(execution.arn, { abort, ended });
  };

  const found = (arn: string): Execution => {
    const execution = executions.find(arn);
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  };

  const operations: Operations = {
    'AWSStepFunctions.StartExecution': (request) => {
      const machineArn = text(request, 'stateMachineArn');
      if (!machines.has(machineArn)) {
        throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
      }
      const name = optionalText(request, 'name') ?? crypto.randomUUID();
      if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
      const input = checkInput(optionalText(request, 'input') ?? '{}');
      const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const existing = executions.find(arn);
      if (existing) {
        // The same name and input while it runs is the same call again; a closed execution keeps its name.
        if (existing.status !== 'RUNNING' || existing.input !== input) {
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        return { executionArn: arn, startDate: seconds(existing.started) };
      }
      executions.insert({ arn, machineArn, name, input, started: clock.now() });
      const execution = found(arn);
      launch(execution);
      return { executionArn: arn, startDate: seconds(execution.started) };
    },
    'AWSStepFunctions.StopExecution': (request) => {
      const execution = found(text(request, 'executionArn'));
      if (execution.status === 'RUNNING') {
        const error = optionalText(request, 'error');
        const cause = optionalText(request, 'cause');
        executions.close(execution.arn, {
          status: 'ABORTED',
          stopped: clock.now(),
          ...(error === undefined ? {} : { error }),
          ...(cause === undefined ? {} : { cause }),
        });
        open.get(execution.arn)?.abort.abort();
      }
      return { stopDate: seconds(found(execution.arn).stopped ?? clock.now()) };
    },
    'AWSStepFunctions.DescribeExecution': (request) => {
      const e = found(text(request, 'executionArn'));
      return {
        ...summary(e),
        input: e.input,
        ...(e.output === null ? {} : { output: e.output }),
        ...(e.error === null ? {} : { error: e.error }),
        ...(e.cause === null ? {} : { cause: e.cause }),
      };
    },
    'AWSStepFunctions.ListExecutions': (request) => {
      const limit = Math.min(1000, Number(request.maxResults ?? 0) || PAGE);
      const offset = Number(optionalText(request, 'nextToken') ?? 0);
      if (!Number.isInteger(offset)) throw new AwsError('InvalidToken', 'nextToken is not one of ours');
      const status = optionalText(request, 'statusFilter') ?? null;
      const page = executions.ofMachine(text(request, 'stateMachineArn'), status, limit + 1, offset);
      return {
        executions: page.slice(0, limit).map(summary),
        ...(page.length > limit ? { nextToken: String(offset + limit) } : {}),
      };
    },
  };

  return {
    operations,
    ensure(spec) {
      machines.set(spec.arn, { machine: compileMachine(spec.name, spec.definition), spec });
    },
    resume() {
      const left = executions.running().filter((e) => !open.has(e.arn) && machines.has(e.machineArn));
      for (const execution of left) launch(execution);
      return left.length;
    },
    list: () => executions.all().map((e) => ({ name: e.name, status: e.status === 'TIMED_OUT' ? 'FAILED' : e.status })),
    async stop() {
      const running = [...open.values()];
      for (const { abort } of running) abort.abort();
      await Promise.all(running.map(({ ended }) => ended));
      executions.shut();
    },
  };
}
