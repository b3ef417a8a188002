/** 办理页面的用语: what a clerk reads, also when something is refused. */

import type { ProblemError } from '#functions/shared/problem.ts';
import type { Kind, Urgency } from '#schemas/common.ts';
import type { ReturnReason } from '#schemas/ticket.ts';

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  consult: '咨询',
  help: '求助',
  complaint: '投诉',
  report: '举报',
  suggestion: '建议',
  praise: '表扬',
};

export const URGENCY_NAMES: Readonly<Record<Urgency, string>> = { critical: '特急', urgent: '紧急', normal: '一般' };

export const RETURN_REASON_NAMES: Readonly<Record<ReturnReason, string>> = {
  notOurDuty: '不属于本单位职责',
  wrongPlace: '事发地不在本辖区',
  incomplete: '诉求信息不全，无法办理',
  duplicate: '与在办工单重复',
  statutoryRoute: '应通过诉讼、复议等法定途径',
};

/** By the problem's machine code. Short: what happened, and what to do now. */
const REFUSALS: Readonly<Record<string, string>> = {
  linkInvalid: '办理码无效或已被收回。请核对后重新输入，或致电热线办重新发送。',
  linkExpired: '办理码已过期。请致电热线办重新发送。',
  linkUsed: '这个办理码已经办理过这一步，不能重复办理。需要更正的，请致电热线办。',
  notFound: '这件工单已不在贵单位办理，办理码不再可用。',
  notOwner: '贵单位是协办单位，只能查看；由主办单位办理。',
  stateForbids: '工单的状态已经变化，现在不能办理这一步。请刷新后再看。',
  ruleForbids: '按办理规则，现在不能办理这一步。请致电热线办。',
  noReturn: '按规定，这件工单不能退单。确有困难的，请致电热线办。',
  returnLimit: '这件工单的退单次数已满，不能再退。请致电热线办协调。',
  extensionLimit: '一件工单只能延期一次，已经申请过。确有困难的，请致电热线办。',
  tooLate: '已过这一步的时限，不能再办理。请致电热线办。',
  unknownUnit: '所选单位不在承办单位名单中，请重新选择。',
  bodyInvalid: '填写的内容不符合要求，请检查标出的各项。',
  payloadTooLarge: '内容过长，请缩短后再提交。',
  busy: '系统繁忙，请过几秒再提交，已填写的内容还在。',
};

const OTHERWISE = '热线平台没有接受这次操作，请稍后再试，或致电热线办。';

/** The same problem with words to show. */
export const inChinese = (error: ProblemError): ProblemError =>
  error.saying(REFUSALS[error.problem.code] ?? `${OTHERWISE}（${error.problem.code}）`);
