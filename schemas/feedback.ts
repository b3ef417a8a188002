/**
 * 反馈规则: what a citizen is told at which event, as a district writes it in `feedback.json`. What a text may hold beyond its
 * shape depends on the district's own names, so `domain/feedback/check-rules.ts` checks it when the folder is compiled.
 */
import * as z from 'zod';
import { ResultCode } from './ticket.ts';

/**
 * Events that a rule may name, each at most once. `dispatched` is the first dispatch only: a later one is the hotline's own
 * affair. `answeredByMain`: the answer of the ticket that this one was merged into; `reworkedByMain`: it holds no more. `splitOff`: a
 * part became a ticket of its own, which tells by itself where it has a way.
 */
export const ToldEvent = z.enum([
  'dispatched',
  'reworkOrdered',
  'answerApproved',
  'directClosed',
  'notAccepted',
  'closed',
  'cancelled',
  'extensionApproved',
  'merged',
  'answeredByMain',
  'reworkedByMain',
  'reopened',
  'splitOff',
]);
export type ToldEvent = z.infer<typeof ToldEvent>;

/** What a notice is called on the ticket: `accepted`, `answered`, `closed` … One name may serve several events. */
export const NoticeName = z
  .string()
  .regex(/^[a-z][a-zA-Z]{1,31}$/, 'a name is 2 to 32 letters, the first one small (2 至 32 个字母,小写开头)');
export type NoticeName = z.infer<typeof NoticeName>;

/** Key of a template: in the WeChat secret's `templates`, or as the call centre's platform knows it. */
const TemplateName = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, _ and - (字母、数字、_、-)');
/** Text with placeholders such as `{ticketNo}`. */
const Template = z.string().trim().min(1, 'must not be empty (不能为空)');

/** 订阅消息. `fields` by the template's own keys, e.g. `thing2`; `page` of the mini-program, without a leading slash. */
export const SubscribeMessageRule = z.strictObject({
  template: TemplateName,
  page: Template.max(200),
  fields: z.record(z.string(), Template),
});
export type SubscribeMessageRule = z.infer<typeof SubscribeMessageRule>;

/** 短信: the template's text lies with the carrier; only its parameters are ours. */
export const SmsRule = z.strictObject({
  template: TemplateName,
  params: z.record(z.string().regex(/^[a-zA-Z]\w{0,31}$/, 'a parameter is letters and digits (字母、数字)'), Template),
});
export type SmsRule = z.infer<typeof SmsRule>;

/** A part that is left out tells nothing there. */
export const FeedbackRule = z.strictObject({
  event: ToldEvent,
  notice: NoticeName,
  wechat: SubscribeMessageRule.optional(),
  /** Also the way for those on WeChat who refused the message. */
  sms: SmsRule.optional(),
  /** Where the board shows the answer itself, the answer stands in the text's place. */
  website: Template.max(500).optional(),
});
export type FeedbackRule = z.infer<typeof FeedbackRule>;

export const FeedbackRules = z.strictObject({
  source: z.string().trim().min(1),
  /** 办理结果, as a citizen reads it. */
  results: z.record(ResultCode, z.string().trim().min(1).max(10)),
  rules: z.array(FeedbackRule).min(1),
});
export type FeedbackRules = z.infer<typeof FeedbackRules>;
