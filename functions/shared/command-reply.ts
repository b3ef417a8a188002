/** From what became of a command to the answer of an HTTP door. */
import type { ChangeResult } from './change.ts';
import type { Reply } from './http.ts';
import { ProblemError } from './problem.ts';

/** Throws ProblemError: 404 for a ticket that is unknown to this caller, 409 for what its state, role or rule forbids. */
export function commandReply(result: ChangeResult): Reply {
  switch (result.outcome) {
    case 'changed':
      return { status: 200, body: result.answer };
    case 'replayed':
      return { status: 200, body: result.answer, headers: { 'idempotent-replay': 'true' } };
    case 'rejected':
      throw new ProblemError('commandRejected', result.rejection);
    case 'causeMisused':
      throw new ProblemError('referenceConflict', {
        detail: 'this message id came before with another body or for another ticket',
      });
    case 'unknownTicket':
      throw new ProblemError('notFound');
    case 'busy':
      throw new ProblemError('busy');
  }
}
