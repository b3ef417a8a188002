/**
 * 内容安全: asks WeChat about a request that came through it and may be published, and notes the answer on the ticket. It only
 * holds back publication: the request was taken, routed and sent on before this runs, and goes on whatever it says.
 */
import type { CommandOf } from '#domain/ticket/command.ts';
import type { CallerStore } from '#functions/ports/caller-store.ts';
import type { CheckContent, ContentVerdict } from '#functions/ports/content-check.ts';
import type { TicketStore } from '#functions/ports/ticket-store.ts';
import { ticketAt } from '#functions/shared/delivery/ticket-at.ts';

export type ContentRecord = CommandOf<'recordContentCheck'>;

export interface ContentPorts {
  readonly tickets: TicketStore;
  readonly callers: CallerStore;
  readonly check: CheckContent;
}

/** The record that is to be written, or undefined when there is nothing (more) to check. Throws `PlatformBusy`. */
export async function checkRequest(
  ports: ContentPorts,
  ticketNo: string,
  seq: number,
): Promise<ContentRecord | undefined> {
  const { ticket, event, later } = await ticketAt(ports.tickets, ticketNo, seq);
  if (event.type !== 'registered' || ticket.channel !== 'wechat' || !ticket.publicConsent) return undefined;
  if (later.some(({ type }) => type === 'contentChecked')) return undefined;
  // 保密: who said it is shown to nobody outside, least of all together with the words.
  if (ticket.flags.confidential) return { command: 'recordContentCheck', outcome: 'unchecked', label: 'confidential' };
  const openid = (await ports.callers.get(ticket.callerToken))?.openid;
  const text = await ports.tickets.text(ticketNo, ticket.textKey);
  // WeChat judges words together with their writer; without either there is nothing to ask about.
  const verdict: ContentVerdict =
    openid === undefined || text?.kind !== 'request'
      ? { outcome: 'unchecked', label: openid === undefined ? 'noOpenid' : 'noText' }
      : await ports.check({ openid, title: text.title, content: text.content });
  return { command: 'recordContentCheck', ...verdict };
}
