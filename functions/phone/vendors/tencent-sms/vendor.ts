/** 腾讯云短信: tells what became of messages that were sent. Only counted so far; it signs nothing. */
import { parseBody } from '#functions/shared/problem.ts';
import { SmsReceipts } from '#schemas/phone-vendors.ts';
import { type BasicDoor, basicDoor, requireBasic } from '../basic-auth.ts';
import { readPush } from '../read-push.ts';
import type { PhoneVendor } from '../vendor.ts';

/** Anything else is the vendor's text, and no text of others gets into the log. */
const OUTCOMES = ['SUCCESS', 'FAIL'];

export const tencentSms: PhoneVendor<BasicDoor, SmsReceipts> = {
  name: 'tencent-sms',
  credentials: (secrets) => basicDoor(secrets['tencent-sms']),
  authenticate: async (request, door) => requireBasic(request, door),
  parse: (request) => parseBody(SmsReceipts, readPush(request)),
  map: (receipts) => {
    const counts = new Map<string, number>();
    for (const { report_status: status } of receipts) {
      const outcome = OUTCOMES.includes(status) ? status : 'other';
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    return { calls: [], counts: [...counts].map(([outcome, count]) => ({ code: 'tencent-sms', outcome, count })) };
  },
  acknowledgement: { result: 0, errmsg: 'OK' },
};
