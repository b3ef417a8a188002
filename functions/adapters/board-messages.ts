/** The messages of a board that cannot push: `GET {baseUrl}/messages?after=&limit=`, signed over an empty body. */
import { randomUUID } from 'node:crypto';
import { type BoardReader, BoardTrouble } from '#functions/ports/board-poll.ts';
import { exchange } from '#functions/shared/delivery/bounded-fetch.ts';
import { sign } from '#functions/shared/signing.ts';
import { BoardPage } from '#schemas/board-page.ts';

const TIMEOUT_MS = 10_000;
/** Fifty messages with pictures in their HTML; the function has 512 MB. */
const MAX_BYTES = 8_000_000;

const NO_BODY = new Uint8Array();

export const boardReader = (baseUrl: string, keys: readonly string[]): BoardReader => ({
  async page(after, limit) {
    const url = new URL(`${baseUrl.replace(/\/$/, '')}/messages`);
    if (after !== undefined) url.searchParams.set('after', after);
    url.searchParams.set('limit', String(limit));
    const answer = await exchange({
      url: url.href,
      method: 'GET',
      headers: { accept: 'application/json', ...sign(keys, `poll_${randomUUID()}`, NO_BODY, Date.now()) },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
    if (answer.kind === 'failed') throw new BoardTrouble(`board:${answer.fault}`);
    if (answer.status !== 200) throw new BoardTrouble(`board:${answer.status}`);
    if (answer.body.length >= MAX_BYTES) throw new BoardTrouble('board:tooLarge', true);
    const page = BoardPage.safeParse(parse(answer.body));
    if (!page.success) throw new BoardTrouble('board:garbage');
    return page.data;
  },
});

/** Numbers that a double can't hold keep their digits: message numbers of 19 digits are common. */
function parse(body: Buffer): unknown {
  const exact = (_: string, value: unknown, { source }: { source: string }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value;
  try {
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(body),
      // What TypeScript doesn't know yet: the third argument (ECMAScript 2026, Node 22 and later).
      exact as Parameters<typeof JSON.parse>[1],
    );
  } catch {
    return undefined;
  }
}
