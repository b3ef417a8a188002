/** Every route of the outside contract as data: what goes in, what comes out, who may ask. `openapi.ts` makes OpenAPI of it. */
import * as z from 'zod';
import { UploadPermit, UploadRequest } from './attachment.ts';
import { OwnTickets, PrivacyNotice, PublicStatus } from './citizen.ts';
import {
  AppendRequest,
  CallerSearch,
  CommandAnswer,
  DepartmentCommand,
  HotlineCommand,
  NoBody,
  RatingRequest,
  UnmaskRequest,
} from './command.ts';
import {
  IntakeReceipt,
  PhoneRequest,
  WebsiteRequest,
  WechatLogin,
  WechatPhoneCode,
  WechatPhoneSession,
  WechatRequest,
  WechatSession,
} from './intake.ts';
import { catalogueRoutes } from './openapi-catalogue.ts';
import { clerkRoutes } from './openapi-clerk.ts';
import { deliveryRoutes } from './openapi-deliveries.ts';
import * as examples from './openapi-examples.ts';
import { reconciliationRoutes } from './openapi-reconciliation.ts';
import { rightsRoutes } from './openapi-rights.ts';
import { type Route, TicketHistory, WorkList } from './openapi-route.ts';
import { Opinion } from './opinion.ts';
import { VendorAcknowledgement, VendorPush } from './phone-vendors.ts';
import { AttentionFilter, Status } from './ticket.ts';
import { WechatPushEnvelope } from './wechat-push.ts';

const INTAKE_PROBLEMS = [401, 409, 413, 415, 422, 429, 503] as const;
const intakeAnswers: Route['answers'] = {
  202: { description: 'Received and durable.', schema: IntakeReceipt, example: examples.receipt },
  200: {
    description: 'The same request came before: the same numbers.',
    schema: IntakeReceipt,
    example: examples.dangerReceipt,
    replayHeader: true,
  },
};
const intakeText =
  '`channelRef` is the idempotency key. With words that mean danger to life the answer has `danger`: whom to call now; nothing is transferred by itself.';
const commandAnswers: Route['answers'] = {
  200: {
    description: 'Done, or done before.',
    schema: CommandAnswer,
    example: examples.commandAnswer,
    replayHeader: true,
  },
};
const listAnswers: Route['answers'] = {
  200: { description: 'One page; `cursor` leads to the next.', schema: WorkList, example: examples.workList },
};
const listQuery = { status: Status.optional(), cursor: z.string().optional() };

/** What a citizen may say of a ticket of their own: four routes that differ in their body alone. */
function citizenCommand(word: string, operationId: string, summary: string, schema: z.ZodType, example: object): Route {
  return {
    method: 'post',
    path: `/tickets/{ticketNo}/${word}`,
    operationId,
    tag: 'citizen',
    summary,
    security: ['queryCode', 'session'],
    body: { schema, examples: { [word]: example } },
    answers: {
      200: { description: 'The new status.', schema: PublicStatus, example: examples.publicStatus, replayHeader: true },
    },
    problems: [401, 404, 409, 413, 415, 422, 429, 503],
  };
}

