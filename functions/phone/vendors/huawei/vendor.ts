/** 华为云语音: pushes up to 50 call records (话单) at once, and again every hour, up to six times, until it hears success. */
import { callStore } from '#functions/adapters/call-store.ts';
import { parseBody } from '#functions/shared/problem.ts';
import { HuaweiEnvelope, HuaweiFee, HuaweiPush } from '#schemas/phone-vendors.ts';
import { readPush } from '../read-push.ts';
import type { PhoneVendor } from '../vendor.ts';
import { type AkskCredentials, requireAksk } from './aksk.ts';
import { feeNews } from './map.ts';

const CALL_RECORDS = 'fee';

/** What of a push could be read, and how many records could not. */
interface Read {
  readonly push: HuaweiPush;
  readonly unreadable: number;
}

/** A call must not be lost with the address of its recording. */
function readFee(record: unknown): HuaweiFee | undefined {
  const whole = HuaweiFee.safeParse(record);
  if (whole.success || typeof record !== 'object') return whole.data;
  return HuaweiFee.safeParse({ ...record, recordFileDownloadUrl: undefined }).data;
}

function read(body: unknown): Read {
  const envelope = parseBody(HuaweiEnvelope, body);
  const records = envelope.feeLst ?? [];
  const fees = records.flatMap((record) => readFee(record) ?? []);
  // None at all: the shape is another one, and the vendor has to hear that.
  if (records.length > 0 && fees.length === 0) return { push: parseBody(HuaweiPush, body), unreadable: 0 };
  return { push: { ...envelope, feeLst: fees }, unreadable: records.length - fees.length };
}

export const huawei: PhoneVendor<AkskCredentials, Read> = {
  name: 'huawei',
  credentials: ({ huawei: credentials }) => credentials,
  authenticate: (request, credentials) =>
    requireAksk(request.headers['x-aksk'], credentials, Date.now(), (nonce, until) =>
      callStore().useNonce('huawei', nonce, until),
    ),
  parse: (request) => read(readPush(request)),
  map: ({ push: { eventType, feeLst }, unreadable }) => ({
    calls: eventType === CALL_RECORDS ? (feeLst ?? []).map(feeNews) : [],
    // Events while the phone still rings say nothing that the record doesn't say later.
    counts: [
      ...(eventType === CALL_RECORDS ? [] : [{ code: 'huawei', outcome: 'ignored', count: 1 }]),
      ...(unreadable === 0 ? [] : [{ code: 'huawei', outcome: 'unreadable', count: unreadable }]),
    ],
  }),
  acknowledgement: { resultCode: '0', resultDesc: 'Success' },
};
