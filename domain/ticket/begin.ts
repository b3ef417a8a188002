/** 登记: what a ticket is before anything has happened to it. */
import type { EventOf } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { DESK } from './holdings.ts';

/** What a ticket has before anything happened to it. */
const UNTOUCHED = {
  additions: 0,
  returns: [],
  merged: [],
  splitInto: [],
  assists: [],
  handler: 'A',
  holdings: [],
  contactedBy: [],
  failedVisits: 0,
} as const satisfies Partial<Ticket>;

/** A snapshot of before one of these came to be: only its events can say what belongs there. */
export const isOutdated = (snapshot: Ticket): boolean => Object.keys(UNTOUCHED).some((name) => !(name in snapshot));

export function begin(event: EventOf<'registered'>): Ticket {
  const { ticketNo, channel, channelRef, kind, urgency, flags, callerToken, queryKeyId, textKey, publicConsent } =
    event;
  return {
    ticketNo,
    version: event.seq,
    status: 'REGISTERED',
    channel,
    channelRef,
    kind,
    urgency,
    flags,
    callerToken,
    queryKeyId,
    textKey,
    owner: DESK,
    coHandlers: [],
    round: 1,
    ...UNTOUCHED,
    attention: flags.danger ? ['danger'] : [],
    clocks: [],
    clockGeneration: 0,
    callbackCount: {},
    publicConsent,
    ...(event.boardMessageId === undefined ? {} : { boardMessageId: event.boardMessageId }),
    ...(event.splitFrom === undefined ? {} : { splitFrom: event.splitFrom }),
    receivedAt: event.receivedAt,
    updatedAt: event.at,
  };
}
