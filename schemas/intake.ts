/**
 * A request on its way in: what a channel posts (canonical body) and what it becomes on the queue (`IntakeRequest`).
 * The first carries the caller's identity, the second only a token for it.
 */
import * as z from 'zod';
import { Attachment, KeptAttachment, MAX_ATTACHMENTS, UploadedAttachment } from './attachment.ts';
import { CategoryCode, Channel, Identifier, Instant, Kind, PlainText, QueryCode, TicketNo, Urgency } from './common.ts';
import { MaskedRequest } from './ticket.ts';

/** 来电人/留言人. Left out or `anonymous`: nobody can be called back, the query code is the only way to the answer. */
export const Caller = z.strictObject({
  name: PlainText(50).optional(),
  phone: z
    .string()
    .regex(/^\+?[\d\s\-()]{5,24}$/, 'digits, spaces, dashes and a leading plus only')
    .optional(),
  /** 匿名 */
  anonymous: z.boolean().optional(),
  /** 保密: the department never learns who asked. */
  confidential: z.boolean().optional(),
  /** 涉企 */
  enterprise: z
    .strictObject({
      name: PlainText(100),
      creditCode: z
        .string()
        .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, 'a unified social credit code (统一社会信用代码) has 18 characters')
        .optional(),
    })
    .optional(),
});
export type Caller = z.infer<typeof Caller>;

/** Coordinate systems that maps in China use; a coordinate without one can't be placed. */
export const Crs = z.enum(['GCJ-02', 'BD-09', 'WGS-84', 'CGCS2000']);

/** 事发地: where it happened, not where the caller lives. */
export const Place = z
  .strictObject({
    text: PlainText(200).optional(),
    townCode: z
      .string()
      .regex(/^\d{12}$/, 'a 12-digit division code')
      .optional(),
    villageCode: z
      .string()
      .regex(/^\d{12}$/, 'a 12-digit division code')
      .optional(),
    lat: z.number().min(-90).max(90).optional(),
    lng: z.number().min(-180).max(180).optional(),
    crs: Crs.optional(),
  })
  .refine((p) => (p.lat === undefined) === (p.lng === undefined), { path: ['lng'], error: 'lat and lng come together' })
  .refine((p) => p.lat === undefined || p.crs !== undefined, {
    path: ['crs'],
    error: 'coordinates must name their crs',
  });
export type Place = z.infer<typeof Place>;

/** What a citizen asks for, apart from who asks and how it came. Content ≤ 10,000 characters, so that it fits a queue message. */
const requestFields = {
  /** The channel's own number for it: the idempotency key. */
  channelRef: z.string().regex(/^[\w.:@/+=-]{1,128}$/, 'letters, digits and . : @ / + = _ - only, at most 128'),
  kind: Kind,
  title: PlainText(100),
  content: PlainText(10_000),
  place: Place.optional(),
  category: CategoryCode.optional(),
  urgency: Urgency.optional(),
  occurredAt: Instant.optional(),
  replyWanted: z.boolean().optional(),
  attachments: z.array(Attachment).max(MAX_ATTACHMENTS).optional(),
};

const Recording = z.strictObject({ id: Identifier(128), url: z.url().max(2000), expiresAt: Instant.optional() });

/** 通话: the call that the seat's form belongs to. */
export const Call = z.strictObject({
  callId: Identifier(128),
  /** As the exchange writes them, which may be words for a withheld number. */
  caller: PlainText(32).optional(),
  callee: PlainText(32).optional(),
  agentId: Identifier(64).optional(),
  agentName: PlainText(50).optional(),
  skillGroup: PlainText(50).optional(),
  startedAt: Instant.optional(),
  answeredAt: Instant.optional(),
  endedAt: Instant.optional(),
  durationSeconds: z.int().min(0).max(86_400).optional(),
  recordings: z.array(Recording).max(20).optional(),
  satisfactionKey: Identifier(8).optional(),
});
export type Call = z.infer<typeof Call>;

/** 留言: what the message board knows of the message. Its own query code is a secret between board and writer: not taken. */
export const Board = z.strictObject({
  /** A part of the address that replies go to, where `.` and `..` would lead elsewhere. */
  messageId: z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,64}$/),
  publicConsent: z.boolean(),
  submittedAt: Instant.optional(),
  /** The unit that the writer picked; it doesn't decide who owns the ticket. */
  department: PlainText(60).optional(),
  /** 栏目、类别 as the board calls it, for people to read. */
  category: PlainText(60).optional(),
  /** 匿名发布: departments and neighbours don't learn who wrote; the hotline does. */
  anonymous: z.boolean().optional(),
});
export type Board = z.infer<typeof Board>;

