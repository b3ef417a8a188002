/** Huawei: the X-AKSK digest, its five minutes, its nonces; call records in UTC. */
import { describe, expect, test } from 'vitest';
import { requireAksk } from '#functions/phone/vendors/huawei/aksk.ts';
import { huawei } from '#functions/phone/vendors/huawei/vendor.ts';
import { CallRecord } from '#schemas/phone-vendors.ts';
import { aksk, fee, fees, MOBILE, request } from './pushes.ts';

const credentials = { username: 'app-1', secret: 's3cret' };
const NOW = Date.parse('2026-11-23T01:30:00Z');
const created = (seconds = 0) => `${new Date(NOW + seconds * 1000).toISOString().slice(0, 19)}Z`;

function nonces() {
  const used = new Set<string>();
  const use = async (nonce: string): Promise<boolean> => !used.has(nonce) && used.add(nonce) !== undefined;
  return { used, check: (header: string | undefined) => requireAksk(header, credentials, NOW, use) };
}

describe('X-AKSK', () => {
  test('a known digest: base64 of HMAC-SHA256 over nonce and time', async () => {
    // From another implementation: printf '%s' 'n12026-11-23T01:30:00Z' | openssl dgst -sha256 -hmac s3cret -binary | base64
    const header =
      'UsernameToken Username="app-1", PasswordDigest="yzpUj4Ev+u1mqXKpl2f+vyzlTfMwlH3/Hy73bZ7Yob0=", Nonce="n1", Created="2026-11-23T01:30:00Z"';
    await nonces().check(header);
    await nonces().check(header.replaceAll('"', ''));
  });

  test('a nonce serves once', async () => {
    const { check } = nonces();
    const header = aksk(credentials, { created: created(), nonce: 'n1' });
    await check(header);
    await expect(check(header)).rejects.toThrow('nonceReused');
    await check(aksk(credentials, { created: created(), nonce: 'n2' }));
  });

  test.each([
    [300, 'taken'],
    [-300, 'taken'],
    [301, 'timestampStale'],
    [-301, 'timestampStale'],
  ])('created %d s away: %s', async (seconds, outcome) => {
    const { check, used } = nonces();
    const done = check(aksk(credentials, { created: created(seconds) }));
    if (outcome === 'taken') await done;
    else {
      await expect(done).rejects.toThrow(outcome);
      expect(used.size).toBe(0);
    }
  });

  test('anything else is refused and uses up no nonce', async () => {
    const { check, used } = nonces();
    const good = aksk(credentials, { created: created(), nonce: 'n1' });
    for (const header of [
      undefined,
      '',
      'UsernameToken',
      good.replace('UsernameToken', 'Basic'),
      good.replace('n1', 'n2'),
      good.replace('app-1', 'app-2'),
      good.replace(created(), created(1)),
      good.replace(',Nonce="n1"', ''),
      `${good},Nonce="n1"`,
      good.replace('"n1"', '"n#1"'),
      aksk({ ...credentials, secret: 'other' }, { created: created() }),
      aksk(credentials, { created: '2026-11-23 01:30:00' }),
      aksk(credentials, { created: created(), nonce: 'n'.repeat(129) }),
      good.padEnd(2000),
    ]) {
      await expect(check(header), header).rejects.toThrow('signatureInvalid');
    }
    expect(used.size).toBe(0);
  });
});

describe('call records', () => {
  const newsOf = (body: unknown) => huawei.map(huawei.parse(request(body)));

  test('times are UTC; an inbound call has a time at which it came in', () => {
    const [call] = newsOf(fees(fee())).calls;
    expect(call).toEqual({
      callId: fee().sessionId,
      facts: {
        inbound: true,
        startedAt: '2026-11-23T09:30:00.000+08:00',
        answeredAt: '2026-11-23T09:30:10.000+08:00',
        endedAt: '2026-11-23T09:31:15.000+08:00',
        recordings: [{ id: '26112301301250118304.wav', url: 'https://ostor.example/26112301301250118304.wav' }],
      },
      ended: { caller: `+86${MOBILE}` },
    });
    expect(CallRecord.safeParse({ ...call!.facts, pushes: [] }).error).toBeUndefined();
    const [out] = newsOf(fees(fee({ callInTime: '', fwdAnswerTime: '', recordFileDownloadUrl: '' }))).calls;
    expect(out?.facts).toMatchObject({ inbound: false, recordings: [] });
    expect(out?.facts).not.toHaveProperty('answeredAt');
  });

  test('up to 50, and 51 are refused', () => {
    const many = (n: number) => fees(...Array.from({ length: n }, (_, i) => fee({ sessionId: `s-${i}` })));
    expect(newsOf(many(50)).calls).toHaveLength(50);
    expect(() => newsOf(many(51))).toThrow('bodyInvalid');
  });

  test('other events are taken and counted', () => {
    expect(newsOf({ eventType: 'alerting', statusInfo: { sessionId: 's' } })).toMatchObject({
      calls: [],
      counts: [{ outcome: 'ignored' }],
    });
  });
});
