/** 时限说明: why a deadline is what it is, in one Chinese sentence for clerks and citizens. */
import { fromIso, inChinese } from '#domain/calendar/shanghai.ts';
import type { Clock, ClockId, Limit } from '#schemas/sla.ts';

/** What the office calls its clocks. */
export const CLOCK_NAMES: Readonly<Record<ClockId, string>> = {
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
  arbitration: '争议裁定',
  reportIn: '报到',
  pause: '挂起',
  onSite: '现场核查',
  assist: '协办',
};

/** E.g. `签收时限1个工作日，自2025年9月26日16:00起，起算当日不计，2025年9月28日17:30下班时到期。` */
export function explain(clock: Clock): string {
  const from = inChinese(fromIso(clock.startedAt));
  const due = inChinese(fromIso(clock.dueAt));
  const name = `${CLOCK_NAMES[clock.id]}时限${limitInChinese(clock.limit)}`;
  return `${name}，自${from}起，${howCounted(clock.limit, due)}${clock.provisional ? PROVISIONAL : ''}。`;
}

const PROVISIONAL = '（所需日期的放假安排尚未公布，暂按周一至周五上班计算，公布后重算）';

function howCounted({ unit }: Limit, due: string): string {
  switch (unit) {
    case 'naturalMinutes':
      return `昼夜连续计时，${due}到期`;
    case 'workingMinutes':
      return `只计办公时间，${due}到期`;
    case 'workingDays':
      return `起算当日不计，${due}下班时到期`;
  }
}

/** `30分钟`, `24小时`, `4个工作小时`, `5个工作日`. */
export function limitInChinese({ amount, unit }: Limit): string {
  const hours = amount % 60 === 0 ? amount / 60 : undefined;
  switch (unit) {
    case 'naturalMinutes':
      return hours ? `${hours}小时` : `${amount}分钟`;
    case 'workingMinutes':
      return hours ? `${hours}个工作小时` : `${amount}个工作分钟`;
    case 'workingDays':
      return `${amount}个工作日`;
  }
}
