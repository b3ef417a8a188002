/** What no code says of itself, in both languages: when a message comes, what a code means to a department. */
import type { RejectionCode } from '#domain/ticket/command.ts';

export type Language = 'en' | 'zh';
type Words = Readonly<Record<Language, string>>;

/** Callback type → when it comes, and what to do. */
export const CALLBACK_WORDS: Readonly<Record<string, { readonly when: Words; readonly todo: Words }>> = {
  dispatched: {
    when: { en: 'the ticket is yours (派单)', zh: '派单：工单归你单位承办' },
    todo: { en: 'show it to a clerk; sign', zh: '展示给经办人；签收' },
  },
  withdrawn: {
    when: { en: 'it is no longer yours: cancelled, or given to another unit', zh: '撤回：已撤单，或改派其他单位' },
    todo: { en: 'stop; further commands answer 404 or 409', zh: '停办；再操作会答 404 或 409' },
  },
  warned: {
    when: { en: 'a clock turned yellow, orange or red (黄橙红)', zh: '预警：某个时限到了黄、橙、红' },
    todo: { en: 'call whoever holds it; `warning` says which clock', zh: '提醒经办人；`warning` 说明是哪个时限' },
  },
  decided: {
    when: { en: 'the hotline decided on something that you asked or answered', zh: '热线办作出决定（如答复审核）' },
    todo: {
      en: 'read `status`: AWAIT_VISIT: your answer passed. HANDLING or REWORK: it was sent back, `reason` says why; reply again',
      zh: '看 `status`：AWAIT_VISIT 为答复通过；HANDLING、REWORK 为退回，`reason` 是原因，重新答复',
    },
  },
  closed: {
    when: { en: 'the end (办结)', zh: '办结' },
    todo: { en: 'file it', zh: '归档' },
  },
  reworkOrdered: {
    when: { en: 'handle it again (重办): a new round with a new deadline', zh: '重办：新一轮，新时限' },
    todo: {
      en: 'contact, then reply; no signing again, unless `deadlines` has `sign` and `onSite` (局长督办): then `sign`, and `reportOnSite` before the reply',
      zh: '联系、再答复，不用再签收；`deadlines` 里有 `sign`、`onSite`（局长督办）的，先 `sign`，`reportOnSite` 之后才能答复',
    },
  },
  urged: {
    when: { en: 'the citizen asks to hurry (催办)', zh: '催办：群众催问' },
    todo: { en: 'show it', zh: '展示' },
  },
  whistled: {
    when: {
      en: 'a town calls you in (基层吹号); the owner stays the owner',
      zh: '吹号：镇街请你单位到场协助，主办单位不变',
    },
    todo: {
      en: '`reportIn`, do your part, `finishAssist`; `note` says why',
      zh: '先 `reportIn` 报到，办完 `finishAssist`；`note` 是事由',
    },
  },
  reportedIn: {
    when: { en: 'a unit that you called in has reported in (报到)', zh: '报到：你吹号的单位已报到' },
    todo: { en: 'show `unit` and `note`', zh: '展示 `unit`、`note`' },
  },
  assistFinished: {
    when: { en: 'it has done its part (协办完成)', zh: '协办完成' },
    todo: { en: 'show `unit` and `note`; the answer is yours', zh: '展示 `unit`、`note`；答复仍由你单位作' },
  },
  supervised: {
    when: { en: 'the ticket is supervised (督办)', zh: '督办' },
    todo: { en: 'tell the unit’s leaders; `supervision` is the level', zh: '报告单位领导；`supervision` 是层级' },
  },
  handedOver: {
    when: { en: 'the other handler holds it now (AB 角)', zh: '交接：改由另一角经办' },
    todo: { en: 'address `handler`', zh: '提醒 `handler` 所示的角' },
  },
  merged: {
    when: { en: 'another request about the same thing hangs on this one (并单)', zh: '并单：另一件相同诉求并入本件' },
    todo: {
      en: 'one answer serves both; `merged` is its number, `mergedRequests` its words',
      zh: '一次答复，两件都告知；`merged` 是其编号，`mergedRequests` 是其内容',
    },
  },
  jointOpened: {
    when: { en: 'joint handling (部门联办): you lead or take part', zh: '部门联办：你单位牵头或参加' },
    todo: { en: '`units` take part, `receiver` is you', zh: '`units` 是参加单位' },
  },
  suspended: {
    when: { en: 'the clocks stand (挂起) until `until`', zh: '挂起：时限停到 `until`' },
    todo: { en: 'show it', zh: '展示' },
  },
  replanned: {
    when: {
      en: 'limits changed (改时限): another urgency, or days off were announced',
      zh: '改时限：紧急程度有变，或放假安排公布后重算',
    },
    todo: { en: 'read `urgency` and `deadlines`', zh: '看 `urgency`、`deadlines`' },
  },
  resumed: {
    when: { en: 'the clocks run again (恢复)', zh: '恢复计时' },
    todo: { en: 'read `deadlines`', zh: '看 `deadlines` 的新时限' },
  },
  appended: {
    when: { en: 'the citizen added something (补充)', zh: '补充：群众补充了内容' },
    todo: { en: 'show `additions`', zh: '展示 `additions`' },
  },
};

