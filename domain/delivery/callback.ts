/**
 * What a department is told (派单消息): the callback's body, made of the event, the ticket as that event left it, and the texts.
 * Pure, so every attempt of a delivery sends the same words.
 */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import { deadlines } from '#domain/ticket/clocks.ts';
import type { CallbackData, CallbackEvent } from '#schemas/callback.ts';
import type { Callback, CallbackType, TicketEvent } from '#schemas/event.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { MaskedRequest, Ticket, TicketText } from '#schemas/ticket.ts';
import { webhookId } from './delivery.ts';
import { discreetCopy, discreetText } from './discretion.ts';

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
  readonly request?: Extract<TicketText, { kind: 'request' }> | undefined;
  /** What the citizen added, in an `appended` callback. */
  readonly addition?: string | undefined;
  readonly caller?: CallerRecord | undefined;
}

const WITH_REQUEST: ReadonlySet<CallbackType> = new Set(['dispatched', 'reworkOrdered']);

/** Messages of these types hold the request's text. */
export const needsRequest = (type: CallbackType): boolean => WITH_REQUEST.has(type);

/** 保密、匿名: then the department must not learn who asked, and nobody may even read the identity for it. */
export const needsCaller = (type: CallbackType, ticket: Ticket): boolean => needsRequest(type) && !isDiscreet(ticket);

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
  { event, callback, ticket, request, addition, caller }: CallbackSource,
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
    deadlines: deadlines(ticket),
    kind: ticket.kind,
    urgency: ticket.urgency,
    channel: ticket.channel,
    ...(categoryCode === undefined ? {} : { category: { code: categoryCode, name: category ?? categoryCode } }),
    coHandlers: ticket.coHandlers,
    ...(event.reason === undefined ? {} : { reason: isDiscreet(ticket) ? discreetText(event.reason) : event.reason }),
    ...(event.type === 'warned' ? { warning: { clock: event.clock, colour: event.colour, dueAt: event.dueAt } } : {}),
    ...(request !== undefined && needsRequest(callback.type) ? { request: requestOf(request, ticket, names) } : {}),
    ...(addition === undefined ? {} : { addition: isDiscreet(ticket) ? discreetText(addition) : addition }),
    ...(appellant === undefined ? {} : { appellant }),
  };
}

function requestOf(
  request: Extract<TicketText, { kind: 'request' }>,
  ticket: Ticket,
  names: Names,
): NonNullable<CallbackData['request']> {
  const townCode = ticket.townCode ?? request.place?.townCode;
  const { lat, lng, crs } = request.place ?? {};
  const { title, content, placeText, attachmentNames = [] } = wordsOf(request, ticket);
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
    attachments: request.attachments.map(({ name, url, sha256 }, index) => ({
      name: attachmentNames[index] ?? name,
      url,
      ...(sha256 === undefined ? {} : { sha256 }),
    })),
  };
}

/** The caller's own words, or the copy without the caller; older texts have none, so their patterns are masked here. */
function wordsOf(request: Extract<TicketText, { kind: 'request' }>, ticket: Ticket): MaskedRequest {
  if (!isDiscreet(ticket)) return request;
  const attachmentNames = request.attachments.map(({ name }) => name);
  return request.masked ?? discreetCopy({ ...request, attachmentNames });
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
