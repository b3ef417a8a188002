/**
 * Hundreds of tickets with random lives, office time stepped from timer to timer, kill -9 in the middle of a step: every mark fires
 * exactly once, at its moment, to the right people, and no closed ticket has an alarm. JIEBAN_MANY=1 for 500 tickets.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { Status } from '#schemas/ticket.ts';
import { END, KILLED, Lives, MANY, plan } from './lives.ts';
import { marksIndex } from './marks-index.ts';
import { expectedWarnings } from './marks-judge.ts';
import { type Instance, startInstance, synthesizeInto, tempFolder } from './support.ts';

const TICKETS = MANY ? 500 : 14;
const SEED = 12_345;
const LIMIT = 20 * 60_000;

const district = compileDistrict('xianan');
const calendar = new WorkingCalendar(district.calendar);
const { warnings } = district.limits;
const silent = district.departments.map(({ id }) => id);
const dataDir = tempFolder();
const progress = { tickets: new Map<number, string>(), done: new Set<string>() };
const histories = new Map<string, { status: Status; owner: string; events: TicketEvent[] }>();
let jieban: Instance;
let restarted = 0;

beforeAll(async () => {
  const assembly = process.env.JIEBAN_TEST_ASSEMBLY ?? (await synthesizeInto(join(dataDir, 'assembly')));
  await firstHalf(assembly);
  jieban = await startInstance({ dataDir, assembly, silent, frozen: true, throttle: false });
  restarted = jieban.runner.plane.clock.now();
  const index = marksIndex(jieban);
  await new Lives(jieban, plan(TICKETS, SEED), progress, index.next).run(END);
  index.close();
  for (const ticketNo of progress.tickets.values()) {
    const { body } = await jieban.history(ticketNo);
    const { status, owner } = body.ticket;
    histories.set(ticketNo, { status: status as Status, owner, events: body.events as unknown as TicketEvent[] });
  }
}, LIMIT);
afterAll(async () => {
  await jieban?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Killed, with all that it started, while a step is under way. */
async function firstHalf(assembly: string): Promise<void> {
  const script = fileURLToPath(new URL('./lives-child.ts', import.meta.url));
  const args = [script, dataDir, assembly, String(TICKETS), String(SEED), String(KILLED)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stepping = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, which = '', ticketNo = ''] = line.split(' ');
    if (what === 'ticket') progress.tickets.set(Number(which), ticketNo);
    if (what === 'act') progress.done.add(which);
    if (what === 'stepping') {
      stepping = true;
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }
  }
  await exited;
  if (!stepping) throw new Error(`the first half ended before its time: ${complaint}`);
}

const warned = (events: readonly TicketEvent[]) =>
  events.filter((event): event is EventOf<'warned'> => event.type === 'warned');
const shown = ({ instance, grade, at }: { instance: string; grade: string; at: number }) =>
  `${instance} ${grade} ${new Date(at).toISOString()}`;

describe(`${TICKETS} tickets through random lives, killed in the middle`, () => {
  it('lived: most were worked on, some ended, some are overdue', () => {
    const states = [...histories.values()].map(({ status }) => status);
    expect(histories.size).toBe(TICKETS);
    expect(restarted).toBeGreaterThan(KILLED);
    expect(new Set(states).size).toBeGreaterThan(4);
    expect(states.some((status) => !isOpen(status))).toBe(true);
  });

  it('every mark fired exactly once, at its moment', () => {
    const faults: string[] = [];
    let count = 0;
    for (const [ticketNo, { events }] of histories) {
      const fired = warned(events).map(({ instance, grade, colour, at }) =>
        shown({ instance, grade: grade ?? colour, at: Date.parse(at) }),
      );
      const expected = expectedWarnings(events, { calendar, warnings, end: END });
      const must = expected.filter(({ optional }) => !optional).map(shown);
      const may = new Set(expected.map(shown));
      faults.push(...must.filter((mark) => !fired.includes(mark)).map((mark) => `${ticketNo}: ${mark} never fired`));
      faults.push(...fired.filter((mark) => !may.has(mark)).map((mark) => `${ticketNo}: ${mark} was not due`));
      faults.push(...fired.filter((mark, n) => fired.indexOf(mark) !== n).map((mark) => `${ticketNo}: ${mark} twice`));
      count += fired.length;
    }
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(TICKETS * 3);
  });

  it('to the right people, and into their system exactly once', () => {
    for (const [ticketNo, { events }] of histories) {
      const received = jieban.platforms.departments.received({ ticketNo });
      for (const event of warned(events)) {
        const { grade = event.colour, holder, to, message } = event;
        const rule = warnings.recipients[grade];
        if (holder === district.desk) {
          expect(event.callbacks).toBeUndefined();
          continue;
        }
        expect({ to, message: message ?? [] }).toEqual(rule);
        expect(event.callbacks).toMatchObject([{ to: holder, type: 'warned' }]);
        // What came before the kill came to a receiver that is gone.
        if (Date.parse(event.at) <= restarted) continue;
        const same = received.filter(
          ({ department, event: told }) => department === holder && told.data.sequence === event.callbacks?.[0]?.n,
        );
        expect(same).toMatchObject([{ event: { data: { warning: { grade, clock: event.clock } } } }]);
      }
    }
  });

  it('an open ticket has one live alarm, a closed one none', () => {
    const running = jieban.runner.plane.executions().filter(({ status }) => status === 'RUNNING');
    for (const [ticketNo, { status }] of histories) {
      const own = running.filter(({ name }) => name.startsWith(ticketNo));
      expect([ticketNo, own.length]).toEqual([ticketNo, isOpen(status) ? 1 : 0]);
    }
  });
});
