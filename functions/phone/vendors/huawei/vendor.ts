/** 华为云语音: pushes up to 50 call records (话单) at once, and again every hour, up to six times, until it hears success. */
import { callStore } from '#functions/adapters/call-store.ts';
import { parseBody } from '#functions/shared/problem.ts';
import { HuaweiPush } from '#schemas/phone-vendors.ts';
import { readPush } from '../read-push.ts';
import type { PhoneVendor } from '../vendor.ts';
import { type AkskCredentials, requireAksk } from './aksk.ts';
import { feeNews } from './map.ts';

const CALL_RECORDS = 'fee';

export const huawei: PhoneVendor<AkskCredentials, HuaweiPush> = {
  name: 'huawei',
  credentials: ({ huawei: credentials }) => credentials,
  authenticate: (request, credentials) =>
    requireAksk(request.headers['x-aksk'], credentials, Date.now(), (nonce, until) =>
      callStore().useNonce('huawei', nonce, until),
    ),
  parse: (request) => parseBody(HuaweiPush, readPush(request)),
  map: ({ eventType, feeLst }) => ({
    calls: eventType === CALL_RECORDS ? (feeLst ?? []).map(feeNews) : [],
    // Events while the phone still rings say nothing that the record doesn't say later.
    counts: eventType === CALL_RECORDS ? [] : [{ code: 'huawei', outcome: 'ignored', count: 1 }],
  }),
  acknowledgement: { resultCode: '0', resultDesc: 'Success' },
};
