/**
 * Demo departments: the built-in receiver for every department that has no endpoint of its own. It verifies each
 * callback's signature over the raw bytes, drops duplicates by `webhook-id`, and lets a clerk work what is dispatched.
 * A department listed as silent takes its callbacks and never answers: the story of an overdue ticket.
 *
 * A program of the department's own may take over (`npm run departments:example`): it names its address here, and this
 * receiver then answers 401, at which the dispatcher reads the secret anew and sends to that address in the same attempt.
 */
import * as z from 'zod';
import { CallbackEvent } from '#schemas/callback.ts';
import {
  type ClerkStep,
  DEFAULT_PACE,
  type JiebanAt,
  type Pace,
  reworkSteps,
  type StepReport,
  type Task,
  workTicket,
} from './clerk.ts';
import { type Answer, type Exchange, Faults, jsonOf, type Route, signedByOneOf } from './http.ts';
import { workLeft } from './work-list.ts';

/** A callback that arrived and was new. */
export interface ReceivedCallback {
  at: number;
  department: string;
  event: CallbackEvent;
}

/** A callback that came, for the first time or again. */
export interface Arrival {
  readonly department: string;
  readonly ticketNo: string;
  readonly n: number;
}

export interface DemoDepartmentsOptions {
  /** department id → its keys (`whsec_…`); all verify, the first signs. */
  keys: Readonly<Record<string, readonly string[]>>;
  silent?: readonly string[];
  pace?: Partial<Record<ClerkStep, Pace>>;
  report?: (report: StepReport) => void;
  /** A fault of this fake itself, not of Jieban. */
  onError?: (error: unknown) => void;
}

const TYPE = /^cn\.jieban\.ticket\.(\w+)\.v1$/;
const DISPATCHED: readonly ClerkStep[] = ['sign', 'accept', 'contact', 'reply'];
/** The hotline's decision puts the ticket back on this desk, e.g. its review sent the answer back (审核退回). */
const ANSWER_AGAIN: readonly ClerkStep[] = ['reply'];
const AT_WORK = new Set(['HANDLING', 'REWORK']);
const ENDS_WORK = new Set(['withdrawn', 'closed']);

/** Undefined: the message asks for nothing. */
function stepsAfter(type: string, { status, deadlines }: CallbackEvent['data']): readonly ClerkStep[] | undefined {
  if (type === 'dispatched') return DISPATCHED;
  if (type === 'reworkOrdered') return reworkSteps(deadlines);
  return type === 'decided' && AT_WORK.has(status) ? ANSWER_AGAIN : undefined;
}

export class DemoDepartments {
  readonly #options: DemoDepartmentsOptions;
  readonly #pace: Record<ClerkStep, Pace>;
  readonly #silent: Set<string>;
  readonly #faults = new Faults<number>();
  readonly #seen = new Set<string>();
  readonly #received: ReceivedCallback[] = [];
  readonly #work = new Map<string, AbortController>();
  /** Departments that a program of their own answers for. */
  readonly #moved = new Set<string>();
  #move: ((department: string, endpoint: string | undefined) => void) | undefined;
  /** Callbacks that came before the API was known. */
  readonly #arrivals: Arrival[] = [];
  readonly #waiting: Task[] = [];
  #jieban: JiebanAt | undefined;
  #duplicates = 0;
  #stopped = false;

  constructor(options: DemoDepartmentsOptions) {
    this.#options = options;
    this.#pace = { ...DEFAULT_PACE, ...options.pace };
    this.#silent = new Set(options.silent ?? []);
  }

