/**
 * One call out of many pushes. A vendor sends a call's record and its recordings apart, in any order and more than once, so
 * merging must not depend on the order and a second time must change nothing. Pure.
 */
import type { Call, PhoneRequest } from '#schemas/intake.ts';
import type { CallRecord } from '#schemas/phone-vendors.ts';

/** The canonical form takes no more. */
const MAX_RECORDINGS = 20;
/** A call has one record and a few recordings; beyond this an old push is merged again, which changes nothing. */
const MAX_PUSHES = 40;

type Recording = CallRecord['recordings'][number];

/** What is known stays, what is new is added. */
export function mergeCall(
  known: CallRecord | undefined,
  facts: Omit<CallRecord, 'pushes'>,
  pushId?: string,
): CallRecord {
  const pushes = known?.pushes ?? [];
  return {
    ...facts,
    ...known,
    recordings: union(known?.recordings ?? [], facts.recordings),
    pushes: pushId === undefined || pushes.includes(pushId) ? pushes : [...pushes, pushId].slice(-MAX_PUSHES),
  };
}

/** By id, in the order of ids: so the same recordings are the same list. */
function union(known: readonly Recording[], more: readonly Recording[]): Recording[] {
  const byId = new Map([...more, ...known].map((recording) => [recording.id, recording]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, MAX_RECORDINGS);
}

/** 未接来电: a citizen called, and nobody ever answered. Whoever filled in a form of the call did. */
export const isMissed = ({ inbound, answeredAt, form }: CallRecord): boolean =>
  inbound === true && answeredAt === undefined && form === undefined;

/**
 * The form with what the telephone system knows of its call: recordings and satisfaction key. `before` is the call as it
 * was taken with this `channelRef` the first time: a form that is posted again is completed with the same, whatever came
 * since, so that it is still the same request.
 */
export function completeForm(
  form: PhoneRequest,
  record: Pick<CallRecord, 'recordings' | 'satisfactionKey'>,
  before?: Pick<Call, 'recordings' | 'satisfactionKey'>,
): PhoneRequest {
  const own = form.call.recordings ?? [];
  const known = before === undefined ? undefined : (before.recordings ?? []).map(({ id }) => id);
  const added = record.recordings.filter(
    ({ id }) => !own.some((recording) => recording.id === id) && (known === undefined || known.includes(id)),
  );
  const recordings = [...own, ...added].slice(0, MAX_RECORDINGS);
  const key =
    form.call.satisfactionKey ??
    (before === undefined || before.satisfactionKey === record.satisfactionKey ? record.satisfactionKey : undefined);
  return {
    ...form,
    call: {
      ...form.call,
      ...(recordings.length === own.length ? {} : { recordings }),
      ...(key === undefined ? {} : { satisfactionKey: key }),
    },
  };
}
