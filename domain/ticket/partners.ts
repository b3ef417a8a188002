/** 协办、联办: who works along with the owner, and who of them hears that it is over. */
import type { CallbackType } from '#schemas/event.ts';
import type { Ticket } from '#schemas/ticket.ts';

type Told = { readonly to: string; readonly type: CallbackType };

const tell = (units: readonly string[], type: CallbackType, owner: string): Told[] =>
  [...new Set(units)].filter((unit) => unit !== owner).map((to) => ({ to, type }));

const called = ({ assists }: Ticket): string[] =>
  assists.filter(({ state }) => state !== 'finished').map(({ unit }) => unit);

const joint = (ticket: Ticket): readonly string[] => ticket.joint?.units ?? [];

/** The answer is given: that ends what others were called for, while joint handling lasts as long as the ticket. */
export const calledOff = (ticket: Ticket): Told[] => tell(called(ticket), 'withdrawn', ticket.owner);

/** The ticket ends without an answer. */
export const allCalledOff = (ticket: Ticket): Told[] =>
  tell([...called(ticket), ...joint(ticket)], 'withdrawn', ticket.owner);

/** 办结: for the units of joint handling as for the owner. */
export const jointClosed = (ticket: Ticket): Told[] => tell(joint(ticket), 'closed', ticket.owner);

/** The ticket goes to `owner` with these co-handlers: who takes part no more? */
export const leftOut = (ticket: Ticket, owner: string, coHandlers: readonly string[]): Told[] =>
  tell(
    joint(ticket).filter((unit) => !coHandlers.includes(unit)),
    'withdrawn',
    owner,
  );
