/** 未送达、恢复送达: what the delivery engine says of a dispatch that took too long. */
import type { Ticket } from '#schemas/ticket.ts';
import type { RecordDeliveryLate, RecordDeliveryRecovered } from './command.ts';
import type { Outcome } from './outcome.ts';

/** Once per delivery, and only one after the other: said twice, neither says anything. */
export function decideDelivery(ticket: Ticket, command: RecordDeliveryLate | RecordDeliveryRecovered): Outcome {
  const { unit, n } = command;
  const late = (ticket.undelivered ?? []).some((one) => one.unit === unit && one.n === n);
  switch (command.command) {
    case 'recordDeliveryLate':
      return { drafts: late ? [] : [{ type: 'deliveryLate', unit, n, since: command.since }] };
    case 'recordDeliveryRecovered': {
      const { minutesLost, how } = command;
      return { drafts: late ? [{ type: 'deliveryRecovered', unit, n, minutesLost, how }] : [] };
    }
  }
}
