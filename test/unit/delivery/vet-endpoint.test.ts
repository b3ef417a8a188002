/** Which endpoints are taken, as a table; and how names are asked for, against a name server of our own. */
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameResolver, type Resolve } from '#functions/shared/delivery/resolve.ts';
import { vetEndpoint } from '#functions/shared/delivery/vet-endpoint.ts';

const open = () => new AbortController().signal;
const unasked: Resolve = () => {
  throw new Error('an address must not be looked up');
};
const answering = (...addresses: string[]): Resolve => {
  return async () => addresses;
};
/** `fault cause`, or the addresses. */
async function vet(endpoint: string, resolve: Resolve, allow: string[] = [], signal = open()): Promise<string> {
  const vetting = await vetEndpoint(endpoint, allow, resolve, signal);
  return vetting.kind === 'failed' ? `${vetting.fault} ${vetting.cause}` : vetting.place.addresses.join(' ');
}

describe('an address in the URL', () => {
  it.each([
    ['https://223.5.5.5/hook', '223.5.5.5'],
    ['https://[2400:3200::1]/hook', '2400:3200::1'],
    ['https://127.0.0.1/', 'forbiddenAddress loopback'],
    ['https://127.0.0.1./', 'forbiddenAddress loopback'],
    ['https://2130706433/', 'forbiddenAddress loopback'],
    ['https://0x7f000001/', 'forbiddenAddress loopback'],
    ['https://0x7f.1/', 'forbiddenAddress loopback'],
    ['https://0177.0.0.01/', 'forbiddenAddress loopback'],
    ['https://127.1/', 'forbiddenAddress loopback'],
    ['https://１２７.0.0.1/', 'forbiddenAddress loopback'],
    ['https://①②⑦.0.0.1/', 'forbiddenAddress loopback'],
    ['https://0/', 'forbiddenAddress unspecified'],
    ['https://169.254.169.254/latest/meta-data', 'forbiddenAddress linkLocal'],
    ['https://0xA9FEA9FE/', 'forbiddenAddress linkLocal'],
    ['https://100.100.100.200/', 'forbiddenAddress metadata'],
    ['https://10.0.0.1/', 'forbiddenAddress private'],
    ['https://100.64.1.1/', 'forbiddenAddress carrier'],
    ['https://[::1]/', 'forbiddenAddress loopback'],
    ['https://[::]/', 'forbiddenAddress unspecified'],
    ['https://[::ffff:127.0.0.1]/', 'forbiddenAddress embedded'],
    ['https://[::ffff:7f00:1]/', 'forbiddenAddress embedded'],
    ['https://[::127.0.0.1]/', 'forbiddenAddress embedded'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'forbiddenAddress embedded'],
    ['https://[2002:7f00:1::]/', 'forbiddenAddress embedded'],
    ['https://[fd00:ec2::254]/', 'forbiddenAddress metadata'],
    ['https://[fd12::1]/', 'forbiddenAddress uniqueLocal'],
    ['https://[fe80::1]/', 'forbiddenAddress linkLocal'],
    ['https://[fe80::1%25eth0]/', 'badEndpoint notAnUrl'],
    ['https://[fe80::1%eth0]/', 'badEndpoint notAnUrl'],
    ['https://999.1.1.1/', 'badEndpoint notAnUrl'],
    ['https://1.2.3.4.5/', 'badEndpoint notAnUrl'],
  ])('%s: %s', async (endpoint, expected) => {
    expect(await vet(endpoint, unasked)).toBe(expected);
  });

  it('is opened by the allow-list', async () => {
    expect(await vet('https://10.1.2.3/', unasked, ['10.1.0.0/16'])).toBe('10.1.2.3');
    expect(await vet('https://[::1]/', unasked, ['::1/128'])).toBe('::1');
    expect(await vet('https://10.2.2.3/', unasked, ['10.1.0.0/16'])).toBe('forbiddenAddress private');
  });
});

