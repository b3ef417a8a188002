/** Colours and times for what happens to a ticket, as log and demo print them. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** What feedback tells (notices) and what a message board shows (states). */
export const NOTICE_WORDS: Readonly<Record<string, string>> = {
  accepted: '已受理',
  reworked: '重新办理',
  answered: '已答复',
  notAccepted: '不予受理',
  denied: '不予受理',
  closed: '已办结',
  withdrawn: '已撤销',
};

const WARNING_STYLE: Record<string, Style> = {
  yellow: 'yellow',
  // ANSI has no orange; bright yellow on bold is the nearest that every terminal shows.
  orange: ['bold', 'yellowBright'],
  red: ['bold', 'red'],
};

export function eventStyle(event: string, colour?: string): Style {
  if (colour !== undefined) return WARNING_STYLE[colour] ?? 'yellow';
  if (event === 'closed' || event === 'directClosed') return ['bold', 'green'];
  if (event === 'replied' || event === 'answerApproved' || event === 'rated') return 'green';
  if (event === 'queuedAtDesk' || event === 'answerRejected' || event === 'reworkOrdered') return 'magenta';
  return 'cyan';
}

/** A word of one of the tables; what is not in it is shown as it is. */
export const wordOf = (table: Readonly<Record<string, string>>, key: string): string => table[key] ?? key;

/** `styleText` that respects NO_COLOR and a redirected stdout. */
export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

const officeFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `11-23 09:30:05` in China's one time zone. */
export function officeTime(ms: number): string {
  const part = Object.fromEntries(officeFormat.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
}
