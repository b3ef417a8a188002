/**
 * Posts callbacks to departments. The signature covers the bytes that are sent and carries this attempt's real time. The
 * address is the secret's, else the district folder's. Of the answer only status and Retry-After count.
 */
import { REQUEST_TIMEOUT_MS } from '#domain/delivery/delivery.ts';
import { type Outcome, parseRetryAfter } from '#domain/delivery/retry.ts';
import type { DepartmentEndpoint } from '#functions/ports/department-endpoint.ts';
import { exchange } from '#functions/shared/delivery/bounded-fetch.ts';
import { sign } from '#functions/shared/signing.ts';
import { secret } from './secrets.ts';

const MAX_ANSWER_BYTES = 20_000;

/**
 * `districtEndpoint`: the address that the district folder names for a unit. Without any address the unit works by polling;
 * without keys it could not even do that, which is a mistake of the deployment.
 */
export function departmentEndpoint(districtEndpoint: (unit: string) => string | undefined): DepartmentEndpoint {
  return {
    async post(unit, id, body) {
      const entry = (await secret('DEPARTMENTS_SECRET'))[unit];
      if (entry === undefined) return { outcome: { kind: 'failed', fault: 'noKeys' }, milliseconds: 0 };
      const url = entry.endpoint ?? districtEndpoint(unit);
      if (url === undefined) return { outcome: { kind: 'polling' }, milliseconds: 0 };
      const started = performance.now();
      const outcome = await attempt(url, entry.keys, id, body);
      return { outcome, milliseconds: Math.round(performance.now() - started) };
    },
  };
}

async function attempt(url: string, keys: readonly string[], id: string, body: Uint8Array): Promise<Outcome> {
  const answer = await exchange({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'jieban/1 (+webhook)',
      ...sign(keys, id, body, Date.now()),
    },
    body,
    timeoutMs: REQUEST_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  if (answer.kind === 'failed') return { kind: 'failed', fault: answer.fault };
  const { status } = answer;
  const retryAfter = parseRetryAfter(answer.headers.get('retry-after'), Date.now());
  return { kind: 'answered', status, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
