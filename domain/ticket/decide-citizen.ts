/** Commands of the citizen. A rating is a visit: solved and satisfied closes the ticket, anything else leaves it to the hotline. */
import type { Satisfaction, Ticket } from '#schemas/ticket.ts';
import type { Rate } from './command.ts';
import { closed } from './decide-hotline.ts';
import type { Draft } from './drafts.ts';
import { type Outcome, reject } from './outcome.ts';

/** 满意率 counts the first three grades. */
const SATISFIED: readonly Satisfaction[] = ['verySatisfied', 'satisfied', 'basicallySatisfied'];

export function decideByCitizen(ticket: Ticket, { solved, satisfaction, comment }: Rate): Outcome {
  if (ticket.rating !== undefined) return reject('ruleForbids', 'the ticket is rated already');
  const key = `rating-${ticket.version + 1}`;
  const rated: Draft = { type: 'rated', solved, satisfaction, ...(comment === undefined ? {} : { commentKey: key }) };
  const ends = ticket.status === 'AWAIT_VISIT' && solved && SATISFIED.includes(satisfaction);
  return {
    drafts: ends ? [rated, closed(ticket, 'citizen')] : [rated],
    texts: comment === undefined ? [] : [{ key, text: { kind: 'note', text: comment } }],
  };
}
