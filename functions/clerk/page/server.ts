/** The two questions that the page asks. Answers are what the server said, or what kept it from being asked, in Chinese. */
import type { ClerkTask } from '#schemas/clerk.ts';
import type { Problem } from '#schemas/problem.ts';

export interface Refusal {
  /** The problem's machine code; `network` when there was no answer. */
  readonly code: string;
  readonly message: string;
  /** Fields that the server did not take, as in the body. */
  readonly fields: readonly string[];
}
export type Answer<T> = { readonly ok: true; readonly body: T } | ({ readonly ok: false } & Refusal);

const PATIENCE_MS = 20_000;

export const readTask = (code: string): Promise<Answer<ClerkTask>> => ask('clerk/ticket', code, {});

/** `key`: the same for every try of one act, so that it is done once however often it is sent. */
export const sendAct = (code: string, key: string, command: object): Promise<Answer<object>> =>
  ask('clerk/commands', code, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(command),
  });

async function ask<T>(path: string, code: string, init: RequestInit): Promise<Answer<T>> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    // Beside the page, whatever stage or base path stands in front of both.
    const response = await fetch(new URL(path, document.baseURI).href, {
      ...init,
      headers: { ...init.headers, 'x-clerk-code': code },
      cache: 'no-store',
      credentials: 'omit',
      signal: patience.signal,
    });
    const body: unknown = await response.json();
    return response.ok ? { ok: true, body: body as T } : { ok: false, ...refusalOf(response.status, body as Problem) };
  } catch (error) {
    // No connection, no patience left, or something on the way that answered no JSON.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException) {
      return { ok: false, code: 'network', message: '网络不通，没有送到热线平台。请检查网络后再试。', fields: [] };
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(status: number, { code, message, errors = [] }: Partial<Problem>): Refusal {
  const busy = status === 429 ? '操作太频繁，请稍等一会儿再试。' : '热线平台暂时不能办理，请稍后再试，或致电热线办。';
  return {
    code: code ?? `http${status}`,
    message: message ?? busy,
    fields: errors.map(({ pointer }) => pointer.split('/')[1] ?? ''),
  };
}
