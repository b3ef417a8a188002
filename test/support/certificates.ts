/**
 * X.509 certificates made in the test: a small DER writer over `node:crypto`'s keys and signatures. Only what TLS between
 * two Node processes needs (RFC 5280): names, validity, subject alternative names, basic constraints.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

type Der = Buffer;

function der(tag: number, ...content: Uint8Array[]): Der {
  const body = Buffer.concat(content);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const sequence = (...content: Der[]): Der => der(0x30, ...content);
const set = (...content: Der[]): Der => der(0x31, ...content);
const octets = (content: Uint8Array): Der => der(0x04, content);
const bits = (content: Uint8Array): Der => der(0x03, Buffer.from([0]), content);
const explicit = (n: number, content: Der): Der => der(0xa0 + n, content);
const utcTime = (at: Date): Der => der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
const TRUE = der(0x01, Buffer.from([0xff]));

/** Object identifiers, encoded. */
const COMMON_NAME = der(0x06, Buffer.from([0x55, 0x04, 0x03]));
const BASIC_CONSTRAINTS = der(0x06, Buffer.from([0x55, 0x1d, 0x13]));
const ALTERNATIVE_NAMES = der(0x06, Buffer.from([0x55, 0x1d, 0x11]));
const ECDSA_WITH_SHA256 = sequence(der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])));

const nameOf = (commonName: string): Der => sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
const address = (text: string): Der => der(0x87, Buffer.from(text.split('.').map(Number)));
const alternative = (host: string): Der => (isIP(host) === 0 ? der(0x82, Buffer.from(host)) : address(host));

interface Contents {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signedBy: KeyObject;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Der[];
}

function certificate({ subject, issuer, publicKey, signedBy, from, until, extensions }: Contents): string {
  const content = sequence(
    explicit(0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(utcTime(from), utcTime(until)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, signedBy);
  const text = sequence(content, ECDSA_WITH_SHA256, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const DAY = 86_400_000;

export interface Authority {
  readonly cert: string;
  /** `hosts`: names and IPv4 addresses. `days`: validity from now, e.g. [-2, -1] for an expired one. */
  issue(hosts: readonly string[], days?: readonly [number, number]): { cert: string; key: string };
}

export function authority(name: string): Authority {
  const { publicKey, privateKey } = keyPair();
  const inDays = (days: number) => new Date(Date.now() + days * DAY);
  const signed = { issuer: name, signedBy: privateKey };
  return {
    cert: certificate({
      ...signed,
      subject: name,
      publicKey,
      from: inDays(-30),
      until: inDays(30),
      extensions: [sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE)))],
    }),
    issue(hosts, [from, until] = [-1, 1]) {
      const pair = keyPair();
      const cert = certificate({
        ...signed,
        subject: hosts[0] ?? '',
        publicKey: pair.publicKey,
        from: inDays(from),
        until: inDays(until),
        extensions: [sequence(ALTERNATIVE_NAMES, octets(sequence(...hosts.map(alternative))))],
      });
      return { cert, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}
