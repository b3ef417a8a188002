/** 并单、拆单: an operator's command that changes a second ticket in the same transaction. */
import type { TicketCommand } from '#domain/ticket/command.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import type { Receipt } from '#functions/ports/receipt-store.ts';
import type { ChangeRequest } from '#functions/shared/change.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import type { HotlineCommand } from '#schemas/command.ts';
import type { Ticket } from '#schemas/ticket.ts';

/**
 * `ticketNo`: the ticket that the command is given to. The number of a part is drawn anew in every try: a replay of the operator's
 * message is answered by its key.
 */
export async function withPartner(
  ticketNo: string,
  command: HotlineCommand,
): Promise<Pick<ChangeRequest, 'command' | 'partner'>> {
  switch (command.command) {
    case 'merge': {
      const { into, reason } = command;
      return {
        command,
        partner: { ticketNo: into, command: (ticket) => ({ command: 'absorb', from: ticket.ticketNo, reason }) },
      };
    }
    case 'split': {
      const { title, content, owner, category, reason } = command;
      const whole = await receiptStore().findByTicketNo(ticketNo);
      const newTicketNo = drawTicketNo(district().ticketPrefix, officeNow());
      const part = {
        command: 'registerSplit',
        ticketNo: newTicketNo,
        title,
        content,
        owner,
        category,
        reason,
      } as const;
      return {
        command: { ...command, newTicketNo } satisfies TicketCommand,
        partner: {
          ticketNo: newTicketNo,
          command: (parent) => ({ ...part, parent }),
          receiptOf: (made) => receiptOf(made, { title, content }, whole),
        },
      };
    }
    default:
      return { command };
  }
}

/** A second intake of the same citizen: what they are found by is the whole's, number and words are the part's. */
function receiptOf(made: Ticket, words: { title: string; content: string }, whole: Receipt | undefined): Receipt {
  const { ticketNo, channel, channelRef, receivedAt, queryKeyId, callerToken, kind, flags } = made;
  const { bodyHash = '', callerHash, phoneHash } = whole ?? {};
  const known = { ticketNo, receivedAt, queryKeyId, callerToken };
  return {
    ...known,
    bodyHash,
    ...(callerHash === undefined ? {} : { callerHash }),
    ...(phoneHash === undefined ? {} : { phoneHash }),
    request: { schema: 1, channel, channelRef, kind, ...known, ...words, ...flags },
  };
}
