/** 群众看得懂的话: statuses and steps in the words of the hotline's life cycle (12345 热线工单流转环节). */
import type { EventType } from '#schemas/event.ts';
import type { Status } from '#schemas/ticket.ts';

export const statusTexts: Readonly<Record<Status, string>> = {
  REGISTERED: '已登记，等待受理',
  NOT_ACCEPTED: '不予受理',
  DIRECT_CLOSED: '已直接答复办结',
  MERGED: '已与相同诉求合并办理',
  DISPATCHING: '等待派单',
  AWAIT_SIGN: '已派单，等待承办单位签收',
  SIGNED: '承办单位已签收',
  RETURN_REVIEW: '正在核定承办单位',
  ARBITRATION: '正在核定承办单位',
  HANDLING: '正在办理',
  EXTENSION_REVIEW: '正在办理',
  REPLIED: '承办单位已答复，正在审核',
  AWAIT_VISIT: '已答复，等待您的评价',
  REWORK: '正在重新办理',
  CLOSED: '已办结',
  ARCHIVED: '已归档',
  CANCELLED: '已撤单',
};

/**
 * Steps that a citizen is shown. What isn't here is the office's own business: warnings, deliveries, notes, and an answer
 * that the hotline sent back to the unit.
 */
export const stepTexts: Readonly<Partial<Record<EventType, string>>> = {
  registered: '诉求已登记',
  queuedAtDesk: '已转热线派单席，由人工核定承办单位',
  dispatched: '已派单至承办单位',
  signed: '承办单位已签收',
  accepted: '承办单位已受理，开始办理',
  contacted: '承办单位已与您联系',
  replied: '承办单位已提交答复，热线正在审核',
  answerApproved: '答复已通过审核，请查看并评价',
  reworkOrdered: '已要求承办单位重新办理',
  extensionApproved: '经热线同意，办理期限已延长',
  merged: '已与相同诉求合并办理，答复后一并告知您',
  answeredByMain: '合并办理的诉求已答复，请查看',
  reworkedByMain: '合并办理的诉求正在重新办理，原答复不再有效',
  splitOff: '其中一件事已另立工单办理',
  suspended: '因客观原因暂停办理',
  resumed: '已恢复办理',
  reopened: '已重新办理',
  urged: '您的催办已转告承办单位',
  appended: '您补充的内容已收到',
  rated: '已收到您的评价',
  closed: '已办结',
  notAccepted: '不予受理，请通过法定途径办理',
  directClosed: '热线已直接答复',
  cancelled: '已撤单',
  archived: '已归档',
};
