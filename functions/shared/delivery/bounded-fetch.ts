/**
 * One HTTP exchange with a partner: a deadline over the whole of it, redirects never followed, and no more of the answer
 * read than anybody needs. A partner's trouble is a result, not an exception.
 */
export interface Exchange {
  readonly url: string;
  readonly method: 'POST' | 'PUT' | 'GET';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** ms, real time */
  readonly timeoutMs: number;
  /** How much of the answer is read; the rest is cut off. */
  readonly maxBytes: number;
}

export type Exchanged =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly body: Buffer }
  | { readonly kind: 'failed'; readonly fault: 'timeout' | 'connection' };

export async function exchange(request: Exchange): Promise<Exchanged> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      signal,
      ...(request.headers === undefined ? {} : { headers: request.headers }),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return {
      kind: 'answered',
      status: response.status,
      headers: response.headers,
      body: await readUpTo(response, request.maxBytes),
    };
  } catch (error) {
    // `fetch` says TypeError for every network trouble; anything else is a fault of ours.
    if (signal.aborted) return { kind: 'failed', fault: 'timeout' };
    if (error instanceof TypeError) return { kind: 'failed', fault: 'connection' };
    throw error;
  }
}

/** What came until the deadline or a broken connection: once the status is known, the rest must not undo it. */
async function readUpTo(response: Response, maxBytes: number): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader();
  try {
    while (size < maxBytes) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      chunks.push(value);
      size += value.length;
    }
    await reader.cancel();
  } catch {
    return Buffer.concat(chunks).subarray(0, maxBytes);
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}
