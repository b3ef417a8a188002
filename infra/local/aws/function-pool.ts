/**
 * One Lambda function on this machine: a pool of worker threads that grows on demand up to a cap. A worker runs one
 * invocation at a time; one that times out, crashes or exits fails its own invocation only and is replaced.
 */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { FaultSetup } from '../faults/memory.ts';
import { GRANTS_LOG } from '../iam/record.ts';
import type { MeterSetup } from '../meter/meter.ts';
import { type FunctionSpec, lambdaEnvironment, type ServiceEndpoints } from './lambda-environment.ts';
import type { FromWorker, LambdaErrorBody, ToWorker, WorkerSetup } from './worker-protocol.ts';

export interface InvokeOptions {
  /** ARN that the caller used (alias or version). */
  invokedArn?: string | undefined;
  /** Called when a worker takes the event: limits of the caller (API Gateway's 29 s) count from here. */
  onStart?: () => void;
}

/** Lambda's answer with `FunctionError`: the code failed, timed out or could not be loaded. */
export class FunctionError extends Error {
  override name = 'FunctionError';
  readonly functionName: string;
  readonly requestId: string;
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor(functionName: string, requestId: string, body: LambdaErrorBody) {
    super(body.errorMessage);
    this.functionName = functionName;
    this.requestId = requestId;
    this.errorType = body.errorType;
    this.trace = body.trace;
  }
}

/** Lambda's limit for the event of a synchronous invocation. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** An init phase longer than this is a hang; Lambda itself allows 10 s, but not on two busy cores. */
const INIT_LIMIT_MS = 60_000;
/** How long a worker beyond the first may have nothing to do. */
const IDLE_LIMIT_MS = 60_000;

/** What the invocations that came to an end have used, together. */
export interface Usage {
  invocations: number;
  /** From the event's arrival at a worker to the answer (ms); what Lambda bills. */
  milliseconds: number;
  /** Of the worker's own thread (ms); collection of garbage by helper threads is not in it. */
  cpuMs: number;
}

interface Invocation {
  startedAt: number;
  requestId: string;
  event: string;
  invokedArn: string;
  onStart: (() => void) | undefined;
  resolve(value: unknown): void;
  reject(error: FunctionError): void;
}

interface Slot {
  worker: Worker;
  current: Invocation | undefined;
  /** Limit of the init phase first, then of an invocation or of idleness. */
  timer: NodeJS.Timeout | undefined;
  gone: boolean;
}

export class FunctionPool {
  readonly spec: FunctionSpec;
  readonly #environment: Record<string, string>;
  readonly #endpoints: string[];
  readonly #officeClock: SharedArrayBuffer;
  readonly #faults: FaultSetup | undefined;
  readonly #meter: MeterSetup | undefined;
  readonly #log: (line: string) => void;
  readonly #afterEach: () => void;
  readonly #waiting: Invocation[] = [];
  readonly #idle: Slot[] = [];
  readonly #slots = new Set<Slot>();
  readonly #usage: Usage = { invocations: 0, milliseconds: 0, cpuMs: 0 };
  #starting = 0;
  #stopped = false;

  constructor(
    spec: FunctionSpec,
    o: {
      endpoints: ServiceEndpoints;
      officeClock: SharedArrayBuffer;
      faults?: FaultSetup | undefined;
      meter?: MeterSetup | undefined;
      log: (line: string) => void;
      afterEach(): void;
    },
  ) {
    this.spec = spec;
    this.#environment = lambdaEnvironment(spec, o.endpoints);
    this.#endpoints = Object.values(o.endpoints);
    this.#officeClock = o.officeClock;
    this.#faults = o.faults;
    this.#meter = o.meter;
    this.#log = o.log;
    this.#afterEach = o.afterEach;
  }

  /** Invocations that run or wait for a worker. */
  get pending(): number {
    return this.#waiting.length + [...this.#slots].filter((slot) => slot.current).length;
  }

  get workers(): number {
    return this.#slots.size;
  }

  get usage(): Usage {
    return { ...this.#usage };
  }

  /**
   * Runs the function with this event and gives its result, as parsed JSON.
   * @throws FunctionError
   */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<unknown> {
    const requestId = randomUUID();
    const json = JSON.stringify(event ?? {});
    return new Promise((resolve, reject) => {
      const refuse = (errorType: string, errorMessage: string): void =>
        reject(new FunctionError(this.spec.name, requestId, { errorType, errorMessage, trace: [] }));
      if (this.#stopped) return refuse('ServiceException', 'the runner is stopping');
      if (Buffer.byteLength(json) > MAX_EVENT_BYTES) {
        return refuse('RequestTooLargeException', 'the event is larger than 6 MB');
      }
      const invokedArn = options.invokedArn ?? this.spec.arn;
      const { onStart } = options;
      this.#waiting.push({ startedAt: 0, requestId, event: json, invokedArn, onStart, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends all workers; what still runs or waits fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const invocation of this.#waiting.splice(0)) this.#fail(invocation, stopping);
    const ends = [...this.#slots].map((slot) => {
      this.#drop(slot, stopping);
      return slot.worker.terminate();
    });
    await Promise.all(ends);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#idle.pop();
      if (!slot) break;
      clearTimeout(slot.timer);
      this.#give(slot, this.#waiting.shift() as Invocation);
    }
    // One start at a time: a short burst is often done before a second worker would be up, and each costs memory.
    const room = this.#slots.size < this.spec.concurrency;
    if (!this.#stopped && this.#waiting.length > 0 && this.#starting === 0 && room) this.#spawn();
  }

  #give(slot: Slot, invocation: Invocation): void {
    const { timeoutMs } = this.spec;
    const { requestId, event, invokedArn } = invocation;
    slot.current = invocation;
    slot.timer = setTimeout(() => {
      this.#drop(slot, {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
        trace: [],
      });
      void slot.worker.terminate();
      this.#dispatch();
    }, timeoutMs);
    invocation.onStart?.();
    invocation.startedAt = performance.now();
    slot.worker.postMessage({ requestId, event, invokedArn, deadline: Date.now() + timeoutMs } satisfies ToWorker);
  }

