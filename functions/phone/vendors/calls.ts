/** What happens with news of a call: it is kept until the seat's form asks for it, and a missed call becomes a task. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { callStore } from '#functions/adapters/call-store.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { intake } from '#functions/shared/intake.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import type { PhoneRequest } from '#schemas/intake.ts';
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
  // Also on a replay: the first try may have kept the record and failed before the task.
  if (news.ended === undefined || !isMissed(record)) return;
  try {
    await intake({ channel: 'phone', body: missedCall(vendor, news.callId, record, news.ended.caller) });
  } catch (error) {
    // A record that was corrected later: its call has a task, and one is enough.
    if (!(error instanceof ProblemError && error.problem.code === 'referenceConflict')) throw error;
  }
}

async function keep(vendor: string, { callId, pushId, facts }: CallNews): Promise<CallRecord> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const seen = await callStore().find(vendor, callId);
    if (seen !== undefined && pushId !== undefined && seen.record.pushes.includes(pushId)) return seen.record;
    const record = mergeCall(seen?.record, facts, pushId);
    if (await callStore().save(vendor, callId, record, seen)) {
      log.info('call record kept', { channel: 'phone', code: vendor, count: record.recordings.length });
      return record;
    }
    await delay(randomInt(BACKOFF));
  }
  throw new ProblemError('busy');
}

/**
 * The seat's form with what these vendors told of its call, if any did: one read a vendor, and one of the receipt when
 * there is something to add.
 */
export async function withCallRecord(form: PhoneRequest, vendors: readonly string[]): Promise<PhoneRequest> {
  const found = await Promise.all(vendors.map((vendor) => callStore().find(vendor, form.call.callId)));
  const record = found.find((call) => call !== undefined)?.record;
  if (record === undefined) return form;
  const receipt = await receiptStore().find('phone', form.channelRef);
  return completeForm(form, record, receipt === undefined ? undefined : (receipt.request.call ?? {}));
}
