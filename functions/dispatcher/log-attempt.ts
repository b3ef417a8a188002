/** One log line for every attempt to deliver, the evidence (送达记录) that outlives the row's bounded list; and its count. */
import type { HealthChange } from '#domain/delivery/endpoint.ts';
import { type Facts, log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';
import type { AttemptReport } from './engine.ts';

export function logAttempt({ delivery, attempt, outcome, verdict, milliseconds }: AttemptReport): void {
  const facts: Facts = {
    ticketNo: delivery.ticketNo,
    seq: delivery.seq,
    department: delivery.unit,
    attempt,
    ...(outcome.kind === 'answered' ? { status: outcome.status } : {}),
    ...(outcome.kind === 'failed' ? { code: outcome.fault } : {}),
    milliseconds,
    outcome: verdict.kind === 'dead' ? verdict.why : verdict.kind,
  };
  if (outcome.kind === 'polling') log.info('callback left to polling', facts);
  else if (verdict.kind === 'delivered') log.info('callback delivered', facts);
  else if (verdict.kind === 'retry') log.warn('callback not delivered, will retry', facts);
  else log.warn('callback dead-lettered', facts);
  if (outcome.kind === 'polling') return;
  publish(verdict.kind === 'delivered' ? { callbacksDelivered: 1 } : { callbacksFailed: 1 });
}

/** The breaker of a unit opened or closed, or its endpoint was disabled. */
export function logHealth({ unit, failures, disabledWhy, openUntil }: EndpointHealth, change: HealthChange): void {
  const facts: Facts = { department: unit, count: failures };
  if (change === 'closed') log.info('endpoint is back', facts);
  else if (change === 'opened') log.warn('breaker opened', { ...facts, code: 'breakerOpened', until: openUntil ?? '' });
  else log.warn('endpoint disabled', { ...facts, code: 'endpointDisabled', outcome: disabledWhy ?? '' });
}