export interface CodeWords {
  readonly status: number;
  readonly means: Words;
  readonly todo: Words;
}

const MEND: Words = { en: 'correct it, don’t repeat', zh: '改正后再发，不要原样重发' };
const REPEAT: Words = {
  en: 'repeat the same bytes under the same `webhook-id`',
  zh: '同一 `webhook-id`、同一内容重发',
};
const LOOK: Words = { en: 'read the work list, show the clerk', zh: '查待办清单，告诉经办人' };

/** Another unit's ticket is answered like one that doesn't exist. */
type Refusal = Exclude<RejectionCode, 'notOwner'>;

/** Machine codes that a department's requests can be answered with. */
export const CODES: Readonly<Record<Refusal, CodeWords> & Record<string, CodeWords>> = {
  signatureInvalid: {
    status: 401,
    means: {
      en: 'headers missing, or the signature is not of these bytes, or an unknown unit',
      zh: '缺签名头，或签名与内容不符，或没有这个单位',
    },
    todo: { en: 'secret, id, timestamp, the very bytes', zh: '查密钥、编号、时间戳、是否对所发字节签名' },
  },
  timestampStale: {
    status: 401,
    means: { en: 'more than 5 minutes from our clock', zh: '时间戳与我方相差超过 5 分钟' },
    todo: { en: 'NTP; seconds, not milliseconds', zh: '校时；单位是秒，不是毫秒' },
  },
  notFound: {
    status: 404,
    means: { en: 'no such ticket, or not yours (any more)', zh: '没有这件工单，或不（再）是你单位的' },
    todo: LOOK,
  },
  stateForbids: {
    status: 409,
    means: {
      en: 'not possible in this state; `detail` names the states',
      zh: '当前状态不能这样操作，`detail` 列出可用状态',
    },
    todo: LOOK,
  },
  ruleForbids: {
    status: 409,
    means: { en: 'a rule of the office says no; `detail` says which', zh: '规则不允许，`detail` 说明是哪条' },
    todo: LOOK,
  },
  roleForbids: {
    status: 409,
    means: { en: 'not a command of departments', zh: '不是承办单位的操作' },
    todo: MEND,
  },
  unknownUnit: {
    status: 409,
    means: { en: 'a unit that the district doesn’t have', zh: '写了本区没有的单位代号' },
    todo: MEND,
  },
  unknownCategory: {
    status: 409,
    means: { en: 'a category that the catalogue doesn’t have', zh: '写了目录里没有的类别' },
    todo: MEND,
  },
  unknownTown: {
    status: 409,
    means: { en: 'a town that the district doesn’t have', zh: '写了本区没有的镇街' },
    todo: MEND,
  },
  unknownTicket: {
    status: 409,
    means: { en: 'the other ticket doesn’t exist', zh: '另一件工单不存在' },
    todo: MEND,
  },
  noReturn: {
    status: 409,
    means: { en: 'the owner was designated: no return', zh: '已裁定指定承办，不得退单' },
    todo: { en: 'handle it', zh: '请办理' },
  },
  returnLimit: {
    status: 409,
    means: { en: 'your unit has returned this ticket before', zh: '你单位已退过这件工单' },
    todo: { en: 'handle it, or call the hotline office', zh: '请办理，或电话联系热线办' },
  },
  extensionLimit: {
    status: 409,
    means: { en: 'a ticket is extended once', zh: '一件工单只能延期一次' },
    todo: { en: 'answer within the deadline', zh: '请在时限内答复' },
  },
  tooLate: {
    status: 409,
    means: { en: 'asked for after the deadline', zh: '过了时限才申请' },
    todo: { en: 'answer at once', zh: '请尽快答复' },
  },
  referenceConflict: {
    status: 409,
    means: {
      en: 'this `webhook-id` came before with another body or for another ticket',
      zh: '同一 `webhook-id` 用过，内容或工单不同',
    },
    todo: { en: 'a new command needs a new id', zh: '新操作用新编号' },
  },
  payloadTooLarge: { status: 413, means: { en: 'over 256 KB', zh: '超过 256 KB' }, todo: MEND },
  unsupportedMediaType: {
    status: 415,
    means: { en: 'not `application/json`', zh: '不是 `application/json`' },
    todo: MEND,
  },
  bodyInvalid: {
    status: 422,
    means: { en: '`errors` names the fields as JSON Pointers', zh: '`errors` 按 JSON Pointer 指出字段' },
    todo: MEND,
  },
  tooManyRequests: {
    status: 429,
    means: { en: 'over 50 requests a second of all units together', zh: '全部单位合计每秒超过 50 次' },
    todo: { en: 'wait `retry-after` seconds, then repeat', zh: '等 `retry-after` 秒后重发' },
  },
  internal: { status: 500, means: { en: 'a fault of ours', zh: '我方故障' }, todo: REPEAT },
  busy: { status: 503, means: { en: 'several wrote this ticket at once', zh: '同时有多人在改这件工单' }, todo: REPEAT },
};
