/**
 * Tickets with random lives on a whole instance whose office time is stepped: from one planned act or due mark to the next. The
 * plan follows from a seed alone, so that another process can go on with it after a crash.
 */

import { HOUR, MINUTE } from '#domain/calendar/shanghai.ts';
import { seeded } from '#domain/catalogue/training/random.ts';
import type { DepartmentCommand, HotlineCommand } from '#schemas/command.ts';
import { type Instance, phoneRequest, websiteRequest } from './support.ts';

/** A Tuesday; Mid-Autumn follows on Friday, National Day a week later, with make-up days around both. */
export const BEGIN = Date.parse('2026-09-22T09:00:00+08:00');
const DAY = 24 * HOUR;
/** Every step of office time takes a moment: with JIEBAN_MANY=1 longer lives of 500 tickets. */
export const MANY = process.env.JIEBAN_MANY === '1';
/** Afterwards nobody acts any more; marks go on until `END`. */
const LAST_ACT = BEGIN + (MANY ? 12 : 4) * DAY;
export const KILLED = BEGIN + (MANY ? 6 : 2) * DAY;
export const END = BEGIN + (MANY ? 18 : 6) * DAY;

const reason = '测试';
const answer = { command: 'reply', resultCode: 'solved', handling: '已办', publicAnswer: '已经办理完毕。' } as const;

type Act =
  | { readonly by: 'unit'; readonly command: (now: number) => DepartmentCommand }
  | { readonly by: 'desk'; readonly command: (now: number) => HotlineCommand };
const unit = (command: DepartmentCommand | ((now: number) => DepartmentCommand)): Act => ({
  by: 'unit',
  command: typeof command === 'function' ? command : () => command,
});
const desk = (command: HotlineCommand | ((now: number) => HotlineCommand)): Act => ({
  by: 'desk',
  command: typeof command === 'function' ? command : () => command,
});
const iso = (ms: number) => new Date(ms).toISOString();

const sign = unit({ command: 'sign' });
const accept = unit({ command: 'accept' });
const contact = unit({ command: 'contact' });
const reply = unit(answer);
const approve = desk({ command: 'review', approve: true, reason });
const refuse = desk({ command: 'review', approve: false, reason });
const rate = (solved: boolean) =>
  desk({ command: 'rate', solved, satisfaction: solved ? 'satisfied' : 'dissatisfied', reason });
const LIVES: readonly (readonly Act[])[] = [
  [sign, accept, contact, reply, approve, rate(true)],
  [
    sign,
    contact,
    accept,
    reply,
    refuse,
    reply,
    approve,
    rate(false),
    desk({ command: 'rework', reason }),
    reply,
    approve,
  ],
  [
    sign,
    accept,
    unit((now) => ({ command: 'requestExtension', newDeadline: iso(now + 7 * DAY), reason })),
    desk({ command: 'approveExtension', reason }),
    contact,
    reply,
  ],
  [sign, accept, desk((now) => ({ command: 'suspend', until: iso(now + 5 * DAY + 7 * MINUTE), reason })), contact],
  [desk({ command: 'assign', owner: 'zhujian', reason }), sign, accept, reply, approve, rate(true)],
  [sign, desk({ command: 'setUrgency', urgency: 'critical', reason }), accept, reply, approve],
  [
    desk({ command: 'setUrgency', urgency: 'urgent', reason }),
    sign,
    unit({ command: 'handOver', to: 'B', reason }),
    accept,
  ],
  [sign, accept, desk({ command: 'cancel', reason })],
  [sign],
  [],
];

export interface Life {
  readonly index: number;
  readonly arrives: number;
  readonly acts: readonly { readonly at: number; readonly act: Act }[];
}

/** Arrivals on three days; acts at a few hours of the day, so that many fall together. */
export function plan(tickets: number, seed: number): Life[] {
  const random = seeded(seed);
  return Array.from({ length: tickets }, (_, index) => {
    const arrives = BEGIN + Math.floor(random() * 2) * DAY + Math.floor(random() * 2) * 5 * HOUR;
    let at = arrives;
    const acts = (LIVES[Math.floor(random() * LIVES.length)] ?? []).flatMap((act) => {
      // At ten, at four in the afternoon or at nine in the evening, now or some days later.
      at =
        Math.floor((at + (random() < 0.5 ? 6 : 40) * HOUR) / DAY) * DAY + [2, 8, 13][Math.floor(random() * 3)]! * HOUR;
      at = Math.max(at, arrives + HOUR);
      return at < LAST_ACT ? [{ at, act }] : [];
    });
    return { index, arrives, acts: acts.sort((a, b) => a.at - b.at) };
  });
}

