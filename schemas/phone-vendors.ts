/**
 * What call-centre platforms push (话务平台推送), each in its own shape. Unlike our canonical bodies these tolerate fields
 * that they don't know: the vendor adds some every year. Names are the vendor's; only what is used is listed.
 */
import * as z from 'zod';
import { Identifier, Instant, TicketNo } from './common.ts';

/** The vendor's number of one call. It becomes part of a `channelRef` and of a key, so its alphabet is bounded. */
export const VendorCallId = z
  .string()
  .regex(/^[\w.:@/+=-]{1,100}$/, 'letters, digits and . : @ / + = _ - only, at most 100');

/** Seconds since 1970; 0 or absent = it never happened. Up to the year 2100: milliseconds are a mistake, not a date. */
const UnixSeconds = z
  .union([z.int().min(0).max(4_102_444_800), z.string().regex(/^(?:0|[1-3]?\d{1,9})$/, 'Unix seconds')])
  .nullish();
const DialledNumber = z.string().max(64).nullish();
const RecordingUrl = z.url({ protocol: /^https?$/ }).max(2000);
const KeyText = z.union([z.string().max(64), z.int()]).nullish();

/** Tencent TCCC `?action=cdr`: 通话服务记录. */
export const TcccCdr = z.looseObject({
  SessionId: VendorCallId,
  /** 0 = a citizen called (呼入), 1 = an agent called out (呼出). */
  Direction: z.int().min(0).max(9),
  /** 6 = one agent called another. */
  CallType: z.int().nullish(),
  Caller: DialledNumber,
  Callee: DialledNumber,
  Duration: z.number().nullish(),
  StartTimestamp: UnixSeconds,
  AcceptTimestamp: UnixSeconds,
  EndedTimestamp: UnixSeconds,
  /** 满意度按键, keys of either case. */
  PostIVRKeyPressed: z
    .array(z.looseObject({ Key: KeyText, key: KeyText }))
    .max(50)
    .nullish(),
});
export type TcccCdr = z.infer<typeof TcccCdr>;

/** Tencent TCCC `?action=record`: one track of one call's recording (录音). */
export const TcccRecording = z.looseObject({
  SessionId: VendorCallId,
  RecordId: z.union([Identifier(128), z.int().min(0)]),
  RecordURL: RecordingUrl,
  /** In the customer's own bucket, where the customer has one; outlives the vendor's three months. */
  CustomRecordURL: z.union([RecordingUrl, z.literal('')]).nullish(),
});
export type TcccRecording = z.infer<typeof TcccRecording>;

/** UTC, `2026-11-23 01:30:00`; empty or absent = it never happened. */
const HuaweiTime = z
  .union([
    z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/),
    z.literal(''),
  ])
  .nullish();

/** One call record (话单) of Huawei's voice service. */
export const HuaweiFee = z.looseObject({
  sessionId: VendorCallId,
  callerNum: z.union([DialledNumber, z.int().min(0)]),
  /** When a citizen's call came in; only inbound calls have it. */
  callInTime: HuaweiTime,
  fwdAnswerTime: HuaweiTime,
  callEndTime: HuaweiTime,
  recordObjectName: z.string().max(256).nullish(),
  recordFileDownloadUrl: z.union([RecordingUrl, z.literal('')]).nullish(),
});
export type HuaweiFee = z.infer<typeof HuaweiFee>;

/** Huawei pushes up to 50 call records at once; other events carry none. */
export const HuaweiPush = z.looseObject({
  eventType: z.string().max(40),
  feeLst: z.array(HuaweiFee).max(50).nullish(),
});
/** The same before its records are looked at: one that can't be read must not take 49 others along. */
export const HuaweiEnvelope = HuaweiPush.extend({ feeLst: z.array(z.unknown()).max(50).nullish() });
export type HuaweiPush = z.infer<typeof HuaweiPush>;

/** Tencent SMS: what became of messages that were sent (短信状态报告). */
export const SmsReceipts = z
  .array(z.looseObject({ report_status: z.string().max(40), sid: z.string().max(128).nullish() }))
  .max(100);
export type SmsReceipts = z.infer<typeof SmsReceipts>;

/** Any vendor's push, for the published description; each route parses with its vendor's own schema. */
export const VendorPush = z.union([TcccCdr, TcccRecording, HuaweiPush, SmsReceipts]);

/** What each vendor takes for "received". */
export const VendorAcknowledgement = z.union([
  z.strictObject({ ErrCode: z.literal(0), ErrMsg: z.literal('') }),
  z.strictObject({ resultCode: z.literal('0'), resultDesc: z.literal('Success') }),
  z.strictObject({ result: z.literal(0), errmsg: z.literal('OK') }),
]);

/** Vendors that tell of calls, as their routes name them. */
export const CALL_VENDORS = ['huawei', 'tccc'] as const;

/**
 * 通话记录 as we keep it: what a vendor told of one call, in whatever order. Without numbers and names: those are a
 * caller's identity, and this isn't the table for it.
 */
export const CallRecord = z.strictObject({
  /** Absent until the call's own record came; a recording may be first. */
  inbound: z.boolean().optional(),
  startedAt: Instant.optional(),
  answeredAt: Instant.optional(),
  endedAt: Instant.optional(),
  durationSeconds: z.int().min(0).max(86_400).optional(),
  satisfactionKey: Identifier(8).optional(),
  recordings: z.array(z.strictObject({ id: Identifier(128), url: z.url().max(2000) })).max(20),
  /** Ids of the pushes that are in it already, newest last. */
  pushes: z.array(z.string()).max(40),
  /** The seat's form of this call, once there is one, and the recordings that were in it. What comes later is added to it. */
  form: z.strictObject({ ticketNo: TicketNo, recordings: z.array(z.string()) }).optional(),
});
export type CallRecord = z.infer<typeof CallRecord>;
