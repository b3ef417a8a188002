/** 协办、联办: who works along with the owner, and who of them hears that it is over. */
import type { CallbackType } from '#schemas/event.ts';
import type { Assist, Ticket } from '#schemas/ticket.ts';

type Told = { readonly to: string; readonly type: CallbackType };

const tell = (units: readonly string[], type: CallbackType, owner: string): Told[] =>
  [...new Set(units)].filter((unit) => unit !== owner).map((to) => ({ to, type }));

const called = ({ assists }: Ticket): string[] =>
  assists.filter(({ state }) => state !== 'finished').map(({ unit }) => unit);

const joint = (ticket: Ticket): readonly string[] => ticket.joint?.units ?? [];

/** The answer is given: that ends what others were called for. Joint handling lasts as long as the ticket, so who is in it stays. */
export const calledOff = (ticket: Ticket): Told[] =>
  tell(
    called(ticket).filter((unit) => !joint(ticket).includes(unit)),
    'withdrawn',
    ticket.owner,
  );

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

export const assisted = (ticket: Ticket, unit: string, state: Assist['state'], at: string): Ticket => ({
  ...ticket,
  assists: ticket.assists.map((assist) => (assist.unit === unit ? { unit, state, at } : assist)),
});

/** Whoever still works along is told that it is over; from then on it is. */
export const sentHome = ({ assists }: Ticket, at: string): Partial<Ticket> => ({
  assists: assists.map((assist) => (assist.state === 'finished' ? assist : { ...assist, state: 'finished', at })),
});

/** 联办 goes on with those who stay co-handlers. */
export function stillJoint(ticket: Ticket): Ticket {
  const { joint, ...rest } = ticket;
  const units = joint?.units.filter((unit) => unit !== rest.owner && rest.coHandlers.includes(unit)) ?? [];
  return joint === undefined || units.length === 0 ? rest : { ...rest, joint: { ...joint, units } };
}
