/** 未接来电回拨: a call that nobody answered becomes a task for the hotline's desk, not silence. */
import { fromIso, inChinese } from '#domain/calendar/shanghai.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import type { PhoneRequest } from '#schemas/intake.ts';
import type { CallRecord } from '#schemas/phone-vendors.ts';

/** Of the `channelRef` of every missed call. */
export const MISSED_REF_PREFIX = 'missed:';

/** E.164 of a number as exchanges write it (`008613…`, `+8613…`, `13…`), or undefined: withheld, internal, nonsense. */
export const vendorNumber = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : diallable(text.trim().replace(/^00(?=[1-9])/, '+'));

/**
 * The request that stands for the call. It names no topic and no place, so the router gives it to the desk. The number is
 * part of the call and goes to the caller's record; the text must not have it.
 */
export function missedCall(
  vendor: string,
  callId: string,
  record: CallRecord,
  caller: string | undefined,
): PhoneRequest {
  const { startedAt, endedAt } = record;
  const number = vendorNumber(caller);
  const when = startedAt === undefined ? '' : `来电时间：${inChinese(fromIso(startedAt))}。`;
  const ask =
    number === undefined
      ? '来电号码未显示或无法识别，请凭话务流水号在话务平台查询。'
      : '请坐席回拨来电人，问清诉求后登记。';
  return {
    channelRef: `${MISSED_REF_PREFIX}${vendor}:${callId}`,
    kind: 'help',
    title: '未接来电回拨',
    content: `有一个来电没有接通。${when}${ask}`,
    ...(startedAt === undefined ? {} : { occurredAt: startedAt }),
    call: {
      callId,
      ...(number === undefined ? {} : { caller: number }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
    },
  };
}
