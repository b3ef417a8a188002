/** HMAC-SM3 beside the standard's signature, and what the plain standardwebhooks package makes of it. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, test } from 'vitest';
import { STANDARD, sign, verify, WITH_SM3 } from '#functions/shared/signing.ts';

const key = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const [OLD, NEXT, OTHER] = [key(1), key(2), key(3)];
const NOW = Date.now();
const body = Buffer.from('{"标题":"路灯"}');
const signed = (keys: string[], schemes = WITH_SM3) => ({ ...sign(keys, 'msg_1', body, NOW, schemes) });
const tokens = (headers: { 'webhook-signature': string }) =>
  headers['webhook-signature'].split(' ').map((token) => token.split(',')[0]);

describe('a signature with 国密', () => {
  it('stands behind the standard’s, by the same key over the same bytes', () => {
    const headers = signed([OLD]);
    expect(tokens(headers)).toEqual(['v1', 'v1sm3']);
    const content = Buffer.concat([Buffer.from(`msg_1.${Math.floor(NOW / 1000)}.`), body]);
    const expected = createHmac('sm3', Buffer.alloc(32, 1)).update(content).digest('base64');
    expect(headers['webhook-signature']).toBe(
      `${sign([OLD], 'msg_1', body, NOW)['webhook-signature']} v1sm3,${expected}`,
    );
  });

  it('is the HMAC-SM3 that others compute', () => {
    // GM/T 0042—2015, appendix D.3, first example.
    const hex = '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20';
    const text = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'.repeat(2);
    expect(createHmac('sm3', Buffer.from(hex, 'hex')).update(text).digest('hex')).toBe(
      'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a',
    );
  });

  it('changes nothing for the standardwebhooks package', () => {
    for (const secret of [OLD, NEXT]) {
      expect(new Webhook(secret).verify(body, signed([OLD, NEXT]))).toEqual(JSON.parse(body.toString()));
    }
    expect(() => new Webhook(OTHER).verify(body, signed([OLD, NEXT]))).toThrow('No matching signature');
    const onlySm3 = { ...signed([OLD]), 'webhook-signature': signed([OLD])['webhook-signature'].split(' ')[1] ?? '' };
    expect(() => new Webhook(OLD).verify(body, onlySm3)).toThrow('No matching signature');
    // Whichever comes first.
    const turned = { ...signed([OLD]) };
    turned['webhook-signature'] = turned['webhook-signature'].split(' ').toReversed().join(' ');
    expect(new Webhook(OLD).verify(body, turned)).toEqual(JSON.parse(body.toString()));
  });

  it('is taken from a unit that may send it, and from no other', () => {
    const onlySm3 = signed([OLD], ['v1sm3']);
    expect(tokens(onlySm3)).toEqual(['v1sm3']);
    expect(verify([OLD], onlySm3, body, NOW, WITH_SM3).ok).toBe(true);
    expect(verify([NEXT, OLD], onlySm3, body, NOW, WITH_SM3).ok).toBe(true);
    expect(verify([OLD], onlySm3, body, NOW)).toEqual({ ok: false, fault: 'noMatch' });
    expect(verify([OLD], onlySm3, body, NOW, STANDARD).ok).toBe(false);
    expect(verify([NEXT], onlySm3, body, NOW, WITH_SM3).ok).toBe(false);
    expect(verify([OLD], signed([OLD], STANDARD), body, NOW, WITH_SM3).ok).toBe(true);
  });

  it('does not pass as the other kind', () => {
    const { 'webhook-signature': sm3, ...rest } = signed([OLD], ['v1sm3']);
    const { 'webhook-signature': sha } = signed([OLD], STANDARD);
    for (const signature of [sm3.replace('v1sm3,', 'v1,'), sha.replace('v1,', 'v1sm3,'), sm3.replace('v1sm3', 'v2')]) {
      expect(verify([OLD], { ...rest, 'webhook-signature': signature }, body, NOW, WITH_SM3).ok).toBe(false);
    }
  });
});

test('during a rotation both keys sign by each scheme, and either side may be ahead', () => {
  const headers = signed([NEXT, OLD]);
  expect(tokens(headers)).toEqual(['v1', 'v1', 'v1sm3', 'v1sm3']);
  for (const keys of [[OLD], [NEXT], [NEXT, OLD], [OTHER, OLD]]) {
    expect(verify(keys, headers, body, NOW, WITH_SM3).ok).toBe(true);
    expect(verify(keys, headers, body, NOW).ok).toBe(true);
  }
  expect(verify([OTHER], headers, body, NOW, WITH_SM3).ok).toBe(false);
});
