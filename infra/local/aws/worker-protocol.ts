/** What the runner and a function's worker thread say to each other. */

import type { FaultSetup } from '../faults/memory.ts';
import type { GuardOptions } from '../iam/guard.ts';
import type { MeterSetup } from '../meter/meter.ts';

/** Given to the worker when it starts. */
export interface WorkerSetup {
  /** Folder of the function's code, absolute and without symbolic links. */
  folder: string;
  /** `file.export` */
  handler: string;
  functionName: string;
  memoryMb: number;
  logGroup: string;
  logStream: string;
  officeClock: SharedArrayBuffer;
  guard: GuardOptions;
  /** Only where a test injects faults. */
  faults: FaultSetup | undefined;
  /** Only where somebody counts what calls cost. */
  meter: MeterSetup | undefined;
  /** Folder for what Node has compiled; undefined = Node's own. */
  compileCache: string | undefined;
}

export interface ToWorker {
  requestId: string;
  /** The event as JSON: a handler must never see an object that the caller still holds. */
  event: string;
  invokedArn: string;
  /** Epoch ms, real time, at which Lambda would end the invocation. */
  deadline: number;
}

/** The body of a Lambda function error. */
export interface LambdaErrorBody {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'initError'; error: LambdaErrorBody }
  | { kind: 'result'; requestId: string; response: string; cpuMs: number }
  | { kind: 'error'; requestId: string; error: LambdaErrorBody; cpuMs: number };