export const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/channels/phone/requests',
    operationId: 'postPhoneRequest',
    tag: 'channels',
    summary: "The call centre's ticket form (电话诉求)",
    description: intakeText,
    security: ['phoneSignature'],
    body: { schema: PhoneRequest, examples: { complaint: examples.phoneRequest } },
    answers: intakeAnswers,
    problems: INTAKE_PROBLEMS,
  },
  {
    method: 'post',
    path: '/channels/phone/vendors/{vendor}',
    operationId: 'postPhoneVendorPush',
    tag: 'channels',
    summary: 'Pushes of the call-centre platform (话务平台推送): tccc, huawei, tencent-sms',
    description:
      'In the vendor’s own protocol; unknown fields are tolerated. A call record alone is no request: it waits for the ' +
      'form with the same call.callId. A missed call becomes a call-back task. Without credentials of the vendor: 404.',
    security: ['vendorBasic', 'vendorAksk'],
    query: { action: z.enum(['cdr', 'record']).optional(), version: z.literal('1').optional() },
    body: {
      schema: VendorPush,
      examples: { tcccMissedCall: examples.tcccMissedCall, tcccRecording: examples.tcccRecording },
    },
    answers: {
      200: { description: 'Received and durable.', schema: VendorAcknowledgement, example: { ErrCode: 0, ErrMsg: '' } },
    },
    problems: [401, 404, 413, 415, 422, 429, 503],
  },
  {
    method: 'post',
    path: '/channels/website/requests',
    operationId: 'postWebsiteRequest',
    tag: 'channels',
    summary: "The website's message board (网站留言)",
    description: intakeText,
    security: ['websiteSignature'],
    body: { schema: WebsiteRequest, examples: { consult: examples.websiteRequest } },
    answers: intakeAnswers,
    problems: INTAKE_PROBLEMS,
  },
  {
    method: 'post',
    path: '/channels/wechat/sessions',
    operationId: 'openWechatSession',
    tag: 'channels',
    summary: 'Mini-program login (小程序登录)',
    description: 'Takes the code of `wx.login`; the session lasts two hours of real time.',
    security: [],
    body: { schema: WechatLogin, examples: { login: examples.wechatLogin } },
    answers: { 200: { description: 'A session.', schema: WechatSession, example: examples.wechatSession } },
    problems: [413, 415, 422, 429, 502],
  },
  {
    method: 'post',
    path: '/channels/wechat/sessions/phone',
    operationId: 'giveWechatPhone',
    tag: 'channels',
    summary: 'The citizen gives a phone number (手机号快速验证)',
    description:
      'Takes the code of the button `getPhoneNumber`; answers a new session that holds the number, sealed. Requests ' +
      'sent with it can be answered by SMS, and found by the agent who has that number on the line.',
    security: ['session'],
    body: { schema: WechatPhoneCode, examples: { code: examples.wechatPhoneCode } },
    answers: { 200: { description: 'A session.', schema: WechatPhoneSession, example: examples.wechatPhoneSession } },
    problems: [401, 413, 415, 422, 429, 502],
  },
  {
    method: 'post',
    path: '/channels/wechat/requests',
    operationId: 'postWechatRequest',
    tag: 'channels',
    summary: "The mini-program's form (小程序诉求)",
    description: `${intakeText} 429 with \`retry-after\` when one user sends more within an hour than the district takes.`,
    security: ['session'],
    body: { schema: WechatRequest, examples: { help: examples.wechatRequest } },
    answers: intakeAnswers,
    problems: INTAKE_PROBLEMS,
  },
  {
    method: 'post',
    path: '/channels/wechat/attachments',
    operationId: 'permitWechatUpload',
    tag: 'channels',
    summary: 'A permit to upload one picture, video or PDF (附件上传)',
    description:
      'POST the `fields` as a form to `url`, then the file as the last field `file`; then name the `uploadId` in the ' +
      "form's `attachments`. What was uploaded is judged by its content when the form comes in.",
    security: ['session'],
    body: { schema: UploadRequest, examples: { picture: examples.upload } },
    answers: { 200: { description: 'The permit.', schema: UploadPermit, example: examples.uploadPermit } },
    problems: [401, 413, 415, 422, 429],
  },
  {
    method: 'get',
    path: '/channels/wechat/messages',
    operationId: 'verifyWechatPush',
    tag: 'channels',
    summary: "WeChat's check of the push address (消息推送 URL 校验)",
    description: '`signature` is sha1 over token, timestamp and nonce, sorted. 404 where no push is set up.',
    security: [],
    query: { signature: z.string(), timestamp: z.string(), nonce: z.string(), echostr: z.string() },
    answers: { 200: { description: 'The echostr.', schema: z.string(), type: 'text/plain' } },
    problems: [401, 404],
  },
  {
    method: 'post',
    path: '/channels/wechat/messages',
    operationId: 'receiveWechatPush',
    tag: 'channels',
    summary: 'Messages and events from WeChat (消息推送)',
    description:
      'XML or JSON. In compatible and safe mode only `msg_signature` and `Encrypt` count. 404 where no push is set up.',
    security: [],
    query: { signature: z.string(), timestamp: z.string(), nonce: z.string(), msg_signature: z.string().optional() },
    body: { schema: WechatPushEnvelope, examples: { sealed: examples.wechatPush } },
    answers: { 200: { description: '`success`: durable, or nothing to do.', schema: z.string(), type: 'text/plain' } },
    problems: [401, 404, 413, 422, 503],
  },
  {
    method: 'get',
    path: '/tickets/{ticketNo}',
    operationId: 'getTicketStatus',
    tag: 'citizen',
    summary: 'Public status, stages, deadline and answer (进度查询)',
    description: 'REGISTERED from the moment of the receipt. A wrong number and a wrong code answer the same 404.',
    security: ['queryCode', 'session'],
    answers: { 200: { description: 'The status.', schema: PublicStatus, example: examples.publicStatus } },
    problems: [401, 404, 429],
  },
  citizenCommand('rating', 'rateTicket', 'Rate the answer, once a round (满意度评价)', RatingRequest, examples.rating),
  citizenCommand('urge', 'urgeTicket', 'Ask to hurry (催办)', NoBody, {}),
  citizenCommand('append', 'appendToTicket', 'Add to the request (补充)', AppendRequest, examples.addition),
  citizenCommand('withdraw', 'withdrawTicket', 'Withdraw the request (撤单)', NoBody, {}),
  {
    method: 'post',
    path: '/departments/{departmentId}/tickets/{ticketNo}/commands',
    operationId: 'postDepartmentCommand',
    tag: 'departments',
    summary: 'A command of the owning unit (承办单位操作)',
    description:
      "`webhook-id` is the idempotency key. Another unit's ticket answers 404; a forbidden command 409 with a code.",
    security: ['departmentSignature'],
    body: { schema: DepartmentCommand, examples: { sign: examples.signCommand, reply: examples.replyCommand } },
    answers: commandAnswers,
    problems: [401, 404, 409, 413, 415, 422, 503],
  },
  {
    method: 'get',
    path: '/departments/{departmentId}/tickets',
    operationId: 'listDepartmentTickets',
    tag: 'departments',
    summary: "The unit's open tickets, most urgent deadline first (待办清单)",
    description: 'Signed over an empty body.',
    security: ['departmentSignature'],
    query: listQuery,
    answers: listAnswers,
    problems: [401, 422],
  },
  ...clerkRoutes,
  {
    method: 'post',
    path: '/hotline/tickets/{ticketNo}/commands',
    operationId: 'postHotlineCommand',
    tag: 'hotline',
    summary: 'A command of an operator (热线办操作)',
    security: ['operator'],
    headers: { 'idempotency-key': 'The same key is answered as the first time.' },
    body: { schema: HotlineCommand, examples: { review: examples.reviewCommand, assign: examples.assignCommand } },
    answers: commandAnswers,
    problems: [401, 403, 404, 409, 413, 415, 422, 503],
  },
  {
    method: 'get',
    path: '/channels/wechat/tickets',
    operationId: 'listOwnTickets',
    tag: 'citizen',
    summary: "The mini-program user's own tickets, newest first, at most 20 (我的诉求)",
    security: ['session'],
    answers: { 200: { description: 'The list.', schema: OwnTickets, example: examples.ownTickets } },
    problems: [401],
  },
  {
    method: 'post',
    path: '/hotline/callers/search',
    operationId: 'searchCaller',
    tag: 'hotline',
    summary: "A caller's tickets by phone number, newest first, at most 20 (来电人历史工单)",
    description: 'The number is looked up by a keyed hash; nobody else’s is read. Not for auditors.',
    security: ['operator'],
    body: { schema: CallerSearch, examples: { search: { phone: '13800000001' } } },
    answers: { 200: { description: 'The list.', schema: OwnTickets, example: examples.ownTickets } },
    problems: [401, 403, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/hotline/tickets',
    operationId: 'listHotlineTickets',
    tag: 'hotline',
    summary: 'Tickets by status, DISPATCHING when none is given, or what waits for attention (工单列表、待关注)',
    security: ['operator'],
    query: { ...listQuery, attention: AttentionFilter.optional() },
    answers: listAnswers,
    problems: [401, 403, 422],
  },
  {
    method: 'get',
    path: '/hotline/tickets/{ticketNo}',
    operationId: 'getTicketHistory',
    tag: 'hotline',
    summary: 'Full history with the routing trace (工单全程); for an auditor with the words masked',
    security: ['operator'],
    answers: { 200: { description: 'The history.', schema: TicketHistory } },
    problems: [401, 403, 404],
  },
  {
    method: 'post',
    path: '/hotline/tickets/{ticketNo}/unmask',
    operationId: 'unmaskTicket',
    tag: 'hotline',
    summary: "An auditor's look at what is masked (查看原文)",
    description:
      'Who looked, when and why stays in the ticket’s history. Answers the history with the words as they were.',
    security: ['operator'],
    body: { schema: UnmaskRequest, examples: { unmask: { reason: '核查投诉 2026-17 号' } } },
    answers: { 200: { description: 'The history.', schema: TicketHistory } },
    problems: [401, 404, 409, 413, 415, 422],
  },
  {
    method: 'post',
    path: '/hotline/tickets/{ticketNo}/opinion',
    operationId: 'askSecondOpinion',
    tag: 'hotline',
    summary: 'Ask a language model about a ticket that waits for the desk (第二意见)',
    description:
      'Off unless the district’s folder turns it on; then 404. The model reads masked words and decides nothing; the answer ' +
      'stays in the ticket’s history. Dispatchers and leaders.',
    security: ['operator'],
    body: { schema: NoBody, examples: { ask: {} } },
    answers: { 200: { description: 'Candidates, most probable first.', schema: Opinion, example: examples.opinion } },
    problems: [401, 403, 404, 409, 413, 415, 422, 429, 502],
  },
  ...catalogueRoutes,
  ...deliveryRoutes,
  ...rightsRoutes,
  ...reconciliationRoutes,
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tag: 'portal',
    summary: 'This document (接口说明)',
    security: [],
    answers: { 200: { description: 'OpenAPI 3.1.' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/docs',
    operationId: 'getDocs',
    tag: 'portal',
    summary: 'This document for reading, in Swagger UI (接口说明网页)',
    security: [],
    answers: { 200: { description: 'A page that calls no other host.', type: 'text/html' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/docs/{file}',
    operationId: 'getDocsFile',
    tag: 'portal',
    summary: 'A file of that page, from a closed list (接口说明网页的文件)',
    description:
      'Compressed with gzip when `accept-encoding` takes it. With the version in `v` it may be kept for good.',
    security: [],
    query: { v: z.string().optional() },
    answers: { 200: { description: 'Script, style sheet or licence text.', type: '*/*' } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/privacy/{channel}',
    operationId: 'getPrivacyNotice',
    tag: 'portal',
    summary: 'What a citizen is told before a request is taken (隐私告知)',
    description:
      'Show it before the form, or read it out; show it again when `version` is another one. Paragraphs are lines of ' +
      '`text`. Any origin may ask.',
    security: [],
    answers: { 200: { description: 'The notice.', schema: PrivacyNotice, example: examples.privacyNotice } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/',
    operationId: 'getStartPage',
    tag: 'portal',
    summary: 'Start page for people, with the counts of today and yesterday (首页)',
    security: [],
    answers: { 200: { description: 'What runs here, and a first request.', type: 'text/html' } },
    problems: [],
  },
];
