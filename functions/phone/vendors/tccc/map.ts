/** From TCCC's words to ours. Pure. */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { TcccCdr, TcccRecording } from '#schemas/phone-vendors.ts';
import type { CallNews } from '../vendor.ts';

const INBOUND = 0;
/** One agent called another: no citizen waits for an answer. */
const BETWEEN_AGENTS = 6;
const MAX_CALL_SECONDS = 86_400;

export function cdrNews(cdr: TcccCdr, pushId: string | undefined): CallNews {
  const { Duration: seconds } = cdr;
  const measured = typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_CALL_SECONDS;
  return {
    callId: cdr.SessionId,
    ...(pushId === undefined ? {} : { pushId }),
    facts: {
      inbound: cdr.Direction === INBOUND && cdr.CallType !== BETWEEN_AGENTS,
      ...at('startedAt', cdr.StartTimestamp),
      ...at('answeredAt', cdr.AcceptTimestamp),
      ...at('endedAt', cdr.EndedTimestamp),
      ...(measured ? { durationSeconds: Math.round(seconds) } : {}),
      ...satisfaction(cdr),
      recordings: [],
    },
    ended: { caller: cdr.Caller ?? undefined },
  };
}

/** Who speaks on the track (`EndpointUser`) is a phone number or an e-mail address, and stays out. */
export const recordingNews = (push: TcccRecording, pushId: string | undefined): CallNews => ({
  callId: push.SessionId,
  ...(pushId === undefined ? {} : { pushId }),
  facts: { recordings: [{ id: String(push.RecordId), url: push.CustomRecordURL || push.RecordURL }] },
});

/** 0 = it never happened. */
const at = <K extends string>(name: K, seconds: number | string | null | undefined): { [_ in K]?: string } => {
  const value = Number(seconds ?? 0);
  return value === 0 ? {} : ({ [name]: toShanghai(value * 1000) } as { [_ in K]?: string });
};

/** 满意度: of several presses the last counts, because a wrong key makes the system ask again. */
function satisfaction({ PostIVRKeyPressed }: TcccCdr): { satisfactionKey?: string } {
  const keys = (PostIVRKeyPressed ?? [])
    .map(({ Key, key }) => String(Key ?? key ?? ''))
    .filter((key) => /^[\x21-\x7e]{1,8}$/.test(key));
  const last = keys.at(-1);
  return last === undefined ? {} : { satisfactionKey: last };
}
