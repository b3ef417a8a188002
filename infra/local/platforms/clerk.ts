/**
 * The demo department's clerk (经办人): works one ticket as a quick office would (sign, accept, contact, reply), by the
 * same signed commands that a real department's system posts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { DepartmentCommand } from '#schemas/command.ts';
import type { Kind } from '#schemas/common.ts';
import { handlingNote, publicAnswer } from './answers.ts';

export type ClerkStep = 'sign' | 'accept' | 'contact' | 'reportOnSite' | 'reply';

/** 重办 is this department's already; under the director (局长督办) it is signed again, and reported on from the spot. */
export const reworkSteps = (deadlines: Readonly<Record<string, string>>): readonly ClerkStep[] => [
  ...('sign' in deadlines ? (['sign'] as const) : []),
  ...('onSite' in deadlines ? (['reportOnSite'] as const) : []),
  'contact',
  'reply',
];

/**
 * How long the clerk takes before a step: so many office minutes, but never more than so many real seconds, so that
 * somebody who tries Jieban at office speed 1 sees a ticket move.
 */
export interface Pace {
  officeMinutes: number;
  atMostSeconds: number;
}

/** At speed 1: signed 3 s after the callback, accepted 3 s later, contacted after 2 s more and answered 5 s after that. */
export const DEFAULT_PACE: Record<ClerkStep, Pace> = {
  sign: { officeMinutes: 3, atMostSeconds: 3 },
  accept: { officeMinutes: 5, atMostSeconds: 3 },
  contact: { officeMinutes: 5, atMostSeconds: 2 },
  reportOnSite: { officeMinutes: 60, atMostSeconds: 3 },
  reply: { officeMinutes: 30, atMostSeconds: 5 },
};

/** Where Jieban's API is and how fast its office time runs. */
export interface JiebanAt {
  url: string;
  speed: () => number;
}

export interface Task {
  department: string;
  ticketNo: string;
  kind: Kind;
  /** Name of the catalogue's sub-class (事项小类), if one was found. */
  category: string | undefined;
  steps: readonly ClerkStep[];
}

/** What became of a step: the HTTP status that ended it, or why no answer came. */
export interface StepReport {
  department: string;
  ticketNo: string;
  step: ClerkStep;
  status: number | 'unreachable';
  code?: string;
}

/** Waits before attempts 2, 3 …; a department that is told to wait does, and it gives up after the last. */
const RETRY_MS = [300, 1000, 2000, 4000, 8000];
const REQUEST_TIMEOUT_MS = 10_000;

function commandFor(step: ClerkStep, task: Task): DepartmentCommand {
  const handler = `${task.department}-01`;
  switch (step) {
    case 'sign':
    case 'accept':
      return { command: step, handler };
    case 'contact':
      return { command: 'contact', handler, note: '已电话联系诉求人，核实情况并告知办理时限。' };
    case 'reportOnSite':
      return { command: 'reportOnSite', handler, note: '已到现场核查，拟按规定整改并回访。' };
    case 'reply':
      return {
        command: 'reply',
        handler,
        resultCode: task.kind === 'consult' ? 'explained' : 'solved',
        handling: handlingNote(task.kind, task.category),
        publicAnswer: publicAnswer(task.kind, task.category),
      };
  }
}

/** A refusal that a later attempt may turn into an answer: trouble on the other side, or two writers at once. */
function worthRetrying(status: number, code: string | undefined): boolean {
  return status >= 500 || status === 429 || (status === 409 && /conflict|version|retry|busy/i.test(code ?? ''));
}

async function post(
  o: { url: string; key: string; body: string },
  signal: AbortSignal,
): Promise<{ status: number; code?: string }> {
  // One id for all attempts: it is the idempotency key. The timestamp is real time, of this attempt.
  const id = `msg_${randomUUID()}`;
  let last: { status: number; code?: string } | undefined;
  let failure: unknown;
  for (const wait of [0, ...RETRY_MS]) {
    await sleep(wait, undefined, { signal });
    const now = new Date();
    try {
      const response = await fetch(o.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(o.key).sign(id, now, o.body),
        },
        body: o.body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const answer = (await response.json().catch(() => undefined)) as { code?: string } | undefined;
      last = { status: response.status, ...(typeof answer?.code === 'string' ? { code: answer.code } : {}) };
      if (!worthRetrying(last.status, last.code)) return last;
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  if (last) return last;
  throw failure;
}

/**
 * Works the task's steps one after another. Ends early when Jieban refuses one for good (the ticket was withdrawn, say)
 * or `signal` aborts, in which case it throws an AbortError.
 */
export async function workTicket(o: {
  task: Task;
  jieban: JiebanAt;
  key: string;
  pace: Record<ClerkStep, Pace>;
  signal: AbortSignal;
  report: (report: StepReport) => void;
}): Promise<void> {
  const { department, ticketNo } = o.task;
  for (const step of o.task.steps) {
    const { officeMinutes, atMostSeconds } = o.pace[step];
    const delay = Math.min((officeMinutes * 60_000) / o.jieban.speed(), atMostSeconds * 1000);
    await sleep(delay, undefined, { signal: o.signal });
    const url = `${o.jieban.url}/departments/${department}/tickets/${ticketNo}/commands`;
    const body = JSON.stringify(commandFor(step, o.task));
    try {
      const answer = await post({ url, key: o.key, body }, o.signal);
      o.report({ department, ticketNo, step, ...answer });
      if (answer.status !== 200) return;
    } catch (error) {
      if (o.signal.aborted) throw error;
      o.report({ department, ticketNo, step, status: 'unreachable' });
      return;
    }
  }
}
