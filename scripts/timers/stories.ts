/** Lives that are counted: everything in time, a week late, and the worst that the rules allow. */
import { DAY, fromIso, HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import type { Urgency } from '#schemas/common.ts';
import type { District } from '#schemas/district.ts';
import type { Actor } from '#schemas/event.ts';
import { registration } from './request.ts';
import { contextOf, TimedTicket, type Witness } from './timed-ticket.ts';

/** A Monday without holidays near; the odd second keeps marks that follow from it off the round ones. */
const BEGIN = fromIso('2026-03-02T09:00:07+08:00');
const OWNER = 'guanbuqiao';
const owner: Actor = { kind: 'department', id: OWNER };
const desk: Actor = { kind: 'operator', id: 'desk-1', role: 'dispatcher' };
const reason = '计数';
const reply: TicketCommand = {
  command: 'reply',
  resultCode: 'solved',
  handling: '已处理',
  publicAnswer: '已处理完毕。',
};

export type StoryOf = (district: District, witness: Witness) => TimedTicket;

function registered(district: District, witness: Witness, urgency: Urgency = 'normal'): TimedTicket {
  const ticket = new TimedTicket(contextOf(district), BEGIN, witness);
  const request = registration({ kind: 'help', urgency, owner: OWNER, at: BEGIN });
  return ticket.give(request, { kind: 'system', id: 'router' });
}

const signed = (ticket: TimedTicket, after: number) =>
  ticket
    .until(ticket.now + after)
    .give({ command: 'sign' }, owner)
    .until(ticket.now + MINUTE)
    .give({ command: 'accept' }, owner);

const answered = (ticket: TimedTicket, after: number) =>
  ticket
    .until(ticket.now + after)
    .give(reply, owner)
    .until(ticket.now + HOUR)
    .give({ command: 'review', approve: true, reason }, desk)
    .until(ticket.now + HOUR)
    .give({ command: 'rate', solved: true, satisfaction: 'satisfied', reason }, desk);

/** 按时办结: every step is done before anything is said about it. */
export const inTime: StoryOf = (district, witness) =>
  answered(signed(registered(district, witness), HOUR).give({ command: 'contact' }, owner), DAY);

/** 逾期一周: signed in time and answered a week after the limit of five working days. */
export const aWeekLate: StoryOf = (district, witness) =>
  answered(signed(registered(district, witness), HOUR).give({ command: 'contact' }, owner), 14 * DAY);

/** 逾期一年: nobody does anything for a year after the last limit has passed. */
export const silentForAYear: StoryOf = (district, witness) => {
  const ticket = registered(district, witness);
  const last = Math.max(...ticket.is.clocks.map(({ dueAt }) => fromIso(dueAt)));
  return ticket.until(last + 365 * DAY);
};

/**
 * As many clocks as one ticket can have, each with a rhythm of its own, and all silent for a year: twenty units are called one by
 * one to a critical ticket and don't report in.
 */
export const silentHelpers: StoryOf = (district, witness) => {
  const ticket = signed(registered(district, witness, 'critical'), MINUTE);
  const helpers = district.departments.filter(({ level, id }) => level === 'department' && id !== OWNER).slice(0, 20);
  for (const { id } of helpers) {
    ticket.until(ticket.now + 3 * MINUTE).give({ command: 'whistle', units: [id], reason }, owner);
  }
  return ticket.until(ticket.now + 365 * DAY);
};
