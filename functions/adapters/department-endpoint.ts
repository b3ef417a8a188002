/**
 * Posts callbacks to departments. The signature covers the bytes that are sent and carries this attempt's real time. The
 * address is the secret's, else the district folder's; each attempt vets it anew. Of the answer status and Retry-After count;
 * what a failure says is kept masked.
 */
import { REQUEST_TIMEOUT_MS } from '#domain/delivery/delivery.ts';
import { keptAnswer } from '#domain/delivery/kept-answer.ts';
import { type Outcome, parseRetryAfter } from '#domain/delivery/retry.ts';
import type { DepartmentEndpoint } from '#functions/ports/department-endpoint.ts';
import { answerText, wordsSent } from '#functions/shared/delivery/answer-text.ts';
import { Connections } from '#functions/shared/delivery/connections.ts';
import { type Answered, type Failed, guardedPost } from '#functions/shared/delivery/guarded-exchange.ts';
import { type Resolve, resolveName } from '#functions/shared/delivery/resolve.ts';
import { vetEndpoint } from '#functions/shared/delivery/vet-endpoint.ts';
import { STANDARD, sign, WITH_SM3 } from '#functions/shared/signing.ts';
import { tellClerk } from './clerk-notice.ts';
import type { Department } from './department-secrets.ts';
import { refreshedSecret, secret } from './secrets.ts';

const MAX_ANSWER_BYTES = 20_000;

/** How the network is met; tests bring a resolver that lies and less patience. */
export interface Wire {
  readonly resolve: Resolve;
  /** Over everything: look-up, connection, answer (ms). */
  readonly timeoutMs: number;
}
const WIRE: Wire = { resolve: resolveName, timeoutMs: REQUEST_TIMEOUT_MS };
/** Shares of the whole: for one of several addresses to connect, and for the body of an answer whose status is known. */
const CONNECT_SHARE = 0.25;
const BODY_SHARE = 0.2;

interface Message {
  readonly unit: string;
  readonly id: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * `districtEndpoint`: the address that the district folder names for a unit. Without any address the unit works by polling,
 * and hears of its work by short message if its secret names a phone; without keys it could not even do that, which is a
 * mistake of the deployment.
 */
export function departmentEndpoint(
  districtEndpoint: (unit: string) => string | undefined,
  wire: Wire = WIRE,
): DepartmentEndpoint {
  const connections = new Connections();

  async function attempt(message: Message): Promise<Outcome> {
    const entry = (await secret('DEPARTMENTS_SECRET'))[message.unit];
    const first = await send(message, entry);
    if (!mayBeOutdated(first)) return first;
    // Once: the fault may well be the unit's own.
    const now = (await refreshedSecret('DEPARTMENTS_SECRET'))[message.unit];
    return JSON.stringify(now) === JSON.stringify(entry) ? first : send(message, now);
  }

  async function send(message: Message, entry: Department | undefined): Promise<Outcome> {
    if (entry === undefined) return { kind: 'failed', fault: 'noKeys' };
    const { unit, id, body, signal } = message;
    const { keys, allow = [], ca, sm3 = false } = entry;
    const endpoint = entry.endpoint ?? districtEndpoint(unit);
    if (endpoint === undefined) {
      return entry.notify === undefined ? { kind: 'polling' } : tellClerk([entry.notify.phone].flat(), body);
    }
    const vetting = await vetEndpoint(endpoint, allow, wire.resolve, signal);
    if (vetting.kind === 'failed') {
      connections.close(unit);
      return failure(vetting);
    }
    const result = await guardedPost({
      place: vetting.place,
      agent: connections.agent(unit, vetting.place, { allow, ca }),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'jieban/1 (+webhook)',
        ...sign(keys, id, body, Date.now(), sm3 ? WITH_SM3 : STANDARD),
      },
      body,
      signal,
      connectMs: wire.timeoutMs * CONNECT_SHARE,
      bodyMs: wire.timeoutMs * BODY_SHARE,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return result.kind === 'failed' ? failure(result) : answered(result, body);
  }

  return {
    async post(unit, id, body) {
      const started = performance.now();
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), wire.timeoutMs);
      try {
        const outcome = await attempt({ unit, id, body, signal: limit.signal });
        return { outcome, milliseconds: outcome.kind === 'polling' ? 0 : Math.round(performance.now() - started) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * The unit may only take a key by now that was added within the last minutes, or it has moved and nobody listens at the old
 * address. A timeout leaves no time to try another.
 */
const mayBeOutdated = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' ? outcome.status === 401 : outcome.kind === 'failed' && outcome.fault !== 'timeout';

const failure = ({ fault, cause }: Pick<Failed, 'fault' | 'cause'>): Outcome => ({
  kind: 'failed',
  fault,
  cause: cause.replace(/\W/g, '').slice(0, 60) || 'unknown',
});

function answered({ status, headers, body }: Answered, sent: Uint8Array): Outcome {
  const retryAfter = parseRetryAfter(headers['retry-after'], Date.now());
  const answer =
    status >= 200 && status < 300 ? '' : keptAnswer(answerText(body, headers['content-type']), wordsSent(sent));
  return {
    kind: 'answered',
    status,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(answer === '' ? {} : { answer }),
  };
}
