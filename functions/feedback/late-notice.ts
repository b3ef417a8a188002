/**
 * 未送达通知: tells handler A of a unit, by SMS or a call, that a ticket waits which its system has not taken. The number is in
 * the unit's entry of the departments' secret, so that no row and no log holds it.
 */
import { LATE_TEMPLATE } from '#domain/delivery/late.ts';
import { fitSmsParam } from '#domain/feedback/sms-params.ts';
import { district } from '#functions/adapters/district.ts';
import { sendSms } from '#functions/adapters/feedback-phone.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { EventMissing } from '#functions/shared/delivery/ticket-at.ts';
import { log } from '#functions/shared/log.ts';

/** Idempotent by the platform's own numbers. Throws `PlatformBusy`: the queue brings it again. */
export async function noticeLate(tickets: TicketStore, ticketNo: string, seq: number): Promise<void> {
  const event = await tickets.event(ticketNo, seq);
  if (event === undefined) throw new EventMissing(ticketNo, seq);
  if (event.type !== 'deliveryLate') return;
  const { unit, n } = event;
  const ticket = await tickets.load(ticketNo);
  // It came through in the meantime: a busy platform must not wake anybody for it.
  if (ticket?.undelivered?.some((one) => one.unit === unit && one.n === n) !== true) return;
  const notify = (await secret('DEPARTMENTS_SECRET'))[unit]?.notify;
  const facts = { ticketNo, seq, department: unit, notice: LATE_TEMPLATE };
  if (notify === undefined) {
    log.warn('late dispatch: nobody to notify', facts);
    return;
  }
  const name = district().departments.find(({ id }) => id === unit)?.shortName ?? unit;
  const params = { ticketNo, unit: fitSmsParam(name) };
  const phones = typeof notify.phone === 'string' ? [notify.phone] : notify.phone;
  for (const [index, phone] of phones.entries()) {
    const id = `${ticketNo}-${seq}-late-${index + 1}`;
    const result = await sendSms({ id, template: LATE_TEMPLATE, params, by: notify.by }, phone);
    if (result.kind === 'sent') log.info('late dispatch: handler notified', { ...facts, outcome: result.kind });
    else log.error('late dispatch: notice rejected', { ...facts, code: 'noticeRejected' }, undefined);
  }
}
