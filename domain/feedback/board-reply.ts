/**
 * 留言回复与公开: what the website's message board is told, one version an event. Published is only what the writer agreed to,
 * the hotline approved and no content check holds back, and of that only what names nobody (脱敏), question and answer alike.
 */
import { bareName, type Identity, identityOf, introducedIn, withoutPerson } from '#domain/delivery/discretion.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { ToldEvent } from '#schemas/feedback.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';
import { maskPersonalData } from './mask.ts';

/** 受理, 答复, 办结, 不予受理, 撤销. Rework (重办) is `accepted` again: the answer that was shown no longer holds. */
export type BoardState = 'accepted' | 'answered' | 'closed' | 'denied' | 'withdrawn';

export interface BoardReply {
  readonly messageId: string;
  /** The event's number: a later event's reply replaces an earlier one's, never the other way round. */
  readonly version: number;
  readonly ticketNo: string;
  readonly state: BoardState;
  readonly replyContent: string;
  /** 不予受理理由: the lawful way for what the hotline can't take. */
  readonly denyReason?: string;
  readonly replyDepartment: string;
  readonly replyDate: string;
  /** Departments answer in text so far. */
  readonly replyFiles: readonly never[];
  readonly isPublic: boolean;
  /** The message as it may be shown beside the reply; absent when nothing of it may. */
  readonly question?: { readonly title: string; readonly content: string };
}

export interface BoardReplySource {
  readonly event: TicketEvent;
  /** As the event left it. */
  readonly ticket: Ticket;
  /** The district's text for this event. */
  readonly own: string;
  readonly messageId: string;
  readonly department: string;
  /** The approved answer as the department wrote it; undefined while none is approved or after it was erased. */
  readonly answer: string | undefined;
  /** The citizen's words; undefined after they were erased. */
  readonly request: Extract<TicketText, { kind: 'request' }> | undefined;
  readonly callerName: string | undefined;
  /** E.164 */
  readonly callerPhone: string | undefined;
  readonly callerEnterprise: Identity['enterprise'];
  /** 暂缓公开, however late the content check came. */
  readonly held: boolean;
}

const STATES: Readonly<Record<ToldEvent, BoardState>> = {
  dispatched: 'accepted',
  reworkOrdered: 'accepted',
  answerApproved: 'answered',
  directClosed: 'answered',
  notAccepted: 'denied',
  closed: 'closed',
  cancelled: 'withdrawn',
  extensionApproved: 'accepted',
  merged: 'accepted',
  answeredByMain: 'answered',
  reworkedByMain: 'accepted',
  reopened: 'accepted',
  splitOff: 'accepted',
};
/** In these the answer itself is shown; a board shows its newest version only, so `closed` repeats it. */
const WITH_ANSWER: readonly BoardState[] = ['answered', 'closed'];

/** Longest reply that a board takes, in UTF-16 units. */
const MAX_REPLY = 2000;

/** @throws RangeError for an event that no rule can name: nobody is told of it. */
export function boardReply(source: BoardReplySource): BoardReply {
  const { event, ticket, own, messageId, department } = source;
  const state = Object.hasOwn(STATES, event.type) ? STATES[event.type as ToldEvent] : undefined;
  if (state === undefined) throw new RangeError(`a board is told nothing at ${event.type}`);
  const answer = WITH_ANSWER.includes(state) ? source.answer : undefined;
  const who = writerOf(source);
  const isPublic = ticket.publicConsent && answer !== undefined && !source.held;
  const question = isPublic ? publicQuestion(source, who) : undefined;
  return {
    messageId,
    version: event.seq,
    ticketNo: ticket.ticketNo,
    state,
    replyContent: cut(answer === undefined ? own : publicText(answer, who), MAX_REPLY),
    ...(event.type === 'notAccepted' ? { denyReason: publicText(event.lawfulRoute, who) } : {}),
    replyDepartment: department,
    replyDate: answer === undefined ? event.at : (ticket.answer?.at ?? event.at),
    replyFiles: [],
    isPublic,
    ...(question === undefined ? {} : { question }),
  };
}

interface Writer {
  readonly names: readonly string[];
  readonly phones: readonly string[];
  readonly enterprise: Identity['enterprise'];
  /** 保密、匿名: not even a surname, an enterprise or the end of a number may show. */
  readonly hidden: boolean;
}

/** Who is private here: the writer, by the form and by what they call themselves in the text (我叫张三). */
function writerOf({ ticket: { flags }, callerName, callerPhone, callerEnterprise, request }: BoardReplySource): Writer {
  const names = [
    ...(callerName === undefined ? [] : [callerName, bareName(callerName)]),
    ...(request === undefined ? [] : [request.title, request.content].flatMap(introducedIn)),
  ];
  return {
    names,
    phones: identityOf({ phone: callerPhone }).phones ?? [],
    enterprise: callerEnterprise,
    hidden: flags.confidential || flags.anonymous,
  };
}

/** What is left of the writer's own number in an odd writing goes last: the rules keep what tells two numbers apart. */
function publicText(text: string, { names, phones, enterprise, hidden }: Writer): string {
  const shown = hidden ? withoutPerson(text, { names, phones, enterprise }) : text;
  return withoutPerson(maskPersonalData(shown, names), { phones });
}

/** Of a confidential or anonymous request only the discreet copy, which was made while name and number were at hand. */
function publicQuestion({ request }: BoardReplySource, who: Writer): BoardReply['question'] {
  const words = who.hidden ? request?.masked : request;
  if (words === undefined) return undefined;
  return { title: publicText(words.title, who), content: publicText(words.content, who) };
}

/** Never half a character. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = /[\ud800-\udbff]/.test(text[max - 2] ?? '') ? max - 2 : max - 1;
  return `${text.slice(0, end)}…`;
}
