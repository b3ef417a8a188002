/**
 * One real message of each callback type, for the pages that departments read: tickets that live through everything that a
 * department is told of, by the rules themselves. The caller and the words are invented.
 */
import { fromIso } from '#domain/calendar/shanghai.ts';
import { callbackEvent, needsRequest, noteOf } from '#domain/delivery/callback.ts';
import type { Addition, ReadableRequest } from '#domain/delivery/words.ts';
import type { TicketCommand } from '#domain/ticket/command.ts';
import { decide } from '#domain/ticket/decide.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { useDistrict } from '#functions/adapters/district.ts';
import { decideContext } from '#functions/shared/change.ts';
import { namesOf } from '#functions/shared/delivery/callback-source.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import { type Actor, CallbackType, type TicketEvent } from '#schemas/event.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { Ticket, TicketText } from '#schemas/ticket.ts';

export const UNIT = 'renshe';
const TICKET = 'XA2026112300000018';
const caller = {
  callerToken: 'example',
  createdAt: '2026-11-23T09:30:00.000+08:00',
  name: '张示例',
  phone: '+8613800000000',
};
const intake: IntakeRequest = {
  schema: 1,
  channel: 'phone',
  ticketNo: TICKET,
  channelRef: 'CC-20261123-000117',
  receivedAt: '2026-11-23T09:30:00.000+08:00',
  callerToken: caller.callerToken,
  queryKeyId: 'k1',
  kind: 'complaint',
  title: '家具厂拖欠工资',
  content: '来电人反映，其与六名工友在一家家具厂上班，厂方自九月起未发工资，合计约四万二千元，要求协助追讨。',
  anonymous: false,
  confidential: false,
  enterprise: false,
  danger: false,
};
const request: ReadableRequest = {
  kind: 'request',
  title: intake.title,
  content: intake.content,
  placeText: '示例路八号家具厂',
  place: { lat: 29.8521, lng: 114.2987, crs: 'GCJ-02' },
  attachments: [{ name: '工资条.jpg', url: 'https://attachments.example/kept/5f0a?X-Amz-Signature=…', bytes: 183_024 }],
  recordings: [],
};

const router: Actor = { kind: 'system', id: 'router' };
const citizen: Actor = { kind: 'citizen' };
const desk: Actor = { kind: 'operator', id: 'desk-7', role: 'dispatcher' };
const unit: Actor = { kind: 'department', id: UNIT };

const reply: TicketCommand = {
  command: 'reply',
  resultCode: 'solved',
  handling: '已约谈厂方。',
  publicAnswer: '您好，拖欠的工资已经发放。',
};

/** When, who, what. */
type Step = readonly [at: string, actor: Actor, command: TicketCommand];

const toItsEnd = (decision: RoutingDecision): readonly Step[] => [
  ['2026-11-23T09:30:05+08:00', router, { command: 'register', intake, decision }],
  ['2026-11-23T10:02:00+08:00', citizen, { command: 'append', text: '厂里今天又停工了，负责人不接电话。' }],
  ['2026-11-23T15:40:00+08:00', citizen, { command: 'urge' }],
  ['2026-11-24T17:30:00+08:00', router, { command: 'tick' }],
  ['2026-11-24T17:41:00+08:00', unit, { command: 'sign', handler: 'A017' }],
  ['2026-11-24T17:42:00+08:00', unit, { command: 'accept', handler: 'A017' }],
  ['2026-11-26T16:00:00+08:00', unit, reply],
  ['2026-11-26T17:05:00+08:00', desk, { command: 'review', approve: false, reason: '请写明发放日期' }],
  ['2026-11-27T09:10:00+08:00', unit, reply],
  ['2026-11-27T10:00:00+08:00', desk, { command: 'review', approve: true, reason: '答复清楚' }],
  ['2026-11-30T09:20:00+08:00', desk, { command: 'rework', reason: '回访：两人仍未收到' }],
  ['2026-12-02T11:00:00+08:00', unit, reply],
  ['2026-12-02T15:00:00+08:00', desk, { command: 'review', approve: true, reason: '答复清楚' }],
  ['2026-12-03T10:12:00+08:00', desk, { command: 'close', reason: '回访满意' }],
];
const withdrawn = (decision: RoutingDecision): readonly Step[] => [
  ['2026-11-23T09:30:05+08:00', router, { command: 'register', intake, decision }],
  ['2026-11-23T09:52:00+08:00', desk, { command: 'assign', owner: 'zhujian', reason: '工地工资由住建部门牵头' }],
];

