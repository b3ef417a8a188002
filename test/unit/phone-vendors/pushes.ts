/** Pushes as the vendors' documents show them, and requests that carry them. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Request } from '#functions/shared/http.ts';

export const START = Date.parse('2026-11-23T09:30:00+08:00') / 1000;
export const MOBILE = '13800138000';

export const cdr = (changes: object = {}) => ({
  SdkAppId: 1400000000,
  SessionId: 'e97be0ab-1ef6-4ad2-a8c4-000000000001',
  Caller: `0086${MOBILE}`,
  Callee: '008607150012345',
  Direction: 0,
  Duration: 65,
  StartTimestamp: START,
  RingTimestamp: START + 5,
  AcceptTimestamp: START + 10,
  EndedTimestamp: START + 75,
  EndStatusString: 'ok',
  HungUpSide: 'user',
  SeatUser: { UserId: 'agent@example.com', Name: '李四光', StaffNumber: 'A017', SkillGroupNameList: ['综合'] },
  ServeParticipants: null,
  IVRKeyPressed: [{ Key: '1', Label: '人工' }],
  PostIVRKeyPressed: [{ Key: '5', Label: '非常满意' }],
  Uui: '',
  UserRemark: '',
  ...changes,
});
export const missed = (changes: object = {}) =>
  cdr({ AcceptTimestamp: 0, Duration: 0, EndedTimestamp: START + 30, PostIVRKeyPressed: null, ...changes });

export const recording = (changes: object = {}) => ({
  SdkAppId: 1400000000,
  SessionId: 'e97be0ab-1ef6-4ad2-a8c4-000000000001',
  RecordId: '1608130650',
  Timestamp: START + 80,
  EndpointUser: MOBILE,
  RecordURL: 'http://recorder.example/def/000-1608130637.mp3',
  ...changes,
});

export const fee = (changes: object = {}) => ({
  direction: 1,
  spId: 'sp',
  icid: 'ba171f34e6953fcd751edc77127748f4.3757223714.337238282.9',
  sessionId: '1200_1029_4294967295_20261123013000@callenabler246.example',
  callerNum: `+86${MOBILE}`,
  calleeNum: '+867150012345',
  callInTime: '2026-11-23 01:30:00',
  fwdAnswerTime: '2026-11-23 01:30:10',
  callEndTime: '2026-11-23 01:31:15',
  recordObjectName: '26112301301250118304.wav',
  recordFileDownloadUrl: 'https://ostor.example/26112301301250118304.wav',
  ...changes,
});
export const fees = (...list: object[]) => ({ eventType: 'fee', feeLst: list });

export const smsReceipt = (changes: object = {}) => ({
  user_receive_time: '2026-11-23 09:40:00',
  nationcode: '86',
  mobile: MOBILE,
  report_status: 'SUCCESS',
  errmsg: 'DELIVRD',
  description: '用户短信送达成功',
  sid: '2019:1234567890',
  ext: '',
  ...changes,
});

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export function aksk(
  { username, secret }: { username: string; secret: string },
  { created = `${new Date().toISOString().slice(0, 19)}Z`, nonce = randomUUID().replaceAll('-', '') } = {},
): string {
  const digest = createHmac('sha256', secret).update(`${nonce}${created}`).digest('base64');
  return `UsernameToken Username="${username}",PasswordDigest="${digest}",Nonce="${nonce}",Created="${created}"`;
}

export const request = (
  body: unknown,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Request => ({
  origin: 'https://api.example',
  path: '/',
  params: {},
  query,
  headers: { 'content-type': 'application/json;charset=utf8', ...headers },
  body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
});