describe('a URL', () => {
  it.each([
    ['https://dept.example/hook?a=b', '223.5.5.5'],
    ['https://dept.example:8443/', '223.5.5.5'],
    ['https://dept.example:443/', '223.5.5.5'],
    ['https://dept.example./', '223.5.5.5'],
    ['HTTPS://DEPT.EXAMPLE/', '223.5.5.5'],
    ['https://政务.example/', '223.5.5.5'],
    ['https://user@dept.example/', 'badEndpoint credentials'],
    ['https://:pass@dept.example/', 'badEndpoint credentials'],
    ['https://user:pass@dept.example/', 'badEndpoint credentials'],
    ['https://dept.example:22/', 'badEndpoint port'],
    ['https://dept.example:25/', 'badEndpoint port'],
    ['https://dept.example:80/', 'badEndpoint port'],
    ['https://dept.example:0/', 'badEndpoint port'],
    ['http://dept.example/', 'badEndpoint notHttps'],
    ['http://dept.example:8080/', 'badEndpoint notHttps'],
    ['ftp://dept.example/', 'badEndpoint notHttps'],
    ['file:///etc/passwd', 'badEndpoint notHttps'],
    ['data:text/plain,x', 'badEndpoint notHttps'],
    ['dept.example/hook', 'badEndpoint notAnUrl'],
    ['', 'badEndpoint notAnUrl'],
  ])('%s: %s', async (endpoint, expected) => {
    expect(await vet(endpoint, answering('223.5.5.5'))).toBe(expected);
  });

  it('may be in the clear only where all of it stays on this machine, and the allow-list says so', async () => {
    const local = ['127.0.0.0/8', '::1/128', '10.0.0.0/8'];
    expect(await vet('http://127.0.0.1:3000/', unasked, local)).toBe('127.0.0.1');
    expect(await vet('http://[::1]:3000/', unasked, local)).toBe('::1');
    expect(await vet('http://own.example:3000/', answering('127.0.0.1', '127.0.0.2'), local)).toBe(
      '127.0.0.1 127.0.0.2',
    );
    expect(await vet('http://own.example:3000/', answering('127.0.0.1', '10.0.0.1'), local)).toBe(
      'badEndpoint notHttps',
    );
    expect(await vet('http://10.0.0.1:3000/', unasked, local)).toBe('badEndpoint notHttps');
    expect(await vet('http://127.0.0.1:3000/', unasked)).toBe('forbiddenAddress loopback');
    expect(await vet('http://localhost:3000/', nameResolver(['127.0.0.1:1']), local)).toBe('127.0.0.1 ::1');
    expect(await vet('https://localhost/', nameResolver(['127.0.0.1:1']))).toBe('forbiddenAddress loopback');
    expect(await vet('https://any.localhost./', nameResolver(['127.0.0.1:1']))).toBe('forbiddenAddress loopback');
  });
});

describe('a name', () => {
  it.each([
    [['223.5.5.5', '10.0.0.1'], 'forbiddenAddress private'],
    [['10.0.0.1', '223.5.5.5'], 'forbiddenAddress private'],
    [['223.5.5.5', '169.254.169.254'], 'forbiddenAddress linkLocal'],
    [['223.5.5.5', '2400:3200::1'], '223.5.5.5 2400:3200::1'],
    [['223.5.5.5', '223.5.5.5'], '223.5.5.5'],
    [['fe80::1%eth0'], 'forbiddenAddress invalid'],
    [['nonsense'], 'forbiddenAddress invalid'],
    [[], 'dns ENODATA'],
    [Array.from({ length: 17 }, (_, index) => `223.5.5.${index}`), 'dns tooMany'],
  ])('with the addresses %j: %s', async (addresses, expected) => {
    expect(await vet('https://dept.example/', answering(...addresses))).toBe(expected);
  });

  it('whose look-up hangs is given up', async () => {
    const limit = new AbortController();
    const vetting = vet('https://dept.example/', () => new Promise(() => {}), [], limit.signal);
    limit.abort();
    expect(await vetting).toBe('timeout ECANCELLED');
  });

  it('whose look-up fails in an unknown way has no address', async () => {
    expect(await vet('https://dept.example/', () => Promise.reject(new Error('broken')))).toBe('dns unknown');
  });
});

describe('a name server', () => {
  let server: Socket;
  let resolve: Resolve;
  const asked: string[] = [];
  /** `A`: type 1, `AAAA`: type 28. Absent: no such record. */
  const zone: Record<string, { A?: string[]; AAAA?: string[]; code?: number; silent?: true }> = {
    'v4.example': { A: ['223.5.5.5', '223.6.6.6'], AAAA: ['2400:3200::1'] },
    'v6.example': { AAAA: ['2400:3200::1'] },
    'none.example': {},
    'unknown.example': { code: 3 },
    'broken.example': { code: 2 },
    'silent.example': { silent: true },
  };

  beforeAll(async () => {
    server = createSocket('udp4', (query, peer) => {
      const labels: string[] = [];
      let at = 12;
      for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
        labels.push(query.subarray(at + 1, at + 1 + size).toString());
        at += size + 1;
      }
      const type = query.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A';
      asked.push(`${labels.join('.')} ${type}`);
      const entry = zone[labels.join('.').toLowerCase()] ?? { code: 3 };
      if (entry.silent) return;
      const answers = (entry[type] ?? []).map((address) => {
        const data =
          type === 'A'
            ? Buffer.from(address.split('.').map(Number))
            : Buffer.from('24003200000000000000000000000001', 'hex');
        const head = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length]);
        return Buffer.concat([head, data]);
      });
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(0x8180 | (entry.code ?? 0), 2);
      header.writeUInt16BE(answers.length, 6);
      header.fill(0, 8);
      server.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), peer.port, peer.address);
    });
    await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
    resolve = nameResolver([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
  });
  afterAll(() => server?.close());

  it('is asked for IPv4, and only without one for IPv6', async () => {
    expect(await vet('https://v4.example/', resolve)).toBe('223.5.5.5 223.6.6.6');
    expect(await vet('https://v6.example/', resolve)).toBe('2400:3200::1');
    expect(asked).toEqual(['v4.example A', 'v6.example A', 'v6.example AAAA']);
  });

  it('may know no address, may fail, may not answer', async () => {
    expect(await vet('https://none.example/', resolve)).toBe('dns ENODATA');
    expect(await vet('https://unknown.example/', resolve)).toBe('dns ENOTFOUND');
    expect(await vet('https://broken.example/', resolve)).toBe('dns ESERVFAIL');
    expect(await vet('https://silent.example/', resolve, [], AbortSignal.timeout(200))).toBe('timeout ECANCELLED');
  });
});
