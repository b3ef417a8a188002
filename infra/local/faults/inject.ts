/**
 * Stands in a function's own thread between the SDK and the guard of its role, and strikes the calls that the plan names. The
 * function's code runs as it is.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type FaultSetup, meets } from './memory.ts';
import type { Strike } from './strike.ts';

const DEFAULT_MS = 1000;

/** Call it after `guardRequests`: what is struck before it is sent is not judged either. */
export function injectFaults(setup: FaultSetup): void {
  moveWallClock(new Float64Array(setup.memory.wallClock));
  const struck = meets(setup);
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    const target = request.getHeader('x-amz-target');
    if (typeof target !== 'string') return;
    const [service = '', operation = ''] = target.split('.');
    const send = request.end.bind(request) as (...args: unknown[]) => ClientRequest;
    request.end = (...args: unknown[]): ClientRequest => {
      const strike = struck(operation);
      if (strike === undefined) return send(...args);
      return strikeAt(request, strike, { service, operation, body: args[0] }, () => send(...args));
    };
  });
}

interface Asked {
  readonly service: string;
  readonly operation: string;
  readonly body: unknown;
}

function strikeAt(request: ClientRequest, { fault, ms = DEFAULT_MS }: Strike, asked: Asked, send: () => ClientRequest) {
  switch (fault) {
    case 'throttled':
      return refuse(request, 400, 'ThrottlingException');
    case 'serverError':
      return refuse(request, 500, 'InternalServerError');
    case 'conflict':
      return asked.operation === 'TransactWriteItems'
        ? refuse(request, 400, 'TransactionCanceledException', { CancellationReasons: conflictsIn(asked.body) })
        : refuse(request, 400, 'TransactionConflictException');
    case 'lostRequest':
      return request.destroy(reset());
    case 'lostAnswer':
      onAnswer(request, (answer, emit) => {
        answer.resume();
        emit('error', reset());
      });
      return send();
    case 'slow':
      setTimeout(send, ms);
      return request;
    case 'timeout':
      setTimeout(() => process.exit(1), ms);
      return request;
    case 'crashBefore':
      return process.exit(1);
    case 'crashAfter':
      onAnswer(request, () => process.exit(1));
      return send();
  }
}

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

function refuse(request: ClientRequest, status: number, type: string, more: object = {}): ClientRequest {
  const body = JSON.stringify({ __type: type, message: 'injected', ...more });
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type };
  const answer = Object.assign(Readable.from([Buffer.from(body)]), { statusCode: status, headers });
  request.emit('response', answer as unknown as IncomingMessage);
  return request.destroy();
}

/** DynamoDB gives a reason for each part of the transaction. */
function conflictsIn(body: unknown): { Code: string; Message: string }[] {
  const { TransactItems = [] } = JSON.parse(Buffer.from(body as Uint8Array | string).toString()) as {
    TransactItems?: unknown[];
  };
  return TransactItems.map(() => ({ Code: 'TransactionConflict', Message: 'injected' }));
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

function onAnswer(request: ClientRequest, then: (answer: IncomingMessage, emit: Emit) => void): void {
  const emit = request.emit.bind(request) as Emit;
  request.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'response') return emit(event, ...args);
    request.emit = emit;
    then(args[0] as IncomingMessage, emit);
    return true;
  };
}

/** The thread's `Date` is off by what the shared number says (ms). Office time has a clock of its own. */
function moveWallClock(off: Float64Array): void {
  const real = Date;
  const now = (): number => real.now() + (off[0] ?? 0);
  globalThis.Date = new Proxy(real, {
    construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}
