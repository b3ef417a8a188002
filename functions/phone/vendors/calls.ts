/**
 * What happens with news of a call: it is kept until the seat's form asks for it; a recording that comes after the form is
 * added to its ticket; a missed call becomes a task.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { callStore } from '#functions/adapters/call-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import type { StoredCall } from '#functions/ports/call-store.ts';
import { enqueue, intake } from '#functions/shared/intake.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { type Addition, IntakeReceipt, type PhoneRequest } from '#schemas/intake.ts';
import type { CallRecord } from '#schemas/phone-vendors.ts';
import { completeForm, isMissed, mergeCall } from './call-record.ts';
import { missedCall } from './missed-call.ts';
import type { CallNews } from './vendor.ts';

/** Pushes of one call at the same moment: a record and a track for each who spoke. */
const MAX_ATTEMPTS = 10;
/** Milliseconds. */
const BACKOFF = 40;

/** Durable when it resolves; doing it again changes nothing. @throws ProblemError 503 `busy`. */
export async function takeCall(vendor: string, news: CallNews): Promise<void> {
  const record = await keep(vendor, news);
  await attachLate(vendor, record, news.facts.recordings);
  // Also on a replay: the first try may have kept the record and failed before the task.
  if (news.ended === undefined || !isMissed(record)) return;
  const body = missedCall(vendor, news.callId, record, news.ended.caller);
  try {
    const reply = await intake({ channel: 'phone', body });
    // What the caller said to the machine belongs to the task.
    await linkForm(body, IntakeReceipt.parse(reply.body).ticketNo, await knownOf(news.callId, [vendor]));
  } catch (error) {
    // A record that was corrected later: its call has a task, and one is enough.
    if (!(error instanceof ProblemError && error.problem.code === 'referenceConflict')) throw error;
  }
}

async function keep(vendor: string, { callId, pushId, facts }: CallNews): Promise<CallRecord> {
  const record = await update(vendor, callId, (seen) =>
    seen !== undefined && pushId !== undefined && seen.pushes.includes(pushId) ? seen : mergeCall(seen, facts, pushId),
  );
  log.info('call record kept', { channel: 'phone', code: vendor, count: record.recordings.length });
  return record;
}

/** What a vendor had told of a call when it was read. */
export interface Known {
  readonly vendor: string;
  readonly stored: StoredCall | undefined;
}

/** One read a vendor. */
export const knownOf = (callId: string, vendors: readonly string[]): Promise<Known[]> =>
  Promise.all(vendors.map(async (vendor) => ({ vendor, stored: await callStore().find(vendor, callId) })));

/**
 * Changes and saves a call's record as it was read, and reads it again when another push was quicker. A change that changes
 * nothing isn't saved.
 */
async function update(
  vendor: string,
  callId: string,
  change: (seen: CallRecord | undefined) => CallRecord,
  known?: Known,
): Promise<CallRecord> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const seen = attempt === 0 && known !== undefined ? known.stored : await callStore().find(vendor, callId);
    const record = change(seen?.record);
    if (record === seen?.record || (await callStore().save(vendor, callId, record, seen))) return record;
    await delay(randomInt(BACKOFF));
  }
  throw new ProblemError('busy');
}

/** Of the `channelRef` of every recording that came after its form. */
export const RECORDING_REF_PREFIX = 'rec:';

/** A row each, under the recording's own number: a vendor's second try finds it there. */
async function attachLate(vendor: string, { form }: CallRecord, recordings: CallRecord['recordings']): Promise<void> {
  if (form === undefined) return;
  for (const recording of recordings.filter(({ id }) => !form.recordings.includes(id))) {
    const now = officeNow();
    const addition: Addition = {
      addition: 1,
      ticketNo: form.ticketNo,
      channel: 'phone',
      channelRef: `${RECORDING_REF_PREFIX}${vendor}:${recording.id}`,
      receivedAt: toShanghai(now),
      recordings: [recording],
    };
    const outcome = await receiptStore().add(addition, now);
    if (outcome === 'contended') throw new ProblemError('busy');
    if (outcome === 'created') await enqueue(addition);
  }
}

/**
 * Remembers with the call which ticket its form became, so that recordings find it. Saying it again changes nothing.
 * @throws ProblemError 503 `busy`.
 */
export async function linkForm(form: PhoneRequest, ticketNo: string, known: readonly Known[]): Promise<void> {
  const { callId, recordings = [] } = form.call;
  const link = { ticketNo, recordings: recordings.map(({ id }) => id) };
  const tellers = known.filter(({ stored }) => stored !== undefined);
  // Nobody had told of the call yet: whoever does so first.
  for (const teller of tellers.length === 0 ? known : tellers) {
    const record = await update(
      teller.vendor,
      callId,
      (seen) => (seen?.form === undefined ? { recordings: [], pushes: [], ...seen, form: link } : seen),
      teller,
    );
    await attachLate(teller.vendor, record, record.recordings);
  }
}

/** The seat's form with what vendors told of its call, if any did: reads the receipt when there is something to add. */
export async function withCallRecord(form: PhoneRequest, known: readonly Known[]): Promise<PhoneRequest> {
  const record = known.find(({ stored }) => stored !== undefined)?.stored?.record;
  if (record === undefined) return form;
  const receipt = await receiptStore().find('phone', form.channelRef);
  return completeForm(form, record, receipt === undefined ? undefined : (receipt.request.call ?? {}));
}
