/**
 * The one way in for all channels: an authenticated, parsed body becomes one durable receipt, then a queue message, then
 * the answer. Acknowledged means durable: the receipt is written before anything else, and a receipt that never reached
 * the queue stays marked as pending until the sweeper sends it again.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import type { IntakeReceipt, IntakeRequest } from '#schemas/intake.ts';
import { dangerNotice, dangerNumbers } from './danger.ts';
import type { Reply } from './http.ts';
import { callerRecord, type Submission, toIntakeRequest } from './intake-request.ts';
import { log } from './log.ts';
import { ProblemError } from './problem.ts';
import { bodyHashWith, callerHashOf, currentKey, keyNamed, type QueryKey, queryCodeWith } from './query-code.ts';
import { drawTicketNo } from './ticket-no.ts';

/** Tries at the receipt: a number collision or a storm of replays of one request needs two or three. */
const MAX_ATTEMPTS = 10;
const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 500;
/** Milliseconds for the queue: the receipt is durable, so nobody has to wait for a queue that doesn't answer. */
const QUEUE_PATIENCE_MS = 3000;

/**
 * @param draw makes ticket numbers; tests hand in one that collides.
 * @throws ProblemError 409 `referenceConflict`, 422 for a phone number that can't be dialled, 503 `busy`.
 */
export async function intake(submission: Submission, draw = drawTicketNo): Promise<Reply> {
  const { keys } = await secret('QUERY_SECRET');
  const key = currentKey(keys);
  const receivedAtMs = officeNow();
  const caller = callerRecord(submission, { callerToken: randomUUID(), createdAt: toShanghai(receivedAtMs) });
  const callerHash = callerHashOf(caller, key);
  const { title, content, place } = submission.body;
  const numbers = dangerNumbers([title, content, place?.text ?? ''].join('\n'), district());

  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    // Reading first costs a fresh request one read, and makes a board's nightly replays cost no transaction.
    const known = await receiptStore().find(submission.channel, submission.body.channelRef);
    if (known !== undefined) return replay(known, submission, keyNamed(keys, known.queryKeyId));

    const ticketNo = draw(district().ticketPrefix, receivedAtMs);
    const request = toIntakeRequest(submission, {
      ticketNo,
      receivedAt: toShanghai(receivedAtMs),
      callerToken: caller.callerToken,
      queryKeyId: key.kid,
      danger: numbers.length > 0,
    });
    const receipt: Receipt = {
      ticketNo,
      bodyHash: bodyHash(submission, key),
      receivedAt: request.receivedAt,
      queryKeyId: key.kid,
      callerToken: caller.callerToken,
      ...(callerHash === undefined ? {} : { callerHash }),
      ...(request.danger ? { danger: dangerNotice(numbers, ticketNo, district()) } : {}),
      request,
    };
    const outcome = await receiptStore().create(receipt, caller, receivedAtMs);
    if (outcome === 'created') {
      log.info('request received', {
        ticketNo,
        channel: submission.channel,
        ...(request.danger ? { code: 'danger' } : {}),
      });
      await enqueue(request);
      return { status: 202, body: answer(receipt, key) };
    }
    // `exists` and `numberTaken` are settled by the next round at once; only contention has to be waited out.
    if (outcome === 'contended') await delay(randomInt(Math.min(FIRST_BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS)));
  }
  throw new ProblemError('busy');
}

/** On WeChat the client chooses `channelRef`, so who asks is part of the body: another's guess must not read the code. */
const bodyHash = ({ body, openid }: Submission, key: QueryKey): string => bodyHashWith(key, { body, openid });

function replay(known: Receipt, submission: Submission, key: QueryKey): Reply {
  if (known.bodyHash !== bodyHash(submission, key)) {
    throw new ProblemError('referenceConflict', {
      errors: [
        { pointer: '/channelRef', detail: 'came before with another body; a new request needs a new channelRef' },
      ],
    });
  }
  return { status: 200, body: answer(known, key), headers: { 'idempotent-replay': 'true' } };
}

const answer = ({ ticketNo, receivedAt, danger }: Receipt, key: QueryKey): IntakeReceipt => ({
  ticketNo,
  queryCode: queryCodeWith(key, ticketNo),
  receivedAt,
  ...(danger === undefined ? {} : { danger }),
});

async function enqueue(request: IntakeRequest): Promise<void> {
  const patience = new AbortController();
  try {
    await Promise.race([
      send('INTAKE_QUEUE_URL', request),
      delay(QUEUE_PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
        throw new Error('the queue did not answer in time');
      }),
    ]);
  } catch {
    log.warn('queue unavailable, the sweeper will send it', { ticketNo: request.ticketNo, code: 'intakeNotQueued' });
  } finally {
    patience.abort();
  }
}
