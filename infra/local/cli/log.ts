/**
 * The terminal's log: one line for each thing that happens to a ticket, from the lines that functions log when
 * they have committed an event (number, sequence, type, unit, clock, colour), and one for each error. The functions' own lines go to a
 * file unread. Neither holds names, phone numbers or free text, because the functions' logger can't write them.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CLOCK_NAMES } from '#domain/sla/explain.ts';
import { GRADE_NAMES } from '#domain/sla/recipients.ts';
import { EVENT_NAMES } from '#domain/ticket/names.ts';
import { eventStyle, NOTICE_WORDS, officeTime, paint, wordOf } from './words.ts';

/** A powertools log line, as far as it is shown. */
const Line = z.object({
  level: z.string(),
  message: z.string().optional(),
  ticketNo: z.string().optional(),
  seq: z.int().optional(),
  event: z.string().optional(),
  /** Office time of the event. */
  at: z.string().optional(),
  owner: z.string().optional(),
  department: z.string().optional(),
  clock: z.string().optional(),
  colour: z.string().optional(),
  grade: z.string().optional(),
  channel: z.string().optional(),
  notice: z.string().optional(),
  outcome: z.string().optional(),
  code: z.string().optional(),
  errorName: z.string().optional(),
});
type Line = z.infer<typeof Line>;

const CHANNEL_WORDS: Record<string, string> = {
  phone: '电话',
  wechat: '微信',
  website: '网站',
  sms: '短信',
  none: '无渠道',
};
const OUTCOME_WORDS: Record<string, string> = {
  sent: '已送达',
  unreachable: '未送达',
  rejected: '被拒',
  passed: '通过',
  risky: '暂缓公开',
  unchecked: '未检查',
};

/** Over this size the last run's file is put aside as `functions.log.1`. */
const ROTATE_BYTES = 20_000_000;

export interface TicketLog {
  /** One line that a function wrote; anything but JSON is only kept in the file. */
  functionLine(fn: string, line: string): void;
  /** A line about the local instance itself. */
  note(text: string): void;
  close(): Promise<void>;
}

function detailOf(line: Line, unitName: (id: string) => string): string {
  const parts: string[] = [];
  if (line.clock !== undefined) parts.push(`${wordOf(CLOCK_NAMES, line.clock)}时限`);
  if (line.grade !== undefined) parts.push(wordOf(GRADE_NAMES, line.grade));
  if (line.channel !== undefined) parts.push(wordOf(CHANNEL_WORDS, line.channel));
  if (line.notice !== undefined) parts.push(wordOf(NOTICE_WORDS, line.notice));
  if (line.outcome !== undefined) parts.push(wordOf(OUTCOME_WORDS, line.outcome));
  if (line.owner !== undefined) parts.push(`→ ${unitName(line.owner)}`);
  return parts.join(' ');
}

/** The story line of an event, without colours; undefined for a line that tells none. */
export function storyOf(line: Line, unitName: (id: string) => string): string | undefined {
  const { message, ticketNo, event, at } = line;
  if (message !== 'ticket event' || ticketNo === undefined || event === undefined || at === undefined) return undefined;
  return `${officeTime(Date.parse(at))}  ${ticketNo}  ${wordOf(EVENT_NAMES, event)}  ${detailOf(line, unitName)}`.trimEnd();
}

export function openTicketLog(o: {
  dataDir: string;
  officeNow: () => number;
  /** A unit's short name; the id when the district doesn't know it. */
  unitName: (id: string) => string;
  /** No story lines on the terminal (tests, demo). */
  quiet?: boolean;
}): TicketLog {
  const folder = join(o.dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'functions.log');
  if (existsSync(path) && statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  const tell = (fn: string, line: Line) => {
    if (line.level === 'ERROR' || line.level === 'CRITICAL') {
      const what = [line.message, line.code, line.errorName].filter((part) => part !== undefined).join(' · ');
      console.log(paint('red', `${officeTime(o.officeNow())}  ${line.ticketNo ?? '–'}  ${fn}: ${what}`));
      return;
    }
    const story = storyOf(line, o.unitName);
    if (story !== undefined) console.log(paint(eventStyle(line.event ?? '', line.colour), story));
  };

  return {
    functionLine(fn, text) {
      file.write(`${text.endsWith('\n') ? text : `${text}\n`}`);
      if (o.quiet) return;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return; // not a structured line: it stays in the file
      }
      const line = Line.safeParse(value);
      if (line.success) tell(fn, line.data);
    },
    note(text) {
      if (!o.quiet) console.log(paint('dim', `${officeTime(o.officeNow())}  ${text}`));
    },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}
