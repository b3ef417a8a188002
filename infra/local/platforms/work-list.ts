/**
 * What a demo department still owes after a restart: it keeps nothing itself, so it asks Jieban for its work list, as a
 * real department's system does for its daily reconciliation.
 */
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { Deadlines } from '#schemas/command.ts';
import { Kind, TicketNo } from '#schemas/common.ts';
import { Status } from '#schemas/ticket.ts';
import { type ClerkStep, type JiebanAt, reworkSteps, type Task } from './clerk.ts';

const WorkList = z.object({
  tickets: z.array(z.object({ ticketNo: TicketNo, status: Status, kind: Kind, deadlines: Deadlines })),
  cursor: z.string().optional(),
});

const TIMEOUT_MS = 15_000;

/** What is left to do in a state; nothing in all others. */
const STEPS_LEFT: Partial<Record<Status, readonly ClerkStep[]>> = {
  AWAIT_SIGN: ['sign', 'accept', 'contact', 'reply'],
  SIGNED: ['accept', 'contact', 'reply'],
  HANDLING: ['contact', 'reply'],
};

/** Throws when Jieban doesn't answer with the list. */
export async function workLeft(jieban: JiebanAt, department: string, key: string): Promise<Task[]> {
  const tasks: Task[] = [];
  let cursor: string | undefined;
  do {
    const url = new URL(`/departments/${department}/tickets`, jieban.url);
    if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    const id = `msg_${randomUUID()}`;
    const now = new Date();
    const response = await fetch(url, {
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(key).sign(id, now, ''),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the work list of ${department} answered ${response.status}`);
    const page = WorkList.parse(await response.json());
    for (const { ticketNo, status, kind, deadlines } of page.tickets) {
      const steps = status === 'REWORK' ? reworkSteps(deadlines) : STEPS_LEFT[status];
      if (steps) tasks.push({ department, ticketNo, kind, category: undefined, steps });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return tasks;
}