  #spawn(): void {
    const { spec } = this;
    const setup: WorkerSetup = {
      folder: spec.folder,
      handler: spec.handler,
      functionName: spec.name,
      memoryMb: spec.memoryMb,
      logGroup: spec.logGroup,
      logStream: this.#environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
      officeClock: this.#officeClock,
      guard: { role: spec.role, endpoints: this.#endpoints, record: process.env[GRANTS_LOG] },
      faults: this.#faults,
      meter: this.#meter,
      compileCache: process.env.NODE_COMPILE_CACHE,
    };
    const worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
      name: spec.name,
      workerData: setup,
      env: this.#environment,
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
    });
    const slot: Slot = { worker, current: undefined, timer: undefined, gone: false };
    this.#slots.add(slot);
    this.#starting += 1;
    let starting = true;
    const started = (): void => {
      if (starting) this.#starting -= 1;
      starting = false;
      clearTimeout(slot.timer);
    };
    /** The environment is lost before it could take an event: whoever waits first gets the error, as in Lambda. */
    const lost = (body: LambdaErrorBody): void => {
      if (slot.gone) return;
      const victim = starting ? this.#waiting.shift() : undefined;
      started();
      this.#drop(slot, body);
      if (victim) this.#fail(victim, body);
      void worker.terminate();
      this.#dispatch();
    };
    slot.timer = setTimeout(
      () => lost({ errorType: 'Sandbox.Timedout', errorMessage: 'the init phase timed out', trace: [] }),
      INIT_LIMIT_MS,
    );
    lines(worker.stdout, this.#log);
    lines(worker.stderr, this.#log);
    worker.on('message', (message: FromWorker) => {
      if (slot.gone) return;
      if (message.kind === 'initError') return lost(message.error);
      if (message.kind === 'ready') started();
      else this.#settle(slot, message);
      this.#idle.push(slot);
      slot.timer = setTimeout(() => this.#retire(slot), IDLE_LIMIT_MS).unref();
      this.#dispatch();
    });
    worker.on('error', (error: unknown) => lost(uncaught(error)));
    worker.on('exit', (code) =>
      lost({
        errorType: 'Runtime.ExitError',
        errorMessage: `Error: Runtime exited with exit status ${code}`,
        trace: [],
      }),
    );
  }

  #settle(slot: Slot, message: Extract<FromWorker, { kind: 'result' | 'error' }>): void {
    clearTimeout(slot.timer);
    const invocation = slot.current;
    slot.current = undefined;
    if (!invocation) return;
    this.#usage.invocations += 1;
    this.#usage.milliseconds += performance.now() - invocation.startedAt;
    this.#usage.cpuMs += message.cpuMs;
    if (message.kind === 'error') this.#fail(invocation, message.error);
    else {
      invocation.resolve(JSON.parse(message.response));
      this.#afterEach();
    }
  }

  /** Surplus workers of a burst give their memory back; the last one stays warm. */
  #retire(slot: Slot): void {
    if (this.#slots.size <= 1) return;
    this.#drop(slot, stopping);
    void slot.worker.terminate();
  }

  /** Takes a worker out of the pool and fails what it was doing. */
  #drop(slot: Slot, body: LambdaErrorBody): void {
    slot.gone = true;
    clearTimeout(slot.timer);
    this.#slots.delete(slot);
    const index = this.#idle.indexOf(slot);
    if (index >= 0) this.#idle.splice(index, 1);
    if (slot.current) this.#fail(slot.current, body);
    slot.current = undefined;
  }

  #fail(invocation: Invocation, body: LambdaErrorBody): void {
    // What Lambda writes to the function's log.
    if (!this.#stopped) {
      const { errorType, errorMessage, trace: stack } = body;
      this.#log(`ERROR Invoke Error ${JSON.stringify({ errorType, errorMessage, stack })}`);
    }
    invocation.reject(new FunctionError(this.spec.name, invocation.requestId, body));
    this.#afterEach();
  }
}

const stopping: LambdaErrorBody = { errorType: 'ServiceException', errorMessage: 'the runner stopped', trace: [] };

function uncaught(error: unknown): LambdaErrorBody {
  if (!(error instanceof Error)) return { errorType: 'Runtime.Unknown', errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function lines(stream: Readable, each: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') each(line);
  });
  stream.on('end', () => {
    if (rest !== '') each(rest);
  });
}
