/** What must hold after every story, whatever befell it. Each complaint begins with the name of its check. */
import { isDeepStrictEqual } from 'node:util';
import { ruleFor } from '#domain/feedback/notice.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { TicketEvent } from '#schemas/event.ts';
import type { Matter, Rows, World } from './world.ts';

/** Complaints; none when nothing was lost and nothing doubled. */
export async function judge(world: World, matters: readonly Matter[]): Promise<string[]> {
  const complaints: string[] = [];
  const complain = (check: string, detail: string): void => void complaints.push(`${check}: ${detail}`);
  const depths = Object.entries(await world.jieban.runner.depths()).filter(([, count]) => count > 0);
  for (const [queue, count] of depths) complain('queues', `${count} left in ${queue}`);
  if (matters.length === 0) complain('acknowledged', 'the story has no request');
  for (const matter of matters) {
    const { ticketNo } = matter.receipt;
    const rows = await world.rows(matter.channel, matter.channelRef, ticketNo);
    for (const check of CHECKS) check(world, matter, rows, (name, detail) => complain(name, `${ticketNo} ${detail}`));
  }
  return complaints;
}

type Check = (world: World, matter: Matter, rows: Rows, complain: (check: string, detail: string) => void) => void;

const oneTicket: Check = (_, { numbers, receipt }, rows, complain) => {
  if (numbers.size !== 1) complain('one ticket', `one request was given ${[...numbers].join(', ')}`);
  if (rows.ticket?.ticketNo !== receipt.ticketNo) complain('one ticket', 'there is no such ticket');
  if (rows.receipt?.ticketNo !== receipt.ticketNo) complain('one ticket', 'its receipt names another');
  if (rows.receipt?.state !== 'routed' || rows.receipt.pendingKey !== undefined) {
    complain('one ticket', 'its receipt still waits for the router');
  }
};

/** Of the warnings those of the signature: the story waits for its marks. */
const nameOf = (event: TicketEvent): string =>
  event.type === 'warned' && event.clock === 'sign' ? `warned ${event.grade ?? event.colour}` : event.type;

const doneOnce: Check = (_, { done }, { events }, complain) => {
  // The router's own: one owner, and another one only when somebody is told that it is done.
  const asked = ['registered', 'dispatched', ...done];
  for (const name of new Set(asked)) {
    const times = asked.filter((one) => one === name).length;
    const written = events.filter((event) => nameOf(event) === name).length;
    if (written !== times) complain('acknowledged', `${name} was done ${times} times and written ${written} times`);
  }
};

const snapshot: Check = (_, __, { ticket, events }, complain) => {
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
  if (gap >= 0) complain('snapshot', `event ${gap + 1} is missing`);
  else if (!isDeepStrictEqual(fold(events), ticket)) complain('snapshot', 'it is not what its events make');
};

const marksOnce: Check = (_, __, { events }, complain) => {
  const marks = events.flatMap((event) =>
    event.type === 'warned' && event.grade !== 'repeat' ? [`${event.instance} ${event.grade ?? event.colour}`] : [],
  );
  for (const mark of new Set(marks)) {
    const times = marks.filter((one) => one === mark).length;
    if (times > 1) complain('marks', `${mark} fired ${times} times`);
  }
};

const callbacks: Check = ({ jieban }, { receipt: { ticketNo } }, { events, deliveries }, complain) => {
  const told = events.flatMap((event) => event.callbacks ?? []);
  for (const unit of new Set(told.map(({ to }) => to))) {
    const due = told.filter(({ to }) => to === unit).map(({ n, type }) => `${n} ${type}`);
    const received = jieban.platforms.departments
      .received({ department: unit, ticketNo })
      .map(({ event }) => `${event.data.sequence} ${event.type.split('.')[3]}`);
    const superseded = deliveries
      .filter((row) => row.unit === unit && row.state === 'superseded')
      .map(({ n }) => `${n} `);
    const expected = due.filter((line) => !superseded.some((place) => line.startsWith(place)));
    if (!isDeepStrictEqual(received, expected)) {
      complain('callbacks', `${unit} was told ${received.join(', ')} instead of ${expected.join(', ')}`);
    }
  }
  if (told.length === 0) complain('callbacks', 'nobody was to be told');
  for (const { unit, n, state } of deliveries) {
    if (state === 'pending' || state === 'dead') complain('callbacks', `${unit} ${n} is ${state}`);
  }
};

/** `received` of the platform drops repeats, so what came is looked at itself: a repeat may only follow its own first time. */
const inTurn: Check = ({ jieban }, { receipt: { ticketNo } }, _, complain) => {
  const own = jieban.platforms.departments.arrivals().filter((one) => one.ticketNo === ticketNo);
  for (const unit of new Set(own.map(({ department }) => department))) {
    const order = own.filter(({ department }) => department === unit).map(({ n }) => n);
    if (order.some((n, index) => n < (order[index - 1] ?? 0))) complain('in turn', `${unit} heard ${order.join(', ')}`);
  }
};

const feedback: Check = ({ jieban }, { channel, receipt: { ticketNo } }, { events }, complain) => {
  const recorded = events.filter((event) => event.type === 'feedbackRecorded');
  for (const event of events.filter((one) => isTold(one, channel, jieban.district.feedback))) {
    const records = recorded.filter(({ forSeq }) => forSeq === event.seq);
    if (records.length !== 1) complain('feedback', `${event.seq} ${event.type} was recorded ${records.length} times`);
  }
  const by = (way: string) => recorded.filter((one) => one.channel === way && one.outcome === 'sent');
  const { phone, board, wechat } = jieban.platforms;
  const notices = phone.received().map(({ noticeId }) => noticeId);
  for (const { forSeq } of by('sms')) {
    if (!notices.includes(`${ticketNo}-${forSeq}-notice`)) complain('feedback', `${forSeq} was never sent as SMS`);
  }
  const replies = board.received().filter((reply) => reply.ticketNo === ticketNo);
  if (replies.length !== by('website').length) {
    complain('feedback', `the board has ${replies.length} replies, ${by('website').length} were recorded`);
  }
  // WeChat has no idempotency key: at least once.
  const messages = wechat.received().filter(({ data }) => JSON.stringify(data).includes(ticketNo));
  if (messages.length < by('wechat').length) complain('feedback', `only ${messages.length} subscribe messages`);
  if (recorded.length === 0) complain('feedback', 'the citizen heard nothing');
};

type Rules = Parameters<typeof ruleFor>[0];
const isTold = (event: TicketEvent, channel: Matter['channel'], rules: Rules): boolean =>
  ruleFor(rules, event, channel) !== undefined;

const alarms: Check = ({ jieban }, { receipt: { ticketNo } }, { ticket }, complain) => {
  const running = jieban.runner.plane
    .executions()
    .filter(({ name, status }) => name.startsWith(ticketNo) && status === 'RUNNING').length;
  const expected = ticket !== undefined && isOpen(ticket.status) ? 1 : 0;
  if (running !== expected) complain('alarms', `${running} run instead of ${expected}`);
};

const CHECKS: readonly Check[] = [oneTicket, doneOnce, snapshot, marksOnce, callbacks, inTurn, feedback, alarms];
