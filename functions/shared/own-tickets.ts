/** 本人工单: what somebody asked before, found by the keyed hash of who they are. Reads no identity. */
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import { receiptStore } from '#functions/adapters/receipt-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import type { OwnTicket } from '#schemas/citizen.ts';
import type { QueryKey } from './query-code.ts';

/** A screen's worth; older ones are found by their numbers. */
const MOST = 20;

/** Newest first. `hash` is tried with every query key: receipts outlive a rotation. */
export async function ownTickets(hash: (key: QueryKey) => string): Promise<OwnTicket[]> {
  const { keys } = await secret('QUERY_SECRET');
  const found = (await Promise.all(keys.map((key) => receiptStore().findByCaller(hash(key), MOST)))).flat();
  const newest = found.sort((one, other) => (one.receivedAt < other.receivedAt ? 1 : -1)).slice(0, MOST);
  return Promise.all(
    newest.map(async ({ ticketNo, receivedAt, request }) => {
      const ticket = await ticketStore().load(ticketNo);
      return {
        ticketNo,
        receivedAt,
        channel: request.channel,
        kind: request.kind,
        title: request.title,
        status: ticket?.status ?? 'REGISTERED',
      };
    }),
  );
}
