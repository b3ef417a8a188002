/** The code of a link: a known answer, computed independently, and what it depends on. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actsOf, givesWork, linkRole } from '#domain/ticket/clerk-acts.ts';
import { transitions } from '#domain/ticket/transitions.ts';
import { crockford, foldTyped } from '#functions/shared/crockford.ts';
import { linkCode, linkHash } from '#functions/shared/link-code.ts';
import { ClerkAct, LinkCode } from '#schemas/clerk.ts';
import { Status } from '#schemas/ticket.ts';
import { directed, inState, owner } from '#test/support/every-command.ts';

/** Bytes 0, 1, 2 … 31. */
const key = { kid: 'k', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' };
const link = {
  ticketNo: 'AB2026112300012340',
  unit: 'example-unit',
  number: 'd1',
  expiresAt: '2026-11-26T09:30:00.000+08:00',
};

describe('a link code', () => {
  test('is the first 100 bits of the HMAC, five at a time', () => {
    const message = `link:${link.ticketNo}:${link.unit}:${link.number}:${link.expiresAt}`;
    const digest = createHmac('sha256', Buffer.from(key.key, 'base64')).update(message).digest('hex');
    const bits = [...digest].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
    const expected = Array.from(
      { length: 20 },
      (_, n) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(bits.slice(5 * n, 5 * n + 5), 2)],
    ).join('');
    expect(linkCode(key, link)).toBe(expected);
    expect(LinkCode.parse(expected)).toBe(expected);
  });

  test('is another one for another ticket, unit, number, expiry or key', () => {
    const others = [
      { ...link, ticketNo: 'AB2026112300012341' },
      { ...link, unit: 'other-unit' },
      { ...link, number: 'd2' },
      { ...link, expiresAt: '2026-11-26T09:30:00.001+08:00' },
    ].map((other) => linkCode(key, other));
    const otherKey = linkCode({ kid: 'k', key: Buffer.alloc(32).toString('base64') }, link);
    expect(new Set([linkCode(key, link), ...others, otherKey]).size).toBe(6);
    expect(linkHash(linkCode(key, link))).toMatch(/^[0-9a-f]{64}$/);
    expect(() => linkCode({ kid: 'short', key: 'c2VjcmV0' }, link)).toThrow(/^link key short is not/);
  });
});

describe('base32', () => {
  test('of as many bits as there are, and no more', () => {
    expect(crockford(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff]), 8)).toBe('ZZZZZZZZ');
    expect(crockford(new Uint8Array([0b00001_000, 0b10_00011_0, 0b0100_0000]), 4)).toBe('1234');
    expect(() => crockford(new Uint8Array(4), 7)).toThrow(RangeError);
  });

  test('survives being typed in any case, with blanks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 13, maxLength: 32 }), (bytes) => {
        const code = crockford(bytes, 20);
        expect(LinkCode.safeParse(code).success).toBe(true);
        expect(foldTyped(` ${code.slice(0, 10).toLowerCase()} - ${code.slice(10)}`)).toBe(code);
      }),
    );
  });
});

describe('what a link allows', () => {
  test('is what the transition table allows its owner, and answers', () => {
    for (const status of Status.options) {
      const expected = transitions.filter(
        (row) =>
          ClerkAct.safeParse(row.command).success && row.from.some((from) => from === status) && !('later' in row),
      );
      // What a rework owes depends on its clocks, too.
      if (status === 'REWORK') continue;
      expect(actsOf({ status, clocks: [] }).sort(), status).toEqual(expected.map(({ command }) => command).sort());
    }
    expect(actsOf({ status: 'AWAIT_SIGN', clocks: [] })).toContain('sign');
    expect(actsOf({ status: 'CLOSED', clocks: [] })).toEqual([]);
  });

  test('is what a rework owes: under the director signing and the report from the spot, and then the answer', () => {
    const story = directed();
    const owed = () => actsOf(story.is).filter((act) => ['sign', 'reportOnSite', 'reply'].includes(act));
    expect(owed()).toEqual(['sign', 'reportOnSite']);
    story.give({ command: 'sign' }, owner);
    expect(owed()).toEqual(['reportOnSite']);
    story.give({ command: 'reportOnSite', note: '已到场' }, owner);
    expect(owed()).toEqual(['reply']);
    expect(actsOf(inState('REWORK').is)).toEqual(['contact', 'progress', 'reply']);
  });

  test('depends on the unit’s part in the ticket', () => {
    const ticket = { owner: 'a', coHandlers: ['b'] };
    expect(['a', 'b', 'c'].map((unit) => linkRole(ticket, unit))).toEqual(['owner', 'assisting', undefined]);
  });

  test('is worth a short message when a message puts work on the unit’s desk', () => {
    expect(givesWork('dispatched', 'AWAIT_SIGN')).toBe(true);
    expect(givesWork('reworkOrdered', 'REWORK')).toBe(true);
    expect(givesWork('decided', 'HANDLING')).toBe(true);
    expect(givesWork('decided', 'AWAIT_VISIT')).toBe(false);
    expect(givesWork('urged', 'HANDLING')).toBe(false);
    expect(givesWork('closed', 'CLOSED')).toBe(false);
  });
});
