/**
 * 到期清除: erases what was kept for as long as the district's `retention.json` says. A run takes so many tickets and leaves the
 * others to the next; whatever it was cut off at, the next run finishes. History is not touched.
 */
import { erasures, isRecordOver } from '#domain/retention/due.ts';
import { district } from '#functions/adapters/district.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { erasureStore } from '#functions/adapters/erasure-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { correlated, traced } from '#functions/shared/correlation.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import { relatedTickets } from '#functions/shared/related.ts';

/** A county's hotline ends some hundred tickets a day, and each is looked at a few times a year. */
const AT_ONCE = 200;
const PARALLEL = 10;

export const handler = traced<unknown, void>(async () => {
  const now = officeNow();
  const numbers = await erasureStore().toLookAt(now, AT_ONCE);
  const counts = { itemsErased: 0, purgeFailures: 0 };
  for (let start = 0; start < numbers.length; start += PARALLEL) {
    const part = numbers.slice(start, start + PARALLEL);
    await Promise.all(
      part.map((ticketNo) =>
        correlated({ ticketNo }, async () => {
          try {
            const erased = await purge(ticketNo, now);
            counts.itemsErased += erased;
          } catch (error) {
            // One that can't be erased must not keep the others.
            log.error('not erased', { code: 'purgeFailed' }, error);
            counts.purgeFailures += 1;
          }
        }),
      ),
    );
  }
  publish(counts);
});

async function purge(ticketNo: string, now: number): Promise<number> {
  const ticket = await ticketStore().load(ticketNo);
  if (ticket === undefined) return 0;
  const related = await relatedTickets(ticket, ticketStore());
  const { retention } = district();
  const { due, lookAgainAt } = erasures(ticket, related, retention, now);
  const erased =
    due.length === 0 ? 0 : await erasureStore().erase(ticket, due, (at) => isRecordOver(at, retention, now));
  if (erased > 0) log.info('erased', { ticketNo, count: erased, code: due.join('+') });
  await erasureStore().lookAgain(ticket, lookAgainAt);
  return erased;
}
