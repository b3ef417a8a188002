/** Chinese words and colours for what happens to a ticket, as log and demo print them. */
import { styleText } from 'node:util';
import type { EventType } from '#schemas/event.ts';
import type { ClockId, Colour } from '#schemas/sla.ts';
import type { Status } from '#schemas/ticket.ts';

type Style = Parameters<typeof styleText>[0];

export const EVENT_WORDS: Record<EventType, string> = {
  registered: '登记',
  queuedAtDesk: '转派单席',
  dispatched: '派单',
  signed: '签收',
  accepted: '受理',
  contacted: '首次联系',
  progressed: '办理进展',
  replied: '答复',
  answerApproved: '审核通过',
  answerRejected: '审核退回',
  reworkOrdered: '重办',
  rated: '评价',
  closed: '办结',
  notAccepted: '不予受理',
  directClosed: '直接办结',
  cancelled: '撤单',
  archived: '归档',
  warned: '预警',
  feedbackRecorded: '反馈',
};

export const CLOCK_WORDS: Record<ClockId, string> = {
  dispatch: '派单',
  sign: '签收',
  accept: '受理',
  contact: '首次联系',
  finish: '办结',
  visit: '回访',
  rework: '重办',
  returnReview: '退单审核',
  extensionReview: '延期审核',
  replyReview: '答复审核',
  arbitration: '裁定',
  reportIn: '报到',
  assist: '协办',
};

export const COLOUR_WORDS: Record<Colour, string> = { yellow: '黄色预警', orange: '橙色预警', red: '红色预警' };

export const STATUS_WORDS: Record<Status, string> = {
  REGISTERED: '待受理',
  NOT_ACCEPTED: '不予受理',
  DIRECT_CLOSED: '直接办结',
  MERGED: '已并单',
  DISPATCHING: '待派单',
  AWAIT_SIGN: '待签收',
  SIGNED: '已签收',
  RETURN_REVIEW: '退单待审',
  ARBITRATION: '争议裁定',
  HANDLING: '办理中',
  EXTENSION_REVIEW: '延期待审',
  REPLIED: '已答复待审',
  AWAIT_VISIT: '待回访',
  REWORK: '重办',
  CLOSED: '已办结',
  ARCHIVED: '已归档',
  CANCELLED: '已撤单',
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