export interface Progress {
  /** Ticket number by index. */
  readonly tickets: Map<number, string>;
  /** Acts done, or found to be too late, as `index/position`. */
  readonly done: Set<string>;
}

export class Lives {
  readonly #jieban: Instance;
  readonly #lives: readonly Life[];
  readonly #progress: Progress;
  readonly #nextMark: () => Promise<number | undefined>;
  /** Hears of each step as soon as it is certain. */
  told: (line: string) => void = () => {};

  constructor(
    jieban: Instance,
    lives: readonly Life[],
    progress: Progress,
    nextMark: () => Promise<number | undefined>,
  ) {
    this.#jieban = jieban;
    this.#lives = lives;
    this.#progress = progress;
    this.#nextMark = nextMark;
  }

  get now(): number {
    return this.#jieban.runner.plane.clock.now();
  }

  /** Steps until office time is `until`. At the end all is settled. */
  async run(until: number): Promise<void> {
    await this.#jieban.runner.idle();
    for (;;) {
      await this.#act();
      const next = await this.next();
      if (next === undefined || next > until) break;
      this.#jieban.runner.plane.clock.advanceTo(next);
      await this.#jieban.runner.idle();
    }
    this.#jieban.runner.plane.clock.advanceTo(until);
    await this.#jieban.runner.idle();
  }

  /** When something happens next. */
  async next(): Promise<number | undefined> {
    const planned = this.#lives.flatMap(({ index, arrives, acts }) => [
      ...(this.#progress.tickets.has(index) ? [] : [arrives]),
      ...acts.flatMap(({ at }, position) => (this.#progress.done.has(`${index}/${position}`) ? [] : [at])),
    ]);
    const mark = await this.#nextMark();
    const times = [...planned, ...(mark === undefined ? [] : [mark])].filter((at) => at > this.now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #act(): Promise<void> {
    const { tickets } = this.#progress;
    const arriving = this.#lives.filter(({ index, arrives }) => arrives <= this.now && !tickets.has(index));
    await inParallel(arriving, async ({ index }) => {
      // The same number again is the same ticket: a crash between the answer and our noting it doubles nothing.
      const request = index % 2 === 0 ? phoneRequest(`life-${index}`) : websiteRequest(`life-${index}`);
      const { status, body } = await this.#jieban.post(index % 2 === 0 ? 'phone' : 'website', request);
      if (status !== 202) throw new Error(`not taken: ${status}`);
      tickets.set(index, body.ticketNo);
      this.told(`ticket ${index} ${body.ticketNo}`);
    });
    if (arriving.length > 0) await this.#jieban.runner.idle();
    const acting = this.#lives.filter(({ index, acts }) => acts.some(({ at }, n) => this.#isDue(index, n, at)));
    await inParallel(acting, async ({ index, acts }) => {
      for (const [position, { at, act }] of acts.entries()) {
        if (!this.#isDue(index, position, at)) continue;
        await this.#give(tickets.get(index) ?? '', act);
        this.#progress.done.add(`${index}/${position}`);
        this.told(`act ${index}/${position}`);
      }
    });
    if (acting.length > 0) await this.#jieban.runner.idle();
  }

  #isDue(index: number, position: number, at: number): boolean {
    return at <= this.now && !this.#progress.done.has(`${index}/${position}`);
  }

  async #give(ticketNo: string, act: Act): Promise<void> {
    const { status } =
      act.by === 'desk'
        ? await this.#jieban.operator(ticketNo, act.command(this.now))
        : await this.#jieban.department(await this.#ownerOf(ticketNo), ticketNo, act.command(this.now));
    // 409: the ticket has gone another way, or a crash came between the act and our noting it.
    if (![200, 404, 409].includes(status)) throw new Error(`${ticketNo}: ${status}`);
  }

  async #ownerOf(ticketNo: string): Promise<string> {
    return (await this.#jieban.history(ticketNo)).body.ticket.owner;
  }
}

const AT_ONCE = 8;
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
