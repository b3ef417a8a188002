/** Builders for tests of the ticket's life cycle: a real district's calendar and limits, a request, actors. */
import { readFileSync } from 'node:fs';
import { fromIso } from '#domain/calendar/shanghai.ts';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { DecideContext, Decision, TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import type { Role } from '#domain/ticket/roles.ts';
import type { UnitLevel } from '#schemas/district.ts';
import type { Actor, TicketEvent } from '#schemas/event.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import { CalendarData, LimitProfile } from '#schemas/sla.ts';
import type { Ticket } from '#schemas/ticket.ts';

const data = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../districts/xianan/${file}`, import.meta.url), 'utf8'));

export const rules = {
  calendar: new WorkingCalendar(CalendarData.parse(data('calendar.json'))),
  profile: LimitProfile.parse(data('limits.json')),
};

/** A Monday morning in office hours. */
export const MONDAY = fromIso('2026-11-23T09:00:00+08:00');
export const HOUR = 3_600_000;
export const UNITS = ['renshe', 'guanbuqiao', 'zhujian', 'hotline'];
const LEVELS: Readonly<Record<string, UnitLevel>> = {
  renshe: 'department',
  zhujian: 'department',
  guanbuqiao: 'town',
  hotline: 'hotline',
};

export const context = (now = MONDAY): DecideContext => ({
  now,
  rules,
  isUnit: (id) => UNITS.includes(id),
  levelOf: (id) => LEVELS[id],
  handlerOf: () => 'A',
  isCategory: (code) => /^\d{2}\.1$/.test(code),
  isTown: (code) => code.startsWith('421202'),
  desk: 'hotline',
});

export const system: Actor = { kind: 'system', id: 'router' };
export const citizen: Actor = { kind: 'citizen' };
export const unit = (id: string): Actor => ({ kind: 'department', id });
export const operator = (role: Role): Actor => ({ kind: 'operator', id: 'desk-7', role });
export const dispatcher = operator('dispatcher');
export const leader = operator('leader');

export const intake = (changes: Partial<IntakeRequest> = {}): IntakeRequest => ({
  schema: 1,
  channel: 'phone',
  ticketNo: 'XA2026112300000018',
  channelRef: 'call-1',
  receivedAt: '2026-11-23T08:59:00.000+08:00',
  callerToken: '0b9c1c8e-0000-4000-8000-000000000000',
  queryKeyId: 'k1',
  kind: 'complaint',
  title: '工地拖欠工资',
  content: '官埠桥镇某工地拖欠七名工人两个月工资。',
  anonymous: false,
  confidential: false,
  enterprise: false,
  danger: false,
  ...changes,
});

export const decision = (changes: Partial<RoutingDecision> = {}): RoutingDecision => ({
  disposition: 'unit',
  owner: 'guanbuqiao',
  coHandlers: [],
  categoryCode: '01.1',
  townCode: '421202102000',
  urgency: 'normal',
  enterprise: false,
  trace: {
    catalogueVersion: 'test',
    rule: 'town-duty',
    inputs: ['content'],
    evidence: [],
    runnersUp: [],
    confidence: 0.9,
    sentence: '事发地官埠桥镇 → 官埠桥镇人民政府',
  },
  ...changes,
});

export const register = (changes: Partial<IntakeRequest> = {}, decided: Partial<RoutingDecision> = {}) =>
  ({ command: 'register', intake: intake(changes), decision: decision(decided) }) as const;

/** A ticket and everything that happened to it; `give` fails the test when the command is refused. */
export class Story {
  ticket: Ticket | undefined;
  readonly events: TicketEvent[] = [];
  now: number;

  constructor(now = MONDAY) {
    this.now = now;
  }

  /** `other`: the second ticket of a merge. */
  try(command: TicketCommand, actor: Actor, other?: Ticket): Decision {
    const result = decide(this.ticket, command, actor, { ...context(this.now), other });
    if (result.ok) {
      this.ticket = result.ticket;
      this.events.push(...result.events);
    }
    return result;
  }

  give(command: TicketCommand, actor: Actor, other?: Ticket): this {
    const result = this.try(command, actor, other);
    if (!result.ok) throw new Error(`${command.command}: ${result.rejection.code} ${result.rejection.detail}`);
    return this;
  }

  later(ms: number): this {
    this.now += ms;
    return this;
  }

  get is(): Ticket {
    if (this.ticket === undefined) throw new Error('no ticket yet');
    return this.ticket;
  }
}

export const reply = {
  command: 'reply',
  resultCode: 'solved',
  handling: '已约谈施工单位。',
  publicAnswer: '拖欠的工资已全部发放。',
} as const;

/** A registered ticket of 官埠桥镇 that was taken as far as `until`. */
export function storyUntil(until: 'AWAIT_SIGN' | 'SIGNED' | 'HANDLING' | 'REPLIED' | 'AWAIT_VISIT' | 'CLOSED'): Story {
  const owner = unit('guanbuqiao');
  const steps: [string, (story: Story) => void][] = [
    ['AWAIT_SIGN', (s) => s.give(register(), system)],
    ['SIGNED', (s) => s.give({ command: 'sign' }, owner)],
    ['HANDLING', (s) => s.give({ command: 'accept' }, owner)],
    ['REPLIED', (s) => s.give(reply, owner)],
    ['AWAIT_VISIT', (s) => s.give({ command: 'review', approve: true, reason: '答复清楚' }, dispatcher)],
    ['CLOSED', (s) => s.give({ command: 'close', reason: '回访满意' }, dispatcher)],
  ];
  const story = new Story();
  for (const [status, step] of steps) {
    step(story);
    if (status === until) break;
    story.later(HOUR / 6);
  }
  return story;
}
