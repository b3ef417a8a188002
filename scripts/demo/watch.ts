/** Tells everything that arrives at the platforms around Jieban, as it arrives: callbacks, clerks' steps, citizens' news. */

import { CLOCK_NAMES } from '#domain/sla/explain.ts';
import { GRADE_NAMES } from '#domain/sla/recipients.ts';
import type { System } from '#infra/local/cli/system.ts';
import { eventStyle, NOTICE_WORDS, wordOf } from '#infra/local/cli/words.ts';
import type { StepReport } from '#infra/local/platforms/clerk.ts';
import type { Timeline } from './timeline.ts';

const POLL_MS = 50;
const STEP_WORDS = {
  sign: '签收',
  accept: '受理',
  contact: '首次联系诉求人',
  reportOnSite: '上报现场核查',
  reply: '提交答复，送热线审核',
} as const;
const CALLBACK_WORDS: Record<string, string> = {
  dispatched: '收到派单（签名已验证）',
  closed: '收到办结通知',
  decided: '收到热线决定',
  withdrawn: '收到撤回通知',
  reworkOrdered: '收到重办通知',
  supervised: '收到督办通知',
};

export function watch(system: System, timeline: Timeline, reports: readonly StepReport[]): () => void {
  const { platforms, district } = system;
  const names = new Map(district.departments.map(({ id, shortName }) => [id, shortName]));
  const unit = (id: string) => names.get(id) ?? id;
  const seen = { callbacks: 0, reports: 0, phone: 0, wechat: 0, board: 0 };

  const look = () => {
    for (const { department, event } of platforms.departments.received().slice(seen.callbacks)) {
      seen.callbacks += 1;
      const { warning } = event.data;
      const type = event.type.split('.')[3] ?? event.type;
      const text = warning
        ? `${GRADE_NAMES[warning.grade]}：${wordOf(CLOCK_NAMES, warning.clock)}时限 ${warning.dueAt.slice(5, 16).replace('T', ' ')}`
        : wordOf(CALLBACK_WORDS, type);
      timeline.say(event.subject, `${unit(department)} ← ${text}`, eventStyle(type, warning?.colour));
    }
    for (const { department, ticketNo, step, status, code } of reports.slice(seen.reports)) {
      seen.reports += 1;
      const outcome = status === 200 ? '' : `（未成：${status} ${code ?? ''}）`;
      timeline.say(ticketNo, `${unit(department)} → ${STEP_WORDS[step]}${outcome}`, status === 200 ? 'cyan' : 'red');
    }
    for (const { params, kind } of platforms.phone.received().slice(seen.phone)) {
      seen.phone += 1;
      const way = kind === 'sms' ? '短信' : '外呼';
      timeline.say(params.ticketNo, `诉求人 ← ${way}：${params.status}`, 'blue');
    }
    for (const { data } of platforms.wechat.received().slice(seen.wechat)) {
      seen.wechat += 1;
      const values = Object.values(data);
      timeline.say(
        values.find((value) => /^[A-Z]{2}\d{16}$/.test(value)),
        `诉求人 ← 微信订阅消息：${values.join('，')}`,
        'blue',
      );
    }
    for (const reply of platforms.board.received().slice(seen.board)) {
      seen.board += 1;
      const content = reply.replyContent === undefined ? '' : `：${reply.replyContent}`;
      const view = reply.isPublic ? '公开' : '不公开';
      timeline.say(
        reply.ticketNo,
        `诉求人 ← 留言板（第${reply.version}版，${view}）${wordOf(NOTICE_WORDS, reply.state)}${content}`,
        'blue',
      );
    }
  };
  const timer = setInterval(look, POLL_MS);
  return () => {
    clearInterval(timer);
    look();
  };
}
