/** 派单: takes requests off the intake queue, decides who owns them and writes the ticket. Not sure → the hotline's desk. */
import { route } from '#domain/routing/route.ts';
import { district } from '#functions/adapters/district.ts';
import { consumer } from '#functions/shared/batch.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { IntakeRequest } from '#schemas/intake.ts';

export const handler = consumer(IntakeRequest, async (intake) => {
  const decision = route({ ...intake, callerEnterprise: intake.enterprise }, district());
  const result = await changeTicket({
    ticketNo: intake.ticketNo,
    command: { command: 'register', intake, decision },
    actor: { kind: 'system', id: 'router' },
    receipt: { channel: intake.channel, channelRef: intake.channelRef },
  });
  if (result.outcome !== 'changed' && result.outcome !== 'replayed') throw new Error(`not routed: ${result.outcome}`);
});
