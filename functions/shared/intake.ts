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
import type { ConversationStep, Receipt } from '#functions/ports/receipt-store.ts';
import type { KeptAttachment } from '#schemas/attachment.ts';
import type { IntakeMessage, IntakeReceipt } from '#schemas/intake.ts';
import { dangerNotice, dangerNumbers } from './danger.ts';
import type { Reply } from './http.ts';
import { callerRecord, keptAttachments, type Submission, toIntakeRequest, withoutUploads } from './intake-request.ts';
import { log } from './log.ts';
import { publish } from './metrics.ts';
import { ProblemError } from './problem.ts';
import {
  bodyHashWith,
  callerHashOf,
  currentKey,
  otherHashOf,
  type QueryKey,
  queryCodeWith,
  queryKeyNamed,
} from './query-code.ts';
import { drawTicketNo } from './ticket-no.ts';

/** Tries at the receipt: a number collision or a storm of replays of one request needs two or three. */
const MAX_ATTEMPTS = 10;
const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 500;
/** Milliseconds for the queue: the receipt is durable, so nobody has to wait for a queue that doesn't answer. */
const QUEUE_PATIENCE_MS = 3000;
/** Milliseconds that danger to life waits for its uploads; the function itself has fifteen seconds. */
const UPLOADS_PATIENCE_MS = 4000;

const MESSAGE_TAKEN = {
  pointer: '/board/messageId',
  detail: 'came before under another channelRef: one message, one request',
};

export interface IntakeOptions {
  /** Makes ticket numbers; tests hand in one that collides. */
  readonly draw?: typeof drawTicketNo;
  /** Throws when a new request is one too many. A replay isn't new, and danger to life is never too much. */
  readonly mayEnter?: () => Promise<void>;
  /** The citizen's conversation that begins with this request. */
  readonly conversation?: ConversationStep;
}

/** Another message of the citizen began the conversation in the meantime: look again. */
export class ConversationMoved extends Error {
  override readonly name = 'ConversationMoved';
}

/**
 * @throws ProblemError 409 `referenceConflict`, 422 for a phone number that can't be dialled, 503 `busy`.
 * @throws ConversationMoved only when `conversation` is given.
 */
export async function intake(
  submission: Submission,
  { draw = drawTicketNo, mayEnter, conversation }: IntakeOptions = {},
): Promise<Reply> {
  const { keys } = await secret('QUERY_SECRET');
  const key = currentKey(keys);
  const receivedAtMs = officeNow();
  const caller = callerRecord(submission, { callerToken: randomUUID(), createdAt: toShanghai(receivedAtMs) });
  const callerHash = callerHashOf(caller, key);
  const phoneHash = otherHashOf(caller, key);
  /** By the number where it is known: so a caller's requests of all channels are found together. */
  const person = phoneHash ?? callerHash;
  const { title, content, place } = submission.body;
  const numbers = dangerNumbers([title, content, place?.text ?? ''].join('\n'), district());
  let taken = submission;
  let attachments: KeptAttachment[] | undefined;

  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    // Reading first costs a fresh request one read, and makes a board's nightly replays cost no transaction.
    const known = await receiptStore().find(submission.channel, submission.body.channelRef);
    // The row of an addition: another worker has put this very message into a conversation.
    if (known !== undefined && known.request === undefined) throw new ConversationMoved();
    if (known !== undefined) return replay(known, submission, await queryKeyNamed(known.queryKeyId));
    if (attempt === 0 && numbers.length === 0) await mayEnter?.();
    // After the look for a receipt: a replay's uploads are gone by then, and nobody needs them again.
    if (attachments === undefined) {
      const folder = bodyHash(submission, key);
      ({ taken, attachments } = await withAttachments(submission, folder, numbers.length > 0));
    }

    const ticketNo = draw(district().ticketPrefix, receivedAtMs);
    const request = toIntakeRequest(taken, {
      ticketNo,
      receivedAt: toShanghai(receivedAtMs),
      callerToken: caller.callerToken,
      queryKeyId: key.kid,
      danger: numbers.length > 0,
      ...(person === undefined ? {} : { callerHash: person }),
      ...(attachments === undefined ? {} : { attachments }),
    });
    const receipt: Receipt = {
      ticketNo,
      bodyHash: bodyHash(submission, key),
      receivedAt: request.receivedAt,
      queryKeyId: key.kid,
      callerToken: caller.callerToken,
      ...(callerHash === undefined ? {} : { callerHash }),
      ...(phoneHash === undefined ? {} : { phoneHash }),
      ...(request.danger ? { danger: dangerNotice(numbers, ticketNo, district()) } : {}),
      request,
    };
    const outcome = await receiptStore().create(receipt, caller, receivedAtMs, conversation);
    if (outcome === 'created') {
      log.info('request received', {
        ticketNo,
        channel: submission.channel,
        ...(request.danger ? { code: 'danger' } : {}),
      });
      publish({ requestsReceived: 1 });
      await enqueue(request);
      return { status: 202, body: answer(receipt, key) };
    }
    if (outcome === 'messageTaken') throw new ProblemError('referenceConflict', { errors: [MESSAGE_TAKEN] });
    if (outcome === 'conversationMoved') throw new ConversationMoved();
    // `exists` and `numberTaken` are settled by the next round at once; only contention has to be waited out.
    if (outcome === 'contended') await delay(randomInt(Math.min(FIRST_BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS)));
  }
  throw new ProblemError('busy');
}

/** Danger to life doesn't wait for a picture that can't be kept: then the request is taken without its uploads. */
async function withAttachments(submission: Submission, folder: string, danger: boolean) {
  try {
    const kept = keptAttachments(submission, folder);
    return { taken: submission, attachments: await (danger ? inTime(kept, UPLOADS_PATIENCE_MS) : kept) };
  } catch (error) {
    if (!danger || !(error instanceof ProblemError)) throw error;
    log.warn('taken without its uploads', { channel: submission.channel, code: 'uploadsLeftOut' });
    const taken = withoutUploads(submission);
    return { taken, attachments: await keptAttachments(taken, folder) };
  }
}

/**
 * On WeChat the client chooses `channelRef`, so who asks is part of the body: another's guess must not read the code. The
 * number isn't: the form that was sent again after it was given is the same form.
 */
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

export async function enqueue(request: IntakeMessage): Promise<void> {
  try {
    await inTime(send('INTAKE_QUEUE_URL', request), QUEUE_PATIENCE_MS);
  } catch {
    log.warn('queue unavailable, the sweeper will send it', { ticketNo: request.ticketNo, code: 'intakeNotQueued' });
  }
}

/** @throws ProblemError 503 `busy` when it takes longer than `ms`. The work itself isn't stopped. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const patience = new AbortController();
  const late = delay(ms, undefined, { signal: patience.signal }).then(() => {
    throw new ProblemError('busy');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    patience.abort();
  }
}
