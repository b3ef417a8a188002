/** A new request: decides who owns it and writes the ticket. Not sure → the hotline's desk. */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { DUPLICATE_DAYS, likelyDuplicates } from '#domain/routing/duplicates.ts';
import { route } from '#domain/routing/route.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { textReader } from '#functions/adapters/text-model.ts';
import { changeTicket } from '#functions/shared/change.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';

const DAY_MS = 86_400_000;

/** The same request again changes nothing. Throws when the ticket could not be written: the queue brings it again. */
export async function register(intake: IntakeRequest): Promise<void> {
  const { ticketNo, channel, channelRef, callerHash } = intake;
  const decision = route({ ...intake, callerEnterprise: intake.enterprise }, district(), textReader());
  const result = await changeTicket({
    ticketNo,
    command: { command: 'register', intake, decision, similar: await similarTo(intake, decision) },
    actor: { kind: 'system', id: 'router' },
    receipt: { channel, channelRef },
    callerHash,
  });
  if (result.outcome !== 'changed' && result.outcome !== 'replayed') throw new Error(`not routed: ${result.outcome}`);
}

/** 疑似重复 among what the same caller asked lately. */
async function similarTo(
  { ticketNo, receivedAt, callerHash }: IntakeRequest,
  { categoryCode, townCode }: RoutingDecision,
): Promise<string[]> {
  if (callerHash === undefined || categoryCode === undefined) return [];
  const earlier = await ticketStore().recentOf(callerHash, fromIso(receivedAt) - DUPLICATE_DAYS * DAY_MS);
  return likelyDuplicates({ ticketNo, receivedAt, categoryCode, townCode }, earlier);
}
