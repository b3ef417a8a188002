/**
 * What a department is told (派单消息): the callback's body, made of the event, the ticket as that event left it, and the texts.
 * Pure, so every attempt of a delivery sends the same words. Only the addresses of our own files are new each time: they
 * expire, and a department that was down for a day must still be able to fetch what it is told of.
 */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import { isOfHotline } from '#domain/sla/recipients.ts';
import { deadlines } from '#domain/ticket/clocks.ts';
import type { CallbackData, CallbackEvent } from '#schemas/callback.ts';
import type { Callback, CallbackType, TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import { webhookId } from './delivery.ts';
import { type MergedSource, mergedRequestOf } from './merged-request.ts';
import {
  type Addition,
  addedWords,
  additionOf,
  defined,
  isDiscreet,
  type ReadableRequest,
  requestOf,
} from './words.ts';

/** The names that a message spells out; from the district folder. */
export interface Names {
  readonly districtId: string;
  /** 发送单位: the hotline's unit id. */
  readonly desk: string;
  category(code: string): string | undefined;
  town(code: string): string | undefined;
}

export interface CallbackSource {
  readonly event: TicketEvent;
  readonly callback: Callback;
  /** The ticket right after `event`. */
  readonly ticket: Ticket;
  /** The citizen's request; absent when it was erased (清除) in the meantime. */
  readonly request?: ReadableRequest | undefined;
  /** 补充 that this message tells, oldest first. */
  readonly additions?: readonly Addition[] | undefined;
  /** 并单的诉求 that this message tells, oldest first. */
  readonly merged?: readonly MergedSource[] | undefined;
  /** What was said with the event to those who work along. */
  readonly note?: string | undefined;
  /** To be told, or in a confidential request's additions to be hidden. */
  readonly caller?: CallerRecord | undefined;
}

const WITH_REQUEST: ReadonlySet<CallbackType> = new Set(['dispatched', 'reworkOrdered', 'whistled', 'jointOpened']);

/** Messages of these types hold the request's text. */
export const needsRequest = (type: CallbackType): boolean => WITH_REQUEST.has(type);

/** 保密、匿名: then the department must not learn who asked. */
export const needsCaller = (type: CallbackType, ticket: Ticket): boolean => needsRequest(type) && !isDiscreet(ticket);

/** 保密: what was added or noted came past the door, so the caller's name and number are read here, to be taken out of it. */
export const hidesCaller = ({ flags }: Ticket, additions: number): boolean => flags.confidential && additions > 0;

export function callbackEvent(source: CallbackSource, names: Names): CallbackEvent {
  const { event, callback, ticket } = source;
  const id = webhookId({ ticketNo: ticket.ticketNo, unit: callback.to, n: callback.n });
  return {
    id,
    source: `/jieban/${names.districtId}`,
    specversion: '1.0',
    type: `cn.jieban.ticket.${callback.type}.v1`,
    subject: ticket.ticketNo,
    time: toShanghai(Date.parse(event.at)),
    datacontenttype: 'application/json',
    dataschema: `urn:jieban:schema:callback:v1`,
    data: data(source, names, id),
  };
}

function data(
  { event, callback, ticket, request, additions = [], merged = [], caller, note }: CallbackSource,
  names: Names,
  eventId: string,
): CallbackData {
  const { categoryCode } = ticket;
  const category = categoryCode === undefined ? undefined : names.category(categoryCode);
  const appellant = needsCaller(callback.type, ticket) ? appellantOf(caller) : undefined;
  return {
    eventId,
    ticketNo: ticket.ticketNo,
    ticketVersion: event.seq,
    status: ticket.status,
    sequence: callback.n,
    occurredAt: event.at,
    sender: names.desk,
    receiver: callback.to,
    round: ticket.round,
    deadlines: deadlines(ticket, callback.to),
    kind: ticket.kind,
    urgency: ticket.urgency,
    channel: ticket.channel,
    ...(categoryCode === undefined ? {} : { category: { code: categoryCode, name: category ?? categoryCode } }),
    coHandlers: ticket.coHandlers,
    ...(event.reason === undefined ? {} : { reason: reasonIn(event.reason, [{ ticket, caller }, ...merged]) }),
    ...factsOf(event, ticket),
    ...(note === undefined ? {} : { note: addedWords(note, ticket, caller) }),
    handler: ticket.handler,
    ...(ticket.noReturn === undefined ? {} : { designated: ticket.noReturn }),
    ...(request !== undefined && needsRequest(callback.type)
      ? { request: requestOf(request, { ticket, caller }, names) }
      : {}),
    ...(additions.length === 0 ? {} : { additions: additions.map((addition) => additionOf(addition, ticket, caller)) }),
    ...(merged.length === 0
      ? {}
      : { mergedRequests: merged.map((one) => mergedRequestOf(one, { ticket, caller }, names)) }),
    ...(appellant === undefined ? {} : { appellant }),
  };
}

/** An operator's words, without whoever may not be known of the tickets that they are about. */
const reasonIn = (reason: string, about: readonly Pick<CallbackSource, 'ticket' | 'caller'>[]): string =>
  about.reduce((words, { ticket, caller }) => addedWords(words, ticket, caller), reason);

/** What an event says beside the ticket's state. */
function factsOf(event: TicketEvent, { supervision }: Ticket): Partial<CallbackData> {
  switch (event.type) {
    case 'returnApproved':
    case 'returnRejected':
      return { decision: { of: 'return', approved: event.type === 'returnApproved' } };
    case 'extensionApproved':
    case 'extensionRejected':
      return { decision: { of: 'extension', approved: event.type === 'extensionApproved' } };
    case 'answerApproved':
    case 'answerRejected':
      return { decision: { of: 'answer', approved: event.type === 'answerApproved' } };
    case 'whistled':
    case 'jointOpened':
      return { units: event.units };
    case 'reportedIn':
    case 'assistFinished':
      return { unit: event.unit };
    case 'supervised':
      return { supervision: event.level };
    case 'dispatched':
      return supervision === undefined ? {} : { supervision: supervision.level };
    case 'warned': {
      const { clock, colour, grade = colour, dueAt, to = [] } = event;
      return { warning: { clock, colour, grade, dueAt, to: to.filter((recipient) => !isOfHotline(recipient)) } };
    }
    case 'absorbed':
      return { merged: event.from };
    case 'suspended':
      return { until: event.until };
    default:
      return {};
  }
}

/** Key of the text that goes with a message to those who work along. */
export const noteOf = (event: TicketEvent): string | undefined =>
  event.type === 'whistled' || event.type === 'reportedIn' || event.type === 'assistFinished'
    ? event.noteKey
    : undefined;

function appellantOf(caller: CallerRecord | undefined): CallbackData['appellant'] {
  if (caller === undefined || (caller.name === undefined && caller.phone === undefined)) return undefined;
  return defined({ name: caller.name, phone: caller.phone });
}
