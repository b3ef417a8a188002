/** From Huawei's call records to ours. Pure. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { HuaweiFee } from '#schemas/phone-vendors.ts';
import type { CallNews } from '../vendor.ts';

export function feeNews(fee: HuaweiFee): CallNews {
  const { recordFileDownloadUrl: url } = fee;
  return {
    callId: fee.sessionId,
    facts: {
      inbound: instant(fee.callInTime) !== undefined,
      ...at('startedAt', fee.callInTime),
      ...at('answeredAt', fee.fwdAnswerTime),
      ...at('endedAt', fee.callEndTime),
      recordings: url ? [{ id: recordingId(fee), url }] : [],
    },
    ended: { caller: fee.callerNum?.toString() },
  };
}

/** A file's name where it is fit to be an id, else the call's: a record has at most one recording. */
const recordingId = ({ recordObjectName, sessionId }: HuaweiFee): string =>
  recordObjectName && /^[\x21-\x7e]{1,128}$/.test(recordObjectName) ? recordObjectName : sessionId;

/** Epoch ms of a UTC time; undefined for "never", and for a day that no calendar has. */
function instant(text: string | null | undefined): number | undefined {
  const value = text ? Date.parse(`${text.replace(' ', 'T')}Z`) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

const at = <K extends string>(name: K, text: string | null | undefined): { [_ in K]?: string } => {
  const value = instant(text);
  return value === undefined ? {} : ({ [name]: toShanghai(value) } as { [_ in K]?: string });
};
