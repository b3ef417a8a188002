/** Where a callback may go: every special range with the addresses right before it, at its ends and right behind it. */
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type AddressKind, isAllowable, kindOf, mayConnect, parseCidr } from '#domain/delivery/addresses.ts';

const KINDS: readonly (readonly [string, AddressKind])[] = [
  ['0.0.0.0', 'unspecified'],
  ['0.255.255.255', 'unspecified'],
  ['1.0.0.0', 'public'],
  ['9.255.255.255', 'public'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['11.0.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['100.64.0.0', 'carrier'],
  ['100.100.100.199', 'carrier'],
  ['100.100.100.200', 'metadata'],
  ['100.100.100.201', 'carrier'],
  ['100.127.255.255', 'carrier'],
  ['100.128.0.0', 'public'],
  ['126.255.255.255', 'public'],
  ['127.0.0.0', 'loopback'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['128.0.0.0', 'public'],
  ['169.253.255.255', 'public'],
  ['169.254.0.0', 'linkLocal'],
  ['169.254.169.254', 'linkLocal'],
  ['169.254.170.2', 'linkLocal'],
  ['169.254.255.255', 'linkLocal'],
  ['169.255.0.0', 'public'],
  ['172.15.255.255', 'public'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['191.255.255.255', 'public'],
  ['192.0.0.0', 'reserved'],
  ['192.0.0.170', 'reserved'],
  ['192.0.0.255', 'reserved'],
  ['192.0.1.0', 'public'],
  ['192.0.2.0', 'documentation'],
  ['192.0.2.255', 'documentation'],
  ['192.0.3.0', 'public'],
  ['192.88.98.255', 'public'],
  ['192.88.99.1', 'embedded'],
  ['192.88.100.0', 'public'],
  ['192.167.255.255', 'public'],
  ['192.168.0.0', 'private'],
  ['192.168.255.255', 'private'],
  ['192.169.0.0', 'public'],
  ['198.17.255.255', 'public'],
  ['198.18.0.0', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.20.0.0', 'public'],
  ['198.51.99.255', 'public'],
  ['198.51.100.7', 'documentation'],
  ['198.51.101.0', 'public'],
  ['203.0.112.255', 'public'],
  ['203.0.113.9', 'documentation'],
  ['203.0.114.0', 'public'],
  ['223.5.5.5', 'public'],
  ['223.255.255.255', 'public'],
  ['224.0.0.0', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.0', 'reserved'],
  ['255.255.255.254', 'reserved'],
  ['255.255.255.255', 'reserved'],

  ['::', 'unspecified'],
  ['0:0:0:0:0:0:0:0', 'unspecified'],
  ['::1', 'loopback'],
  ['0000:0000:0000:0000:0000:0000:0000:0001', 'loopback'],
  ['::2', 'embedded'],
  ['::7f00:1', 'embedded'],
  ['::127.0.0.1', 'embedded'],
  ['::8.8.8.8', 'embedded'],
  ['::ffff:127.0.0.1', 'embedded'],
  ['::ffff:7f00:1', 'embedded'],
  ['::FFFF:10.0.0.1', 'embedded'],
  ['::ffff:8.8.8.8', 'embedded'],
  ['::ffff:0:127.0.0.1', 'embedded'],
  ['::1:0:0:0', 'reserved'],
  ['64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff', 'reserved'],
  ['64:ff9b::', 'embedded'],
  ['64:ff9b::10.0.0.1', 'embedded'],
  ['64:ff9b::ffff:ffff', 'embedded'],
  ['64:ff9b::1:0:0', 'reserved'],
  ['64:ff9b:1::a9fe:a9fe', 'embedded'],
  ['64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'embedded'],
  ['64:ff9b:2::', 'reserved'],
  ['100::', 'reserved'],
  ['100::1', 'reserved'],
  ['1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'reserved'],
  ['2000::', 'public'],
  ['2001::', 'embedded'],
  ['2001:0:7f00:1::', 'embedded'],
  ['2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'embedded'],
  ['2001:1::1', 'reserved'],
  ['2001:2::', 'benchmarking'],
  ['2001:2:0:ffff:ffff:ffff:ffff:ffff', 'benchmarking'],
  ['2001:2:1::', 'reserved'],
  ['2001:10::1', 'reserved'],
  ['2001:20::1', 'reserved'],
  ['2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'reserved'],
  ['2001:200::', 'public'],
  ['2001:da8::1', 'public'],
  ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
  ['2001:db8::', 'documentation'],
  ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['2001:db9::', 'public'],
  ['2002::', 'embedded'],
  ['2002:7f00:1::', 'embedded'],
  ['2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'embedded'],
  ['2003::', 'public'],
  ['240e::1', 'public'],
  ['2400:3200::1', 'public'],
  ['3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
  ['3fff::', 'documentation'],
  ['3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['3fff:1000::', 'public'],
  ['4000::', 'reserved'],
  ['5f00::1', 'reserved'],
  ['fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'reserved'],
  ['fc00::', 'uniqueLocal'],
  ['fd00:ec1:ffff::', 'uniqueLocal'],
  ['fd00:ec2::254', 'metadata'],
  ['fd00:ec2::23', 'metadata'],
  ['fd00:ec3::', 'uniqueLocal'],
  ['fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'uniqueLocal'],
  ['fe00::', 'reserved'],
  ['fe7f:ffff::', 'reserved'],
  ['fe80::', 'linkLocal'],
  ['febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'linkLocal'],
  // Site-local, given up by RFC 3879.
  ['fec0::1', 'reserved'],
  ['feff:ffff::', 'reserved'],
  ['ff00::', 'multicast'],
  ['ff02::1', 'multicast'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast'],

  ['', 'invalid'],
  ['localhost', 'invalid'],
  ['127.1', 'invalid'],
  ['2130706433', 'invalid'],
  ['0x7f.0.0.1', 'invalid'],
  ['0177.0.0.1', 'invalid'],
  ['256.0.0.1', 'invalid'],
  ['1.2.3.4.5', 'invalid'],
  ['1.2.3', 'invalid'],
  [' 8.8.8.8', 'invalid'],
  ['8.8.8.8/32', 'invalid'],
  ['[::1]', 'invalid'],
  ['fe80::1%eth0', 'invalid'],
  ['2400::1%1', 'invalid'],
  [':', 'invalid'],
  [':::', 'invalid'],
  ['1::2::3', 'invalid'],
  ['1:2:3:4:5:6:7', 'invalid'],
  ['1:2:3:4:5:6:7:8:9', 'invalid'],
  ['1:2:3:4:5:6:7:8::', 'invalid'],
  ['12345::', 'invalid'],
  ['g::', 'invalid'],
  ['::1.2.3', 'invalid'],
  ['::256.0.0.1', 'invalid'],
  ['1.2.3.4::', 'invalid'],
];

test.each(KINDS)('%s is %s', (address, kind) => {
  expect(kindOf(address)).toBe(kind);
  expect(mayConnect(address, [])).toBe(kind === 'public');
});

describe('an allow-list', () => {
  it.each([
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.0.0/16', '10.0.255.255', false],
    ['127.0.0.0/8', '127.9.9.9', true],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['::1/128', '::1', true],
    ['::1/128', '::2', false],
    ['100.64.0.0/10', '100.64.0.1', true],
    ['192.168.7.0/24', '192.168.7.1', true],
    ['fd12:3456::/32', 'fd12:3456::9', true],
    ['fd12:3456::/32', 'fd12:3457::', false],
    ['198.18.0.0/15', '198.19.0.1', true],
    ['203.0.113.0/24', '203.0.113.1', true],
    // It opens; it closes nothing.
    ['10.1.0.0/16', '8.8.8.8', true],
  ])('%s takes %s: %s', (allow, address, expected) => {
    expect(mayConnect(address, [allow])).toBe(expected);
    expect(mayConnect(address, ['172.16.0.0/12', allow])).toBe(expected);
  });

  // No department can be there; who names such a range has made a mistake, or is making one for somebody else.
  it.each([
    ['0.0.0.0/8', '0.0.0.0'],
    ['169.254.0.0/16', '169.254.169.254'],
    ['169.254.169.254/32', '169.254.169.254'],
    ['100.64.0.0/10', '100.100.100.200'],
    ['100.100.100.200/32', '100.100.100.200'],
    ['fd00:ec2::/32', 'fd00:ec2::254'],
    ['fe80::/10', 'fe80::1'],
    ['224.0.0.0/8', '224.0.0.1'],
    ['255.255.255.255/32', '255.255.255.255'],
    ['::ffff:0:0/96', '::ffff:127.0.0.1'],
    ['127.0.0.0/8', '::ffff:127.0.0.1'],
    ['10.0.0.0/8', '64:ff9b::10.0.0.1'],
    ['2002::/16', '2002:a00:1::'],
    ['2001::/32', '2001::1'],
    ['::/8', '::1.2.3.4'],
  ])('%s does not open %s', (allow, address) => {
    expect(mayConnect(address, [allow])).toBe(false);
  });

  it.each([
    '0.0.0.0/0',
    '0.0.0.0/7',
    '::/0',
    'fc00::/6',
    '10.1.2.3/16',
    'fd00::1/8',
    '10.0.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '/8',
    'fe80::%1/64',
    '10/8',
    '',
  ])('does not hold "%s", and it opens nothing', (entry) => {
    expect(isAllowable(entry)).toBe(false);
    expect(mayConnect('10.1.2.3', [entry])).toBe(false);
    expect(mayConnect('::1', [entry])).toBe(false);
  });

  it('holds ranges', () => {
    for (const entry of ['10.0.0.0/8', '127.0.0.0/8', '::1/128', 'fc00::/7', '192.168.1.1/32']) {
      expect(isAllowable(entry)).toBe(true);
    }
  });
});

describe('against node:net', () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6();

  it('every text that Node takes for an address is one, and no other', () => {
    const near = fc.stringMatching(/^[0-9a-f:.]{0,24}$/);
    fc.assert(
      fc.property(fc.oneof(v4, v6, near), (text) => {
        expect(kindOf(text) === 'invalid').toBe(isIP(text) === 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('a range holds what a block list says', () => {
    const range = fc.oneof(
      fc.record({ address: v4, prefix: fc.integer({ min: 0, max: 32 }), family: fc.constant('ipv4' as const) }),
      fc.record({ address: v6, prefix: fc.integer({ min: 0, max: 128 }), family: fc.constant('ipv6' as const) }),
    );
    // Special ranges, so that openable addresses come up often enough.
    const inside = fc.constantFrom(...KINDS.filter(([, kind]) => kind !== 'invalid').map(([address]) => address));
    fc.assert(
      fc.property(range, inside, ({ address, prefix, family }, probe) => {
        const list = new BlockList();
        list.addSubnet(address, prefix, family);
        const probed = isIP(probe) === 4 ? 'ipv4' : 'ipv6';
        const entry = `${address}/${prefix}`;
        if (mayConnect(probe, [entry]) && kindOf(probe) !== 'public') {
          expect(probed).toBe(family);
          expect(list.check(probe, probed)).toBe(true);
        } else if (
          isAllowable(entry) &&
          probed === family &&
          mayConnect(probe, [`${probe}/${family === 'ipv4' ? 32 : 128}`])
        ) {
          expect(list.check(probe, probed) && kindOf(probe) !== 'public').toBe(false);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('ranges have no bits behind their prefix', () => {
    expect(parseCidr('10.1.0.0/16')).toEqual({ bits: 32, first: 0x0a010000n, prefix: 16 });
    expect(parseCidr('10.1.0.1/16')).toBeUndefined();
  });
});
