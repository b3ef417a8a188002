/**
 * 无接口单位的短信通知: a unit without an address works by polling or, if its secret names a duty phone (`notify`), by a page that
 * a short message opens. The message carries the ticket number and the link's code as parameters; a carrier takes no address.
 * Sent once per delivery: the call centre's platform drops what comes again under the same id, and the code stays the same.
 */

import type { Outcome } from '#domain/delivery/retry.ts';
import { fitSmsParam } from '#domain/feedback/sms-params.ts';
import { givesWork } from '#domain/ticket/clerk-acts.ts';
import { PlatformBusy } from '#functions/ports/channel-feedback.ts';
import { linkForMessage } from '#functions/shared/clerk-links.ts';
import { log } from '#functions/shared/log.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import { district } from './district.ts';
import { sendSms } from './feedback-phone.ts';

/**
 * `body`: the callback as a department with an address would read it. One number that takes the message will do; it is tried
 * again when none does, or the platform is busy. Never throws for what the platform does.
 */
export async function tellClerk(phones: readonly string[], body: Uint8Array): Promise<Outcome> {
  const { id, type, data } = CallbackEvent.parse(JSON.parse(new TextDecoder().decode(body)));
  const { ticketNo, receiver, sequence, status } = data;
  const name = /^cn\.jieban\.ticket\.(\w+)\.v1$/.exec(type)?.[1] ?? '';
  if (!givesWork(name, status)) return { kind: 'polling' };
  const { code } = await linkForMessage({ ticketNo, unit: receiver, n: sequence });
  const { departments, clerkLinks } = district();
  const unit = departments.find((one) => one.id === receiver)?.shortName ?? receiver;
  const params = { ticketNo, code, unit: fitSmsParam(unit) };
  const facts = { ticketNo, department: receiver };
  let refused: string | undefined;
  let sent = 0;
  for (const [index, phone] of phones.entries()) {
    try {
      const message = { id: `clerk-${id}-${index + 1}`, template: clerkLinks.smsTemplate, params };
      const result = await sendSms(message, phone);
      if (result.kind === 'sent') sent += 1;
      else refused = result.kind === 'rejected' ? result.detail : result.kind;
    } catch (error) {
      if (!(error instanceof PlatformBusy)) throw error;
      return failed(error.code);
    }
  }
  if (refused !== undefined) log.error('clerk not told', { ...facts, code: 'noticeRejected' }, undefined);
  if (sent === 0) return failed(refused ?? 'nobody');
  log.info('clerk told by short message', { ...facts, count: sent });
  return { kind: 'polling' };
}

/** Kept as a cause, which is one word: `phone:503` → `phone_503`. */
const failed = (code: string): Outcome => ({
  kind: 'failed',
  fault: 'notice',
  cause: code.replace(/\W/g, '_').slice(0, 60),
});
