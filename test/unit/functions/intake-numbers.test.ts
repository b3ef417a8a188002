/** Numbers, codes and hashes of a receipt: known answers, computed independently, and the properties that they promise. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalHash, canonicalJson } from '#functions/shared/canonical.ts';
import { foldTyped } from '#functions/shared/crockford.ts';
import { bodyHashWith, ownerHashWith, phoneHashWith, queryCodeWith, sameText } from '#functions/shared/query-code.ts';
import { drawTicketNo, isTicketNo, luhnDigit } from '#functions/shared/ticket-no.ts';
import { QueryCode, TicketNo } from '#schemas/common.ts';

/** Bytes 0, 1, 2 … 31. */
const key = { kid: 'k', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' };

describe('ticket number', () => {
  test.each([
    // The worked example of ISO/IEC 7812-1 and of every textbook.
    ['7992739871', '3'],
    ['0', '0'],
    ['202611230001234', '0'],
  ])('the Luhn digit of %s is %s', (digits, expected) => {
    expect(luhnDigit(digits)).toBe(expected);
  });

  test('has the district, the day in China and a check digit', () => {
    // 16:30 UTC is half past midnight of the next day in China.
    const number = drawTicketNo('AB', Date.parse('2026-11-22T16:30:00Z'));
    expect(number.slice(0, 10)).toBe('AB20261123');
    expect(TicketNo.safeParse(number).success).toBe(true);
    expect(isTicketNo(number)).toBe(true);
  });

  test('one wrong digit is always noticed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 9 }), (place, add) => {
        const number = drawTicketNo('AB', 0);
        const digits = [...number.slice(2)];
        digits[place] = String((Number(digits[place]) + add) % 10);
        return !isTicketNo(`AB${digits.join('')}`);
      }),
    );
  });

  test.each(['', 'AB', 'ab2026112300012340', 'AB20261123000123400', ' AB2026112300012340', 'AB２０２６112300012340'])(
    '"%s" is none',
    (text) => {
      expect(isTicketNo(text)).toBe(false);
    },
  );
});

describe('query code', () => {
  test('is the first 50 bits of the HMAC in Crockford base32', () => {
    expect(queryCodeWith(key, 'AB2026112300012340')).toBe('9BCMK37EBD');
  });

  test('differs by ticket and by key, and has its form', () => {
    const codes = new Set(Array.from({ length: 500 }, (_, n) => queryCodeWith(key, `AB${n}`)));
    expect(codes.size).toBe(500);
    for (const code of codes) expect(QueryCode.safeParse(code).success).toBe(true);
    expect(queryCodeWith({ ...key, key: Buffer.alloc(32).toString('base64') }, 'AB0')).not.toBe(
      queryCodeWith(key, 'AB0'),
    );
  });

  test('a key of another length is refused by name, without its value', () => {
    expect(() => queryCodeWith({ kid: 'short', key: 'c2VjcmV0' }, 'AB0')).toThrow(/^query key short is not/);
  });

  test('what people type is folded as Crockford says', () => {
    expect(foldTyped(' 7k3m9-p2qxt ')).toBe('7K3M9P2QXT');
    expect(foldTyped('OIL0il')).toBe('011011');
  });
});

test('the keyed hashes of one text differ by what it is', () => {
  const hashes = [phoneHashWith(key, '+861'), ownerHashWith(key, '+861'), bodyHashWith(key, '+861')];
  expect(new Set(hashes).size).toBe(3);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('sameText compares texts of any length', () => {
  expect(sameText('', '')).toBe(true);
  expect(sameText('查询', '查询')).toBe(true);
  expect(sameText('a', 'ab')).toBe(false);
  expect(sameText('ab', 'ac')).toBe(false);
});

describe('canonical JSON', () => {
  test('sorts keys at every depth, keeps the order of lists, drops what is undefined', () => {
    const value = { b: [{ d: 1, c: 2 }, 3], a: { z: null, y: undefined, x: '文' } };
    expect(canonicalJson(value)).toBe('{"a":{"x":"文","z":null},"b":[{"c":2,"d":1},3]}');
  });

  test('its hash is SHA-256 of that text', () => {
    // printf '{"a":1,"b":2}' | sha256sum
    expect(canonicalHash({ b: 2, a: 1 })).toBe('43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777');
  });

  test('is the same for every order of keys, and tells different values apart', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
