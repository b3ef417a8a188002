/** 并单、拆单: an operator's command that changes a second ticket in the same transaction. */
import type { TicketCommand } from '#domain/ticket/command.ts';
import { district } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import type { ChangeRequest } from '#functions/shared/change.ts';
import { drawTicketNo } from '#functions/shared/ticket-no.ts';
import type { HotlineCommand } from '#schemas/command.ts';

/** The number of a part is drawn anew in every try: a replay of the operator's message is answered by its key. */
export function withPartner(command: HotlineCommand): Pick<ChangeRequest, 'command' | 'partner'> {
  switch (command.command) {
    case 'merge': {
      const { into, reason } = command;
      return {
        command,
        partner: { ticketNo: into, command: ({ ticketNo }) => ({ command: 'absorb', from: ticketNo, reason }) },
      };
    }
    case 'split': {
      const { title, content, owner, category, reason } = command;
      const ticketNo = drawTicketNo(district().ticketPrefix, officeNow());
      const part = { command: 'registerSplit', ticketNo, title, content, owner, category, reason } as const;
      return {
        command: { ...command, newTicketNo: ticketNo } satisfies TicketCommand,
        partner: { ticketNo, command: (parent) => ({ ...part, parent }) },
      };
    }
    default:
      return { command };
  }
}
