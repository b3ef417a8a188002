/**
 * Random lives (模拟): people of the office act on a ticket in office hours, some at once, some late, some never. The shares are
 * assumptions, made on the careful side: more is late, suspended and forgotten than a hotline would bear.
 */
import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import type { Kind, Urgency } from '#schemas/common.ts';
import type { Actor } from '#schemas/event.ts';
import { registration } from './request.ts';
import { type ContextAt, TimedTicket, type Witness } from './timed-ticket.ts';

type Random = () => number;
type By = 'owner' | 'desk' | 'citizen';
interface Step {
  /** Office hours that the step takes, least and most. */
  readonly after: readonly [number, number];
  readonly by: By;
  readonly command: (now: number, owner: string) => TicketCommand;
}

/** Office hours of a day, about. */
const DAY = 6.5;
const reason = '模拟';
const DESK: Actor = { kind: 'operator', id: 'desk-1', role: 'dispatcher' };
const OWNERS = ['guanbuqiao', 'zhujian', 'renshe'] as const;

const step = (by: By, least: number, most: number, command: TicketCommand | Step['command']): Step => ({
  by,
  after: [least, most],
  command: typeof command === 'function' ? command : () => command,
});
const sign = (least: number, most: number) => step('owner', least, most, { command: 'sign' });
const accept = step('owner', 0, 3, { command: 'accept' });
const contact = step('owner', 0, 4, { command: 'contact' });
const reply = (least: number, most: number) =>
  step('owner', least, most, {
    command: 'reply',
    resultCode: 'solved',
    handling: '已处理',
    publicAnswer: '已处理完毕。',
  });
const review = step('desk', 0, DAY, { command: 'review', approve: true, reason });
const rate = (solved: boolean) =>
  step('desk', 1, 2 * DAY, { command: 'rate', solved, satisfaction: solved ? 'satisfied' : 'dissatisfied', reason });
const begun = [sign(0, 4), accept, contact];
const ending = [review, rate(true)];
const days = (least: number, most: number) => [least * DAY, most * DAY] as const;

/** What becomes of a ticket, with its share of all. */
const LIVES: readonly (readonly [share: number, steps: readonly Step[]])[] = [
  [0.6, [...begun, reply(...days(0.3, 3.5)), ...ending]],
  // Signed late, answered late.
  [0.15, [sign(...days(0.8, 3)), accept, contact, reply(...days(3, 10)), ...ending]],
  [
    0.07,
    [
      ...begun,
      step('owner', ...days(1, 3), (now) => ({
        command: 'requestExtension',
        newDeadline: new Date(now + 9 * 24 * HOUR).toISOString(),
        reason,
      })),
      step('desk', 0.5, DAY, { command: 'approveExtension', reason }),
      reply(...days(2, 8)),
      ...ending,
    ],
  ],
  [
    0.05,
    [
      ...begun,
      step('desk', 2, DAY, (now) => ({
        command: 'suspend',
        until: new Date(now + 25 * 24 * HOUR).toISOString(),
        reason,
      })),
      reply(...days(17, 22)),
      ...ending,
    ],
  ],
  [
    0.06,
    [
      step('owner', 1, 6, (_, owner) => ({
        command: 'return',
        reasonCode: 'notOurDuty',
        reason,
        legalBasis: '三定方案',
        suggestedDepartment: owner === 'zhujian' ? 'renshe' : 'zhujian',
      })),
      step('desk', 0.5, 4, (_, owner) => ({
        command: 'approveReturn',
        owner: owner === 'zhujian' ? 'renshe' : 'zhujian',
        reason,
      })),
      ...begun,
      reply(...days(1, 4)),
      ...ending,
    ],
  ],
  // The citizen is not satisfied: once more.
  [
    0.04,
    [
      ...begun,
      reply(...days(1, 3)),
      review,
      rate(false),
      step('desk', 0.5, 4, { command: 'rework', reason }),
      reply(...days(1, 3)),
      ...ending,
    ],
  ],
  // Forgotten: red comes for weeks or months.
  [0.025, [sign(...days(1, 20)), accept, reply(...days(20, 120)), ...ending]],
  // More than the rest, because shares don't quite add up to one in binary.
  [0.006, []],
];

const KINDS: readonly (readonly [number, Kind])[] = [
  [0.3, 'consult'],
  [0.33, 'help'],
  [0.25, 'complaint'],
  [0.05, 'report'],
  [0.05, 'suggestion'],
  [0.021, 'praise'],
];
const URGENCIES: readonly (readonly [number, Urgency])[] = [
  [0.9, 'normal'],
  [0.08, 'urgent'],
  [0.021, 'critical'],
];

function pick<T>(shares: readonly (readonly [number, T])[], random: Random): T {
  let left = random();
  for (const [share, value] of shares) {
    left -= share;
    if (left < 0) return value;
  }
  throw new RangeError('shares add up to less than one');
}

/** When a ticket comes in on the day that begins at `midnight` (epoch ms): mostly in office hours, some at any time. */
export function arrival(calendar: WorkingCalendar, midnight: number, random: Random): number {
  if (random() < 0.2) return midnight + random() * 24 * HOUR;
  return calendar.afterWorked(midnight, random() * DAY * HOUR);
}

/** When somebody has done it: after so much office time, or among the first things of the next morning. */
function done(calendar: WorkingCalendar, now: number, [least, most]: Step['after'], random: Random): number {
  const at = calendar.afterWorked(now, (least + (most - least) * random()) * HOUR);
  if (random() < 0.75) return at;
  const morning = calendar.nextOfficeTime(at + 16 * HOUR);
  return calendar.afterWorked(morning, -Math.log(1 - random()) * 10 * MINUTE);
}

/** Lives one ticket from `arrives` to its end, or to `end` (epoch ms). A step that the rules refuse is left out. */
export function live(
  contextAt: ContextAt,
  random: Random,
  { arrives, end }: { arrives: number; end: number },
  witness: Witness,
): TimedTicket {
  const ticket = new TimedTicket(contextAt, arrives, witness);
  const { calendar } = contextAt(arrives).rules;
  const owner = OWNERS[Math.floor(random() * OWNERS.length)] ?? OWNERS[0];
  const request = { kind: pick(KINDS, random), urgency: pick(URGENCIES, random), owner, at: arrives };
  ticket.give(registration(request), { kind: 'system', id: 'router' });
  for (const { after, by, command } of pick(LIVES, random)) {
    const at = done(calendar, ticket.now, after, random);
    if (at > end) break;
    ticket.until(at);
    ticket.try(command(at, ticket.is.owner), by === 'owner' ? { kind: 'department', id: ticket.is.owner } : DESK);
  }
  return ticket.until(end);
}