const TOWN = 'guanbuqiao';
const town: Actor = { kind: 'department', id: TOWN };
/** A town owns it and calls the unit in. */
const calledIn = (decision: RoutingDecision): readonly Step[] => [
  ['2026-11-23T09:30:05+08:00', router, { command: 'register', intake, decision: { ...decision, owner: TOWN } }],
  ['2026-11-23T09:40:00+08:00', town, { command: 'sign' }],
  ['2026-11-23T09:45:00+08:00', town, { command: 'accept' }],
  ['2026-11-23T10:00:00+08:00', town, { command: 'whistle', units: [UNIT], reason: '请劳动监察到场核查工资台账' }],
  ['2026-11-23T11:00:00+08:00', unit, { command: 'reportIn', note: '监察员已到场' }],
  ['2026-11-24T10:00:00+08:00', unit, { command: 'finishAssist', note: '台账已核对，欠薪属实' }],
];
/** What the office may do with a ticket while the unit handles it. */
const steered = (decision: RoutingDecision): readonly Step[] => [
  ['2026-11-23T09:30:05+08:00', router, { command: 'register', intake, decision }],
  ['2026-11-23T09:40:00+08:00', unit, { command: 'sign' }],
  ['2026-11-23T09:45:00+08:00', unit, { command: 'accept' }],
  ['2026-11-23T10:10:00+08:00', desk, { command: 'absorb', from: 'XA2026112300000026', reason: '同一工厂' }],
  ['2026-11-23T10:20:00+08:00', desk, { command: 'supervise', level: 'director', reason: '企业再次投诉' }],
  ['2026-11-23T10:30:00+08:00', desk, { command: 'openJointHandling', units: [TOWN], reason: '须属地配合' }],
  ['2026-11-23T10:40:00+08:00', desk, { command: 'setUrgency', urgency: 'urgent', reason: '涉及二十余人' }],
  ['2026-11-23T11:00:00+08:00', unit, { command: 'handOver', to: 'B', reason: '甲出差' }],
  ['2026-11-23T15:00:00+08:00', desk, { command: 'suspend', until: '2026-11-27T09:00:00+08:00', reason: '等鉴定结论' }],
  ['2026-11-26T09:00:00+08:00', desk, { command: 'resume', reason: '结论已出' }],
];

interface Told {
  readonly events: readonly TicketEvent[];
  readonly texts: ReadonlyMap<string, TicketText>;
}

function live(steps: readonly Step[]): Told {
  let ticket: Ticket | undefined;
  const events: TicketEvent[] = [];
  const texts = new Map<string, TicketText>();
  for (const [at, actor, command] of steps) {
    const decided = decide(ticket, command, actor, { ...decideContext(), now: fromIso(at) });
    if (!decided.ok)
      throw new Error(`the story of the examples breaks at ${command.command}: ${decided.rejection.detail}`);
    ticket = decided.ticket;
    events.push(...decided.events);
    for (const { key, text } of decided.texts) texts.set(key, text);
  }
  return { events, texts };
}

/** What the events tell the unit, in order. */
function messages({ events, texts }: Told, receiver = UNIT): CallbackEvent[] {
  const names = namesOf(compiled());
  return events.flatMap((event, at) => {
    const callback = event.callbacks?.find(({ to }) => to === receiver);
    const history = events.slice(0, at + 1);
    const ticket = fold(history);
    if (callback === undefined || ticket === undefined) return [];
    const told = event.type === 'appended' ? [event] : needsRequest(callback.type) ? history : [];
    const additions = told.flatMap((one) =>
      one.type === 'appended' ? additionOf(one.at, texts.get(one.noteKey)) : [],
    );
    const key = noteOf(event);
    const note = key === undefined ? undefined : texts.get(key);
    const merged =
      event.type === 'absorbed' ? [{ ticket: same(event.from, ticket), request: sameWords, additions: [] }] : [];
    const source = {
      event,
      callback,
      ticket,
      caller,
      additions,
      merged,
      ...(note?.kind === 'note' && { note: note.text }),
    };
    const body = needsRequest(callback.type) ? { ...source, request } : source;
    return [CallbackEvent.parse(callbackEvent(body, names))];
  });
}

/** The other request of a merge. */
const same = (ticketNo: string, ticket: Ticket): Ticket => ({ ...ticket, ticketNo });
const sameWords: ReadableRequest = {
  kind: 'request',
  title: '家具厂欠薪',
  content: '来电人反映，其亲属在同一家家具厂上班，两个月未领到工资。',
  placeText: '示例路八号',
  attachments: [],
  recordings: [],
};

const additionOf = (at: string, text: TicketText | undefined): Addition[] =>
  text?.kind === 'note' ? [{ at, text: text.text, attachments: [] }] : [];

let district: ReturnType<typeof compileDistrict> | undefined;
const compiled = () => {
  district ??= compileDistrict('xianan');
  return district;
};

const typeOf = ({ type }: CallbackEvent): string => type.split('.')[3] ?? '';

/** By type, in the order of the contract. @throws when a type has no message: then the story has to tell of it */
export function examples(): ReadonlyMap<CallbackType, CallbackEvent> {
  useDistrict(compiled());
  const decision: RoutingDecision = {
    disposition: 'unit',
    owner: UNIT,
    coHandlers: [],
    categoryCode: '01.1',
    townCode: '421202003000',
    urgency: 'normal',
    enterprise: false,
    trace: {
      catalogueVersion: 'example',
      rule: 'department-duty',
      inputs: ['content'],
      evidence: [],
      runnersUp: [],
      confidence: 0.9,
      sentence: '',
    },
  };
  const called = live(calledIn(decision));
  const all = [
    ...messages(live(toItsEnd(decision))),
    ...messages(live(withdrawn(decision))),
    ...messages(called),
    ...messages(called, TOWN),
    ...messages(live(steered(decision))),
  ];
  return new Map(
    CallbackType.options.map((type) => {
      const found = all.find((message) => typeOf(message) === type);
      if (found === undefined)
        throw new Error(`no story of scripts/departments-docs/story.ts tells a department of ${type}`);
      return [type, found];
    }),
  );
}