  /** Tells the clerks where to post their commands; what arrived earlier is worked now. */
  attach(jieban: JiebanAt): void {
    this.#jieban = jieban;
    for (const task of this.#waiting.splice(0)) this.#start(task);
  }

  /**
   * Takes up what these departments had on their desks when the last run ended. One after another, so that a start
   * isn't a storm; a ticket whose callback arrives meanwhile is worked already and left alone.
   */
  async resume(departments: readonly string[]): Promise<void> {
    const jieban = this.#jieban;
    if (!jieban) throw new Error('attach the departments first');
    for (const department of departments) {
      const key = this.#options.keys[department]?.[0];
      if (key === undefined || this.#silent.has(department)) continue;
      for (const task of await workLeft(jieban, department, key)) {
        if (this.#stopped) return;
        if (!this.#work.has(`${department}#${task.ticketNo}`)) this.#start(task);
      }
      if (this.#stopped) return;
    }
  }

  /** Tells where to write down that a department listens elsewhere; without an address it is back here. */
  onMove(move: (department: string, endpoint: string | undefined) => void): void {
    this.#move = move;
  }

  /** From now on this department answers nothing. */
  silence(department: string): void {
    this.#silent.add(department);
  }

  /** New callbacks so far, oldest first; of one department and ticket if named. */
  received(of: { department?: string; ticketNo?: string } = {}): readonly ReceivedCallback[] {
    return this.#received.filter(
      ({ department, event }) =>
        (of.department === undefined || of.department === department) &&
        (of.ticketNo === undefined || of.ticketNo === event.subject),
    );
  }

  /** Every genuine callback in the order in which it came, repeats included: what `received` hides. */
  arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** How many callbacks arrived again with a `webhook-id` that was known. */
  duplicates(): number {
    return this.#duplicates;
  }

  /** Makes the next callbacks of any department answer this HTTP status. */
  failNext(times: number, status: number): void {
    this.#faults.failNext(times, status);
  }

  routes(): Route[] {
    const path = /^\/departments\/([^/]+)\/callbacks$/;
    const address = /^\/departments\/([^/]+)\/endpoint$/;
    return [
      { method: 'POST', path, handle: (exchange) => this.#receive(exchange) },
      { method: 'PUT', path: address, handle: (exchange) => this.#take(exchange) },
    ];
  }

  /** `{"endpoint": "http://127.0.0.1:8090/callbacks"}`, or `{}` to give it back; signed with the department's key. */
  #take(exchange: Exchange): Answer {
    const department = exchange.params[0] ?? '';
    const keys = this.#options.keys[department];
    if (!keys || !signedByOneOf(keys, exchange)) return { status: 401, body: { error: 'bad signature' } };
    const asked = z.strictObject({ endpoint: z.url().optional() }).safeParse(jsonOf(exchange.raw));
    if (!asked.success) return { status: 422, body: { error: 'not an endpoint' } };
    if (!this.#move) return { status: 503, body: { error: 'not started yet' } };
    const { endpoint } = asked.data;
    this.#move(department, endpoint);
    if (endpoint === undefined) this.#moved.delete(department);
    else this.#moved.add(department);
    for (const [work, controller] of this.#work) if (work.startsWith(`${department}#`)) controller.abort();
    return { status: 200, body: { department, endpoint: endpoint ?? null } };
  }

  /** Lets every clerk drop the pen. */
  stop(): void {
    this.#stopped = true;
    for (const controller of this.#work.values()) controller.abort();
    this.#work.clear();
    this.#waiting.length = 0;
  }

  #receive(exchange: Exchange): Answer {
    const fault = this.#faults.take();
    if (fault !== undefined) return { status: fault, body: { error: 'provoked' } };
    const department = exchange.params[0] ?? '';
    const keys = this.#options.keys[department];
    if (!keys) return { status: 404, body: { error: 'no such department' } };
    if (!signedByOneOf(keys, exchange)) return { status: 401, body: { error: 'bad signature' } };
    if (this.#moved.has(department)) return { status: 401, body: { error: 'moved' } };
    const parsed = CallbackEvent.safeParse(jsonOf(exchange.raw));
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
      return { status: 422, body: { error: 'not a callback', errors } };
    }
    const id = `${department}#${String(exchange.headers['webhook-id'])}`;
    this.#arrivals.push({ department, ticketNo: parsed.data.subject, n: parsed.data.data.sequence });
    if (this.#seen.has(id)) {
      this.#duplicates += 1;
      return { status: 200, body: { received: true, duplicate: true } };
    }
    this.#seen.add(id);
    this.#received.push({ at: Date.now(), department, event: parsed.data });
    this.#act(department, parsed.data);
    return { status: 200, body: { received: true } };
  }

  #act(department: string, event: CallbackEvent): void {
    const type = TYPE.exec(event.type)?.[1] ?? '';
    if (ENDS_WORK.has(type)) {
      const work = `${department}#${event.subject}`;
      this.#work.get(work)?.abort();
      this.#work.delete(work);
      return;
    }
    const steps = stepsAfter(type, event.data);
    if (!steps || this.#silent.has(department)) return;
    // Taken up from the work list before its callback came: the clerk is at it.
    if (type === 'dispatched' && this.#work.has(`${department}#${event.subject}`)) return;
    const { kind, category } = event.data;
    this.#start({ department, ticketNo: event.subject, kind, category: category?.name, steps });
  }

  #start(task: Task): void {
    const jieban = this.#jieban;
    const key = this.#options.keys[task.department]?.[0];
    if (!jieban) {
      this.#waiting.push(task);
      return;
    }
    if (key === undefined) return;
    const work = `${task.department}#${task.ticketNo}`;
    this.#work.get(work)?.abort();
    const controller = new AbortController();
    this.#work.set(work, controller);
    const report = this.#options.report ?? (() => {});
    workTicket({ task, jieban, key, pace: this.#pace, signal: controller.signal, report })
      .catch((error: unknown) => {
        if (!controller.signal.aborted) this.#options.onError?.(error);
      })
      .finally(() => {
        if (this.#work.get(work) === controller) this.#work.delete(work);
      });
  }
}
