/** Examples of the published contract. They name no place, unit or person that exists; tests parse each with its schema. */

export const phoneRequest = {
  channelRef: 'CC-20261123-000117',
  kind: 'complaint',
  title: '小区门口路灯不亮',
  content: '小区南门外三盏路灯连续一周不亮，晚上出行不便，希望尽快修复。',
  caller: { name: '张示例', phone: '13800000000', confidential: true },
  place: { text: '示例小区南门' },
  replyWanted: true,
  call: {
    callId: 'c-7f3a',
    caller: '13800000000',
    callee: '12345',
    agentId: 'A017',
    startedAt: '2026-11-23T09:26:40+08:00',
    recordings: [{ id: 'r-1', url: 'https://recordings.example/r-1.mp3' }],
  },
};
export const tcccMissedCall = {
  SessionId: 'e97be0ab-0000-4000-8000-000000000001',
  Direction: 0,
  Caller: '008613800000000',
  Callee: '0071512345',
  StartTimestamp: 1795397400,
  AcceptTimestamp: 0,
  EndedTimestamp: 1795397430,
};
export const tcccRecording = {
  SessionId: 'e97be0ab-0000-4000-8000-000000000002',
  RecordId: '1795397460',
  RecordURL: 'https://recordings.example/1795397460.mp3',
};
export const websiteRequest = {
  channelRef: 'board-20261123-0009',
  kind: 'consult',
  title: '新生儿医保如何参保',
  content: '请问新生儿参加居民医保需要哪些材料，在哪里办理？',
  caller: { name: '李示例', phone: '+86 138 0000 0001' },
  board: {
    messageId: '20261123-0009',
    publicConsent: true,
    submittedAt: '2026-11-23T08:50:00+08:00',
    department: '区医保局',
    category: '医保咨询',
  },
};
export const wechatRequest = {
  channelRef: 'form-20261123-0042',
  kind: 'help',
  title: '楼道堆放杂物',
  content: '单元楼道长期堆放纸箱，影响通行。',
  caller: { anonymous: true },
  place: { text: '示例小区三单元', lat: 30.1234567, lng: 114.1234567, crs: 'GCJ-02' },
  occurredAt: '2026-11-22T20:00:00+08:00',
};
export const upload = { contentType: 'image/jpeg', bytes: 183024 };
export const uploadPermit = {
  uploadId: '6f1d3f0e-5f0a-4c1e-9a56-0b4f6a0f7c21',
  url: 'https://attachments.example/',
  fields: {
    'Content-Type': 'image/jpeg',
    key: 'incoming/…/6f1d3f0e-5f0a-4c1e-9a56-0b4f6a0f7c21',
    Policy: 'eyJleHBpcmF0aW9u…',
    'X-Amz-Signature': '5d41402a…',
  },
  expiresInSeconds: 900,
};
export const wechatLogin = { code: '0a3Xyz' };
export const wechatPhoneCode = { code: 'e31968a7f94cc5ee25fafc2aef2773f0' };
export const wechatPhoneSession = { token: 'eyJhbGciOiJkaXIi…', expiresInSeconds: 7200, phone: '138****0001' };
export const wechatSession = { token: 'eyJhbGciOiJkaXIi…', expiresInSeconds: 7200 };
/** The sealed example of WeChat's own documentation. */
export const wechatPush = {
  ToUserName: 'gh_97417a04a28d',
  Encrypt:
    '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
};
export const receipt = {
  ticketNo: 'AB2026112300012340',
  queryCode: '7K3M9P2QXT',
  receivedAt: '2026-11-23T09:30:00.000+08:00',
};
export const dangerReceipt = { ...receipt, danger: { call: ['119'], message: '如有生命危险，请立即拨打 119。' } };

export const publicStatus = {
  ticketNo: receipt.ticketNo,
  status: 'HANDLING',
  statusText: '正在办理',
  kind: 'complaint',
  receivedAt: receipt.receivedAt,
  department: '示例承办单位',
  deadline: '2026-11-30T17:30:00.000+08:00',
  stages: [
    { status: 'REGISTERED', at: '2026-11-23T09:30:00.000+08:00', text: '诉求已登记' },
    { status: 'AWAIT_SIGN', at: '2026-11-23T09:30:02.000+08:00', text: '已派单至承办单位' },
    { status: 'SIGNED', at: '2026-11-23T10:05:00.000+08:00', text: '承办单位已签收' },
    { status: 'HANDLING', at: '2026-11-23T10:20:00.000+08:00', text: '承办单位已受理，开始办理' },
  ],
};
export const privacyNotice = {
  channel: 'wechat',
  text: '示例热线办收集您填写的诉求内容，用于登记、派单、办理和答复。\n您可以致电12345查阅、更正、删除您的信息。',
  version: '5d41402a',
};
export const opinion = {
  ticketNo: 'AB2026112300012340',
  model: 'deepseek-flash',
  candidates: [{ code: '01.1', owner: 'example-unit', probability: 0.7 }],
};
export const ownTickets = {
  tickets: [
    {
      ticketNo: 'XA2026112300000018',
      receivedAt: '2026-11-23T09:30:00.000+08:00',
      channel: 'phone',
      kind: 'complaint',
      title: '路灯不亮',
      status: 'HANDLING',
    },
  ],
};
export const addition = { text: '昨晚又发生了一次。' };
export const rating = { solved: true, satisfaction: 'satisfied', comment: '处理及时' };

export const signCommand = { command: 'sign', handler: 'A017' };
export const replyCommand = {
  command: 'reply',
  handler: 'A017',
  resultCode: 'solved',
  handling: '已更换三盏路灯的控制器，现场复核正常。',
  publicAnswer: '您好，您反映的路灯已于今日修复，感谢您的监督。',
};
export const reviewCommand = { command: 'review', approve: true, reason: '答复完整' };
export const assignCommand = { command: 'assign', owner: 'example-unit', reason: '核定承办单位' };
export const commandAnswer = {
  ticketNo: receipt.ticketNo,
  status: 'SIGNED',
  ticketVersion: 3,
  deadlines: { accept: '2026-11-24T17:30:00.000+08:00', finish: '2026-11-30T17:30:00.000+08:00' },
};
export const workList = {
  tickets: [
    {
      ticketNo: receipt.ticketNo,
      ticketVersion: 2,
      status: 'AWAIT_SIGN',
      kind: 'complaint',
      urgency: 'normal',
      owner: 'example-unit',
      round: 1,
      channel: 'phone',
      receivedAt: receipt.receivedAt,
      deadlines: { sign: '2026-11-24T17:30:00.000+08:00' },
    },
  ],
  cursor: 'eyJwayI6Ii4uLiJ9',
};