/** `POST /channels/phone/requests` */
export const PhoneRequest = z.strictObject({ ...requestFields, caller: Caller.optional(), call: Call });
export type PhoneRequest = z.infer<typeof PhoneRequest>;

/** `POST /channels/website/requests` */
export const WebsiteRequest = z.strictObject({ ...requestFields, caller: Caller.optional(), board: Board });
export type WebsiteRequest = z.infer<typeof WebsiteRequest>;

/** `POST /channels/wechat/requests`: the session already says who asks; the form may ask for discretion. */
export const WechatRequest = z.strictObject({
  ...requestFields,
  /** Each a link, or the number of an upload (`POST /channels/wechat/attachments`). */
  attachments: z
    .array(z.union([UploadedAttachment, Attachment], 'name with uploadId, or name with url (https)'))
    .max(MAX_ATTACHMENTS)
    .optional(),
  caller: Caller.pick({ anonymous: true, confidential: true, enterprise: true }).optional(),
  /** 同意公开: question and answer may be published, after the content check and without personal data. */
  publicConsent: z.boolean().optional(),
});
export type WechatRequest = z.infer<typeof WechatRequest>;

/** `POST /channels/wechat/sessions` */
export const WechatLogin = z.strictObject({ code: z.string().min(1).max(256) });
export const WechatSession = z.strictObject({ token: z.string(), expiresInSeconds: z.int() });

/** `POST /channels/wechat/sessions/phone`: the code of the button that asks for the number (手机号快速验证). */
export const WechatPhoneCode = z.strictObject({ code: z.string().min(1).max(256) });
/** The new session holds the number; `phone` shows the citizen which one it is (138****5678). */
export const WechatPhoneSession = WechatSession.extend({ phone: z.string() });

/** 紧急提示: who to call now. Software does not transfer a call; people must. */
export const DangerNotice = z.strictObject({ call: z.array(z.string()), message: z.string() });
export type DangerNotice = z.infer<typeof DangerNotice>;

/** The `202` (new) and `200` (replay) answer of every intake route. */
export const IntakeReceipt = z.strictObject({
  ticketNo: TicketNo,
  queryCode: QueryCode,
  receivedAt: Instant,
  danger: DangerNotice.optional(),
});
export type IntakeReceipt = z.infer<typeof IntakeReceipt>;

/**
 * 标准化诉求: one shape for all channels, as it lies in the receipt and rides on the intake queue. It has the citizen's
 * text (encrypted at rest under our key) and never the citizen's identity.
 */
export const IntakeRequest = z.strictObject({
  ...requestFields,
  /** Uploads were judged and moved to where they stay before the receipt was written. */
  attachments: z.array(KeptAttachment).max(MAX_ATTACHMENTS).optional(),
  schema: z.literal(1),
  channel: Channel,
  ticketNo: TicketNo,
  receivedAt: Instant,
  callerToken: z.string(),
  queryKeyId: z.string(),
  anonymous: z.boolean(),
  confidential: z.boolean(),
  enterprise: z.boolean(),
  danger: z.boolean(),
  call: Call.omit({ caller: true, callee: true, agentName: true }).optional(),
  board: Board.optional(),
  publicConsent: z.boolean().optional(),
  /** Only of a confidential or anonymous request: the words that its department may read. */
  masked: MaskedRequest.optional(),
  /** Keyed hash of how the caller is known: finds the caller's other tickets; absent for the unknown. */
  callerHash: z.string().optional(),
});
export type IntakeRequest = z.infer<typeof IntakeRequest>;

/**
 * 补充: what came later through a channel for a request that was taken before: another message of the same conversation, or
 * a recording of the call that the seat's form belongs to.
 */
export const Addition = z.strictObject({
  addition: z.literal(1),
  ticketNo: TicketNo,
  channel: Channel,
  /** The channel's own number for it: the idempotency key, among those of requests. */
  channelRef: z.string(),
  receivedAt: Instant,
  text: PlainText(10_000).optional(),
  attachments: z.array(Attachment).max(9).optional(),
  recordings: z.array(Recording).max(20).optional(),
});
export type Addition = z.infer<typeof Addition>;

/** What rides on the intake queue. */
export const IntakeMessage = z.union([IntakeRequest, Addition]);
export type IntakeMessage = z.infer<typeof IntakeMessage>;

/** 来电人身份: lives in its own table under its own key; everything else holds `callerToken`. */
export const CallerRecord = z.strictObject({
  callerToken: z.string(),
  createdAt: Instant,
  name: z.string().optional(),
  /** E.164 */
  phone: z.string().optional(),
  openid: z.string().optional(),
  enterprise: z.strictObject({ name: z.string(), creditCode: z.string().optional() }).optional(),
});
export type CallerRecord = z.infer<typeof CallerRecord>;
