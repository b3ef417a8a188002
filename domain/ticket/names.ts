/** What the office calls states and events (工单状态、环节): one list for logs, pages and drawings. */
import type { EventType } from '#schemas/event.ts';
import type { Status } from '#schemas/ticket.ts';

export const STATUS_NAMES: Readonly<Record<Status, string>> = {
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

export const EVENT_NAMES: Readonly<Record<EventType, string>> = {
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
  urged: '催办',
  appended: '补充',
  rated: '评价',
  closed: '办结',
  notAccepted: '不予受理',
  directClosed: '直接办结',
  cancelled: '撤单',
  archived: '归档',
  warned: '预警',
  feedbackRecorded: '反馈',
};
