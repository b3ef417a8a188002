/** Whatever a stranger or a vendor sends: a problem that we name, or news that fits our own schemas. Never another error. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeCall } from '#functions/phone/vendors/call-record.ts';
import { requireAksk } from '#functions/phone/vendors/huawei/aksk.ts';
import { huawei } from '#functions/phone/vendors/huawei/vendor.ts';
import { missedCall } from '#functions/phone/vendors/missed-call.ts';
import { tccc } from '#functions/phone/vendors/tccc/vendor.ts';
import { tencentSms } from '#functions/phone/vendors/tencent-sms/vendor.ts';
import type { News } from '#functions/phone/vendors/vendor.ts';
import type { Request } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { PhoneRequest } from '#schemas/intake.ts';
import { CallRecord } from '#schemas/phone-vendors.ts';
import { aksk, cdr, fee, fees, recording, request, smsReceipt } from './pushes.ts';

/** The news, or undefined for a problem; any other error fails the test. */
function read(act: () => News): News | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function expectSound(news: News | undefined): void {
  for (const { callId, facts, pushId, ended } of news?.calls ?? []) {
    const record = mergeCall(undefined, facts, pushId);
    expect(CallRecord.safeParse(record).error).toBeUndefined();
    if (ended === undefined) continue;
    expect(PhoneRequest.safeParse(missedCall('tccc', callId, record, ended.caller)).error).toBeUndefined();
  }
  for (const { outcome } of news?.counts ?? []) expect(['SUCCESS', 'FAIL', 'other', 'ignored']).toContain(outcome);
}

const doors: [string, (request: Request) => News, object][] = [
  ['tccc cdr', (r) => tccc.map(tccc.parse({ ...r, query: { action: 'cdr' } })), cdr()],
  ['tccc record', (r) => tccc.map(tccc.parse({ ...r, query: { action: 'record' } })), recording()],
  ['huawei', (r) => huawei.map(huawei.parse(r)), fee()],
  ['tencent-sms', (r) => tencentSms.map(tencentSms.parse(r)), smsReceipt()],
];

describe.each(doors)('%s', (name, open, good) => {
  const wrapped = (body: object) => (name === 'huawei' ? fees(body) : name === 'tencent-sms' ? [body] : body);

  test('takes the good one', () => {
    expect(read(() => open(request(wrapped(good))))).toBeDefined();
  });

  test('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        expectSound(read(() => open(request(Buffer.from(bytes))))),
      ),
    );
  });

  test('JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => expectSound(read(() => open(request(body))))));
  });

  test('a good push with fields of anything', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.string(), fc.constant(undefined));
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(good), 'PostIVRKeyPressed', 'added'), odd);
    fc.assert(
      fc.property(changes, (change) => expectSound(read(() => open(request(wrapped({ ...good, ...change })))))),
      { numRuns: 500 },
    );
  });

  test('a type that is no JSON', () => {
    expect(read(() => open(request(wrapped(good), {}, { 'content-type': 'text/plain' })))).toBeUndefined();
  });
});

test('X-AKSK: no header but the right one is accepted', async () => {
  const credentials = { username: 'u', secret: 's' };
  const good = aksk(credentials);
  const edited = fc
    .tuple(fc.nat(good.length - 1), fc.string({ maxLength: 3 }))
    .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), edited), async (header) => {
      let nonce = '';
      try {
        await requireAksk(header, credentials, Date.now(), async (used) => {
          nonce = used;
          return true;
        });
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
        return;
      }
      // Spelling and blanks may differ; what was signed may not.
      expect(good).toContain(`Nonce="${nonce}"`);
    }),
    { numRuns: 1000 },
  );
});

test('SMS receipts are counted by status; texts and numbers of the vendor are not repeated', () => {
  const receipts = [
    smsReceipt(),
    smsReceipt(),
    smsReceipt({ report_status: 'FAIL' }),
    smsReceipt({ report_status: '13800138000' }),
  ];
  const { counts } = tencentSms.map(tencentSms.parse(request(receipts)));
  expect(counts).toEqual([
    { code: 'tencent-sms', outcome: 'SUCCESS', count: 2 },
    { code: 'tencent-sms', outcome: 'FAIL', count: 1 },
    { code: 'tencent-sms', outcome: 'other', count: 1 },
  ]);
  expect(() => tencentSms.parse(request(Array.from({ length: 101 }, () => smsReceipt())))).toThrow('bodyInvalid');
  expect(tencentSms.credentials({})).toBeUndefined();
});
