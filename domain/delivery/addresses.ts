/**
 * Which addresses a callback may be sent to. A department's endpoint is a name that somebody else can point anywhere: at our
 * own network, at the cloud's metadata service, at this very machine. So only public unicast addresses are taken, and of the
 * others those that the unit's allow-list (`allow` in its secret) names. Sources: IANA's special-purpose registries for IPv4
 * and IPv6 (RFC 6890 and updates), multicast (RFC 5771, RFC 4291), the clouds' documentation for the metadata services.
 */

export type AddressKind =
  | 'public'
  /** 私网 */
  | 'private'
  | 'loopback'
  /** 运营商级 NAT (CGNAT) */
  | 'carrier'
  /** 私网 in IPv6 (ULA) */
  | 'uniqueLocal'
  | 'documentation'
  | 'benchmarking'
  /** 0.0.0.0/8 and ::, "this host" */
  | 'unspecified'
  | 'linkLocal'
  | 'multicast'
  /** Of a cloud: it hands out the function's own credentials. */
  | 'metadata'
  /** An IPv6 form that hides an IPv4 address: mapped, compatible, translated, 6to4, Teredo, NAT64. */
  | 'embedded'
  /** Everything that nobody was given. */
  | 'reserved'
  /** No address, or one with a zone. */
  | 'invalid';

/** Where a department can really be, if its operator says so. What is not here no allow-list opens. */
const OPENABLE: ReadonlySet<AddressKind> = new Set([
  'private',
  'loopback',
  'carrier',
  'uniqueLocal',
  'documentation',
  'benchmarking',
]);

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A range of addresses, e.g. `10.1.0.0/16`. */
export interface Cidr {
  readonly bits: 32 | 128;
  readonly first: bigint;
  /** How many leading bits are fixed. */
  readonly prefix: number;
}

/** The first that holds an address decides. */
const RANGES: readonly (readonly [string, AddressKind])[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  // Alibaba Cloud's; the rest of the range is the carriers'.
  ['100.100.100.200/32', 'metadata'],
  ['100.64.0.0/10', 'carrier'],
  ['127.0.0.0/8', 'loopback'],
  // The metadata services of AWS and Tencent Cloud, and the credentials of containers, are in it.
  ['169.254.0.0/16', 'linkLocal'],
  ['172.16.0.0/12', 'private'],
  ['192.0.2.0/24', 'documentation'],
  ['192.0.0.0/24', 'reserved'],
  ['192.88.99.0/24', 'embedded'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['0.0.0.0/0', 'public'],

  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'embedded'],
  ['::ffff:0:0/96', 'embedded'],
  ['::ffff:0:0:0/96', 'embedded'],
  ['64:ff9b::/96', 'embedded'],
  ['64:ff9b:1::/48', 'embedded'],
  ['2001::/32', 'embedded'],
  ['2001:2::/48', 'benchmarking'],
  ['2001:db8::/32', 'documentation'],
  ['2001::/23', 'reserved'],
  ['2002::/16', 'embedded'],
  ['3fff::/20', 'documentation'],
  ['fd00:ec2::/32', 'metadata'],
  ['fc00::/7', 'uniqueLocal'],
  ['fe80::/10', 'linkLocal'],
  ['ff00::/8', 'multicast'],
  // Global unicast; what is outside was never given out.
  ['2000::/3', 'public'],
  ['::/0', 'reserved'],
];

/** IPv4 in four decimal numbers, or IPv6 without brackets and without a zone; undefined for anything else. */
function parse(text: string): Address | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return;
  return { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
}

function parseV6(text: string): Address | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const v4 = parseV4(tail[2] ?? '');
    return v4 && parseV6(`${tail[1]}${(v4.value >> 16n).toString(16)}:${(v4.value & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  const [head = [], rest] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = head.length + (rest?.length ?? 0);
  if (halves.length > 2 || (rest === undefined ? given !== 8 : given > 7)) return;
  const groups = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return;
  return { bits: 128, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) };
}

/** Undefined when it is no range, or an address inside of one (`10.1.2.3/16`): that is a slip, and nobody knows of what. */
export function parseCidr(text: string): Cidr | undefined {
  const [, base = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parse(base);
  const prefix = Number(digits);
  if (address === undefined || digits === '' || prefix > address.bits) return;
  const hostBits = BigInt(address.bits - prefix);
  if ((address.value >> hostBits) << hostBits !== address.value) return;
  return { bits: address.bits, first: address.value, prefix };
}

/** As wide as a private network can be; wider would switch the guard off. */
const WIDEST = { 32: 8, 128: 7 } as const;

/** Whether a text may stand in an allow-list. */
export function isAllowable(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && cidr.prefix >= WIDEST[cidr.bits];
}

function contains(range: Cidr, { bits, value }: Address): boolean {
  const hostBits = BigInt(bits - range.prefix);
  return range.bits === bits && value >> hostBits === range.first >> hostBits;
}

const parsedRanges = RANGES.map(([text, kind]) => {
  const range = parseCidr(text);
  if (range === undefined) throw new TypeError(`no range: ${text}`);
  return { range, kind };
});

export function kindOf(text: string): AddressKind {
  const address = parse(text);
  if (address === undefined) return 'invalid';
  return parsedRanges.find(({ range }) => contains(range, address))?.kind ?? 'reserved';
}

/** `allow`: ranges as they stand in a unit's secret; what is none opens nothing. */
export function mayConnect(text: string, allow: readonly string[]): boolean {
  const kind = kindOf(text);
  if (kind === 'public') return true;
  const address = parse(text);
  if (address === undefined || !OPENABLE.has(kind)) return false;
  return allow.some((entry) => {
    const range = isAllowable(entry) ? parseCidr(entry) : undefined;
    return range !== undefined && contains(range, address);
  });
}
