/**
 * One act by a link: the unit's own command, once. What makes it once is the cause of the change: its key is the link and the
 * act, its content the body and the page's key for this try. The same again (a phone that lost the answer) is answered as
 * the first time; another one is refused.
 */
import { linkRole } from '#domain/ticket/clerk-acts.ts';
import { changeTicket, fingerprint } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import type { DepartmentCommand } from '#schemas/command.ts';
import type { HeldLink } from './authenticate.ts';

export const actKey = (hash: string, act: string): string => `link#${hash}#${act}`;

/** @throws ProblemError 409 `linkUsed` and whatever forbids the command, 404 when the ticket has gone to another unit */
export async function act(
  { link, hash }: HeldLink,
  command: DepartmentCommand,
  { body, headers }: Request,
): Promise<Reply> {
  const { ticketNo, unit, number } = link;
  const key = headers['idempotency-key'] ?? '';
  if (!/^[\w-]{0,128}$/.test(key)) {
    throw new ProblemError('bodyInvalid', { errors: [{ pointer: '', detail: 'header idempotency-key' }] });
  }
  const result = await changeTicket(
    {
      ticketNo,
      command,
      // Who it was the unit knows; the history shows by which link.
      actor: { kind: 'department', id: unit, handler: command.handler ?? `link:${number}` },
      cause: { key: actKey(hash, command.command), fingerprint: fingerprint(`${key}\n${body.toString('base64')}`) },
    },
    (ticket) => linkRole(ticket, unit) !== undefined,
  );
  if (result.outcome === 'causeMisused') {
    const detail = 'this link has done this act before; a link does each act once';
    throw new ProblemError('commandRejected', { code: 'linkUsed', detail });
  }
  return commandReply(result);
}
