/**
 * The inside of one Lambda environment: a worker thread that loads a function's bundle and runs one event at a time,
 * as the Node.js runtime of Lambda does. Only what lies in the function's folder can be loaded, so a bundle that
 * leans on `node_modules` fails here as it would there.
 */
import { existsSync } from 'node:fs';
import { flushCompileCache, isBuiltin, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { injectFaults } from '../faults/inject.ts';
import { guardRequests } from '../iam/guard.ts';
import { meterCalls } from '../meter/meter.ts';
import { officeNowFrom } from '../plane/office-clock.ts';
import type { FromWorker, LambdaErrorBody, ToWorker, WorkerSetup } from './worker-protocol.ts';

type Handler = (event: unknown, context: unknown) => unknown;

/** Lambda's limit for the response of a synchronous invocation. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

const setup = workerData as WorkerSetup;
const port = parentPort;
if (!port) throw new Error('worker.ts runs in a worker thread only');
const tell = (message: FromWorker): void => port.postMessage(message);

/** A deadline is told by the runner's clock, whatever a fault does to this thread's. */
const runnerNow = Date.now;

const officeClock = Symbol.for('jieban.officeNow');
(globalThis as Record<symbol, unknown>)[officeClock] = officeNowFrom(setup.officeClock);

if (setup.meter) meterCalls(setup.meter);
guardRequests(setup.guard);
if (setup.faults) injectFaults(setup.faults);

const root = `${pathToFileURL(setup.folder).href}/`;
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (isBuiltin(specifier)) return nextResolve(specifier, context);
    const resolved = nextResolve(specifier, context);
    if (resolved.url.startsWith(root)) return resolved;
    throw Object.assign(new Error(`Cannot find package '${specifier}': it is not in the function's bundle`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  },
});

function errorBody(error: unknown, fallbackType: string): LambdaErrorBody {
  if (!(error instanceof Error)) return { errorType: fallbackType, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name === 'Error' ? fallbackType : error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

async function loadHandler(): Promise<Handler> {
  const [module = '', name = ''] = setup.handler.split('.');
  const file = ['mjs', 'js', 'cjs'].map((extension) => join(setup.folder, `${module}.${extension}`)).find(existsSync);
  if (!file) throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
  let loaded: Record<string, unknown>;
  try {
    loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code?.endsWith('MODULE_NOT_FOUND');
    if (missing && error instanceof Error) error.name = 'Runtime.ImportModuleError';
    throw error;
  }
  const handler = loaded[name] ?? (loaded.default as Record<string, unknown> | undefined)?.[name];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${setup.handler} is undefined or not exported`), {
      name: 'Runtime.HandlerNotFound',
    });
  }
  if (handler.length > 2) {
    throw Object.assign(new Error('Lambda no longer supports callback-based handlers from Node.js 24 on'), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  }
  return handler as Handler;
}

function contextOf(message: ToWorker): Record<string, unknown> {
  return {
    awsRequestId: message.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, message.deadline - runnerNow()),
    invokedFunctionArn: message.invokedArn,
    logGroupName: setup.logGroup,
    logStreamName: setup.logStream,
    memoryLimitInMB: String(setup.memoryMb),
  };
}

async function run(handler: Handler, message: ToWorker): Promise<void> {
  const before = process.threadCpuUsage();
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    const response = JSON.stringify(result ?? null) ?? 'null';
    if (Buffer.byteLength(response) > MAX_RESPONSE_BYTES) {
      throw Object.assign(new Error('Response payload size exceeded maximum allowed payload size (6291556 bytes).'), {
        name: 'Function.ResponseSizeTooLarge',
      });
    }
    tell({ kind: 'result', requestId: message.requestId, response, cpuMs: cpuMs() });
  } catch (error) {
    tell({ kind: 'error', requestId: message.requestId, error: errorBody(error, 'Error'), cpuMs: cpuMs() });
  }
}

try {
  const handler = await loadHandler();
  // Who ends a worker doesn't wait for it to write.
  flushCompileCache();
  port.on('message', (message: ToWorker) => void run(handler, message));
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'initError', error: errorBody(error, 'Runtime.ImportModuleError') });
}
