/**
 * What a department is told (派单消息): the callback's body, made of the event, the ticket as that event left it, and the texts.
 * Pure, so every attempt of a delivery sends the same words. Only the addresses of our own files are new each time: they
 * expire, and a department that was down for a day must still be able to fetch what it is told of.
 */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import { isOfHotline } from '#domain/sla/recipients.ts';
import { deadlines } from '#domain/ticket/clocks.ts';
import type { LinkedAttachment } from '#schemas/attachment.ts';
import type { CallbackData, CallbackEvent } from '#schemas/callback.ts';
import type { Callback, CallbackType, TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { MaskedRequest, Ticket, TicketText } from '#schemas/ticket.ts';
import { webhookId } from './delivery.ts';
import { discreetCopy, discreetText, identityOf } from './discretion.ts';

/** The names that a message spells out; from the district folder. */
export interface Names {
  readonly districtId: string;
  /** 发送单位: the hotline's unit id. */
  readonly desk: string;
  category(code: string): string | undefined;
  town(code: string): string | undefined;
}

type RequestText = Extract<TicketText, { kind: 'request' }>;
/** With an address for each attachment. */
export type ReadableRequest = Omit<RequestText, 'attachments'> & { readonly attachments: readonly LinkedAttachment[] };

export interface Addition {
  readonly at: string;
  readonly text: string;
  readonly attachments: readonly LinkedAttachment[];
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

const isDiscreet = ({ flags }: Ticket): boolean => flags.confidential || flags.anonymous;

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
  { event, callback, ticket, request, additions = [], caller, note }: CallbackSource,
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
    ...(event.reason === undefined ? {} : { reason: isDiscreet(ticket) ? discreetText(event.reason) : event.reason }),
    ...factsOf(event),
    ...(note === undefined ? {} : { note: addedWords(note, ticket, caller) }),
    handler: ticket.handler,
    ...(ticket.noReturn === undefined ? {} : { designated: ticket.noReturn }),
    ...(request !== undefined && needsRequest(callback.type)
      ? { request: requestOf(request, { ticket, caller }, names) }
      : {}),
    ...(additions.length === 0 ? {} : { additions: additions.map((addition) => additionOf(addition, ticket, caller)) }),
    ...(appellant === undefined ? {} : { appellant }),
  };
}

/** What an event says beside the ticket's state. */
function factsOf(event: TicketEvent): Partial<CallbackData> {
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

function requestOf(
  request: ReadableRequest,
  { ticket, caller }: Pick<CallbackSource, 'ticket' | 'caller'>,
  names: Names,
): NonNullable<CallbackData['request']> {
  const townCode = ticket.townCode ?? request.place?.townCode;
  const { lat, lng, crs } = request.place ?? {};
  const { title, content, placeText, attachmentNames = [] } = wordsOf(request, ticket, caller);
  return {
    title,
    content,
    place: defined({
      text: placeText,
      townCode,
      town: townCode === undefined ? undefined : names.town(townCode),
      lat,
      lng,
      crs,
    }),
    ...(request.occurredAt === undefined ? {} : { occurredAt: request.occurredAt }),
    attachments: request.attachments.map((one, index) => linked({ ...one, name: attachmentNames[index] ?? one.name })),
  };
}

const additionOf = (
  { at, text, attachments }: Addition,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): NonNullable<CallbackData['additions']>[number] => ({
  at,
  text: addedWords(text, ticket, caller),
  attachments: attachments.map((one) => linked({ ...one, name: addedWords(one.name, ticket, caller) })),
});

/** What the department may read of the words of an addition, or of the name of an attachment that came with it. */
export const addedWords = (words: string, ticket: Ticket, caller: CallerRecord | undefined): string =>
  isDiscreet(ticket) ? discreetText(words, identityOf(caller)) : words;

const linked = ({
  name,
  url,
  sha256,
}: LinkedAttachment): NonNullable<CallbackData['request']>['attachments'][number] => ({
  name,
  url,
  ...(sha256 === undefined ? {} : { sha256 }),
});

/** What the department may know the attachments by, in their order. */
export const attachmentNames = (
  request: RequestText,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): readonly string[] => wordsOf(request, ticket, caller).attachmentNames ?? request.attachments.map(({ name }) => name);

/** The caller's own words, or the copy without the caller; a text that has none (a part that was split off) is masked here. */
function wordsOf(
  request: RequestText | ReadableRequest,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): MaskedRequest {
  if (!isDiscreet(ticket)) return request;
  const attachmentNames = request.attachments.map(({ name }) => name);
  return request.masked ?? discreetCopy({ ...request, attachmentNames }, identityOf(caller));
}

function appellantOf(caller: CallerRecord | undefined): CallbackData['appellant'] {
  if (caller === undefined || (caller.name === undefined && caller.phone === undefined)) return undefined;
  return defined({ name: caller.name, phone: caller.phone });
}

/** Without its undefined members: JSON has no such thing. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
