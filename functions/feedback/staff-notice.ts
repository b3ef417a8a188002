/**
 * 短信通知 of those who work: handler A of a unit hears, by SMS or a call, that a ticket waits which its system has not taken;
 * whoever the district names hears that a clock runs out. Their numbers are in the departments' secret, so that no row and no
 * log holds them.
 */
import { LATE_TEMPLATE } from '#domain/delivery/late.ts';
import { fitSmsParam } from '#domain/feedback/sms-params.ts';
import { CLOCK_NAMES } from '#domain/sla/explain.ts';
import { GRADE_NAMES, isOfHotline, WARNING_TEMPLATE } from '#domain/sla/recipients.ts';
import { runningClocks } from '#domain/ticket/clocks.ts';
import { district } from '#functions/adapters/district.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { EventMissing } from '#functions/shared/delivery/ticket-at.ts';
import { log } from '#functions/shared/log.ts';
import type { EventOf } from '#schemas/event.ts';
import type { Recipient } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** Idempotent by the platform's own numbers. Throws `PlatformBusy`: the queue brings it again. */
export async function noticeStaff(tickets: TicketStore, ticketNo: string, seq: number): Promise<void> {
  const event = await tickets.event(ticketNo, seq);
  if (event === undefined) throw new EventMissing(ticketNo, seq);
  const ticket = await tickets.load(ticketNo);
  if (ticket === undefined) return;
  if (event.type === 'deliveryLate') await noticeLate(event, ticket);
  if (event.type === 'warned') await noticeWarning(event, ticket);
}

async function noticeLate({ ticketNo, seq, unit, n }: EventOf<'deliveryLate'>, ticket: Ticket): Promise<void> {
  // It came through in the meantime: a busy platform must not wake anybody for it.
  if (ticket.undelivered?.some((one) => one.unit === unit && one.n === n) !== true) return;
  const facts = { ticketNo, seq, department: unit, notice: LATE_TEMPLATE };
  const notify = (await secret('DEPARTMENTS_SECRET'))[unit]?.notify;
  if (notify === undefined) {
    log.warn('late dispatch: nobody to notify', facts);
    return;
  }
  const params = { ticketNo, unit: nameOf(unit) };
  for (const [index, phone] of [notify.phone].flat().entries()) {
    const id = `${ticketNo}-${seq}-late-${index + 1}`;
    const result = await sendSms({ id, template: LATE_TEMPLATE, params, by: notify.by }, phone);
    if (result.kind === 'sent') log.info('late dispatch: handler notified', { ...facts, outcome: result.kind });
    else log.error('late dispatch: notice rejected', { ...facts, code: 'noticeRejected' }, undefined);
  }
}

async function noticeWarning(event: EventOf<'warned'>, ticket: Ticket): Promise<void> {
  const { ticketNo, seq, holder, clock, instance, dueAt, colour, grade = colour, message = [] } = event;
  // What was done in the meantime needs no reminder.
  if (!runningClocks(ticket).some((running) => running.instance === instance)) return;
  const params = {
    ticketNo,
    unit: nameOf(holder),
    clock: CLOCK_NAMES[clock],
    grade: GRADE_NAMES[grade],
    due: dueAt.slice(5, 16).replace('T', ' '),
  };
  for (const recipient of message) {
    const facts = { ticketNo, seq, department: holder, notice: WARNING_TEMPLATE, code: recipient };
    const phone = await phoneOf(recipient, holder);
    if (phone === undefined) {
      log.warn('warning: nobody to notify', facts);
      continue;
    }
    const id = `${ticketNo}-${seq}-warned-${recipient}`;
    const result = await sendSms({ id, template: WARNING_TEMPLATE, params }, phone);
    if (result.kind === 'sent') log.info('warning: recipient notified', { ...facts, outcome: result.kind });
    else log.error('warning: notice rejected', facts, undefined);
  }
}

/** The hotline's own people, and the inspection office, are in the entry of the hotline's unit. */
async function phoneOf(recipient: Recipient, holder: string): Promise<string | undefined> {
  const entry = (await secret('DEPARTMENTS_SECRET'))[isOfHotline(recipient) ? district().desk : holder];
  const own = entry?.contacts?.[recipient];
  return own ?? (recipient === 'handlerA' ? [entry?.notify?.phone].flat()[0] : undefined);
}

const nameOf = (unit: string): string =>
  fitSmsParam(district().departments.find(({ id }) => id === unit)?.shortName ?? unit);
