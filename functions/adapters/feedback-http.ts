/** JSON to a platform and back, with the rules that the phone platform and the message board share. */
import { type FeedbackResult, PlatformBusy } from '#functions/ports/channel-feedback.ts';
import { exchange } from '#functions/shared/delivery/bounded-fetch.ts';
import { sign } from '#functions/shared/signing.ts';

const TIMEOUT_MS = 8000;
const MAX_ANSWER_BYTES = 20_000;

export interface Answered {
  readonly status: number;
  /** Undefined when the answer was no JSON. */
  readonly body: unknown;
}

/** Throws `PlatformBusy` when no answer came. `platform` names it in the error's code. */
export async function exchangeJson(
  platform: string,
  request: {
    url: string;
    method: 'POST' | 'PUT';
    body: Uint8Array;
    headers?: Record<string, string>;
    timeoutMs?: number | undefined;
  },
): Promise<Answered> {
  const answer = await exchange({
    ...request,
    headers: { 'content-type': 'application/json; charset=utf-8', ...request.headers },
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  if (answer.kind === 'failed') throw new PlatformBusy(`${platform}:${answer.fault}`);
  return { status: answer.status, body: parse(answer.body) };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Signed by Standard Webhooks with the partner's outbound keys. */
export async function exchangeSigned(
  platform: string,
  request: { url: string; method: 'POST' | 'PUT'; id: string; keys: readonly string[]; message: unknown },
): Promise<Answered> {
  const { url, method, id, keys, message } = request;
  const body = new TextEncoder().encode(JSON.stringify(message));
  return exchangeJson(platform, { url, method, body, headers: { ...sign(keys, id, body, Date.now()) } });
}

/**
 * 2xx: sent. 401, 403, 408, 425, 429, 5xx: a key being changed, a busy line, a restart — worth another try, and the
 * dead-letter queue rings when none helps. Any other answer will not change: rejected.
 */
export function resultOf(platform: string, status: number): FeedbackResult {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 500 || [401, 403, 408, 425, 429].includes(status)) throw new PlatformBusy(`${platform}:${status}`);
  return { kind: 'rejected', detail: `${platform}:${status}` };
}
