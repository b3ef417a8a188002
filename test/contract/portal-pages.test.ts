/** What people see of the portal: the start page with its counts, the API description, the privacy notices. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY, toShanghai } from '#domain/calendar/shanghai.ts';
import { useAssets } from '#functions/adapters/assets.ts';
import { handler as phone } from '#functions/phone/handler.ts';
import { forgetCounts } from '#functions/portal/counts.ts';

import { handler as portal } from '#functions/portal/handler.ts';
import { acceptsGzip } from '#functions/shared/static-files.ts';
import { handler as website } from '#functions/website/handler.ts';
import { bundleFunctions } from '#infra/bundle.ts';
import { PrivacyNotice } from '#schemas/citizen.ts';
import { routes } from '#schemas/openapi-routes.ts';
import { type Answer, call, problemOf, signedPost, startWorld, type World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'jieban-portal-'));
let world: World;
beforeAll(async () => {
  world = await startWorld();
  const bundles = bundleFunctions({ district: {}, outdir: folder });
  const own = bundles.find(({ name }) => name === 'portal')!;
  useAssets(pathToFileURL(`${join(own.folder, 'assets')}/`));
});
afterAll(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const page = (): Promise<Answer> => call(portal, { resource: '/', method: 'GET' });

describe('the start page', () => {
  const hook = Symbol.for('jieban.officeNow');
  const clock = globalThis as { [hook]?: (() => number) | undefined };
  const NOON = Date.parse('2026-11-23T12:00:00+08:00');
  beforeEach(async () => {
    await world.clear();
    forgetCounts();
    clock[hook] = () => NOON;
  });
  afterEach(() => {
    clock[hook] = undefined;
  });

  const form = (channelRef: string) => ({ channelRef, kind: 'consult', title: '题', content: '文' });
  const onPhone = (ref: string = randomUUID()) =>
    call(
      phone,
      signedPost(
        world.keys.phone,
        '/channels/phone/requests',
        JSON.stringify({ ...form(ref), caller: { phone: '13800000001' }, call: { callId: 'c' } }),
      ),
    );
  const onBoard = (ref: string = randomUUID()) =>
    call(
      website,
      signedPost(
        world.keys.website,
        '/channels/website/requests',
        JSON.stringify({ ...form(ref), board: { messageId: ref, publicConsent: false } }),
      ),
    );
  const counts = async () => {
    const cells = [...(await page()).text.matchAll(/<td id="(\w+-\w+)">([^<]*)</g)];
    return Object.fromEntries(cells.map(([, id, count]) => [id, count]));
  };

  test('is bilingual, without scripts, and names the district and every route', async () => {
    const answer = await page();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(answer.text).toContain(world.district.name);
    expect(answer.text).toMatch(/接办.*A first request/s);
    expect(answer.text).not.toContain('<script');
    expect(answer.text).toContain('href="docs"');
    for (const { method, path } of routes) {
      expect(answer.text).toContain(`<code>${method.toUpperCase()} ${path}</code>`);
    }
    expect(answer.bytes.length).toBeLessThan(16_000);
  });

  test('counts requests by channel and day; replays and other rows are none', async () => {
    const replayed = randomUUID();
    for (const ref of [replayed, replayed, randomUUID()]) expect((await onPhone(ref)).status).toBeLessThan(300);
    expect((await onBoard()).status).toBe(202);
    expect(await counts()).toEqual({
      'phone-today': '2',
      'phone-yesterday': '0',
      'wechat-today': '0',
      'wechat-yesterday': '0',
      'website-today': '1',
      'website-yesterday': '0',
    });
    const keys = (await world.rows('Receipts')).flatMap(({ dayKey }) => (dayKey === undefined ? [] : [dayKey]));
    expect(keys.sort()).toEqual(['phone#2026-11-23', 'phone#2026-11-23', 'website#2026-11-23']);
  });

  test('a day ends at midnight in Shanghai', async () => {
    clock[hook] = () => Date.parse('2026-11-23T23:59:59+08:00');
    await onPhone();
    clock[hook] = () => Date.parse('2026-11-24T00:00:01+08:00');
    await onPhone();
    await onPhone();
    expect(await counts()).toMatchObject({ 'phone-today': '2', 'phone-yesterday': '1' });
    forgetCounts();
    clock[hook] = () => NOON + 2 * DAY;
    expect(await counts()).toMatchObject({ 'phone-today': '0', 'phone-yesterday': '2' });
  });

  test('counts over the pages of a long day', async () => {
    await onPhone();
    const today = toShanghai(NOON);
    const LastEvaluatedKey = {
      pk: { S: 'R#phone#' },
      dayKey: { S: `phone#${today.slice(0, 10)}` },
      receivedAt: { S: '2000-01-01' },
    };
    let answered = 0;
    // The first query of all is the phone's today.
    world.dynamo.fault = (operation) =>
      operation === 'Query' && answered++ === 0 ? { status: 200, body: { Count: 7000, LastEvaluatedKey } } : 'none';
    const all = Object.values(await counts()).map(Number);
    expect(all.reduce((sum, count) => sum + count, 0)).toBe(7001);
  });

  test('keeps the counts for some seconds', async () => {
    await onPhone();
    expect((await counts())['phone-today']).toBe('1');
    const before = world.dynamo.calls.get('Query');
    await onPhone();
    expect((await counts())['phone-today']).toBe('1');
    expect(world.dynamo.calls.get('Query')).toBe(before);
  });

  test.each(['refuse', 'hang'] as const)('comes without numbers when the table does not answer (%s)', async (fault) => {
    await onPhone();
    world.dynamo.fault = () => fault;
    const logged = world.log.length;
    const answer = await page();
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<td id="phone-today">–</td>');
    expect(world.log.slice(logged).filter((line) => line.includes('requests of a day not counted'))).toHaveLength(6);
    expect(world.log.slice(logged).join('')).toMatch(/"WARN"/);
  });
});

describe('the API description', () => {
  const packageFile = (name: string) => readFileSync(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));
  /** `path`: as it was asked for; the gateway takes it for the resource with or without a slash at its end. */
  const docs = (path = '/docs'): Promise<Answer> => {
    const asked: Parameters<typeof call>[0] = (event, context) =>
      portal({ ...event, requestContext: { ...event.requestContext, path } }, context);
    return call(asked, { resource: '/docs', method: 'GET' });
  };
  const file = (name: string, headers: Record<string, string> = {}, query: Record<string, string> = {}) =>
    call(portal, { resource: '/docs/{file}', method: 'GET', params: { file: name }, headers, query });
  const links = (html: string) => [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link ?? '');

  test('is a page whose links are relative to /docs, without inline script or style', async () => {
    const { status, headers, text } = await docs();
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(links(text).map((link) => link.replace(/\?v=[0-9a-f]{8}$/, ''))).toEqual([
      'data:,',
      'docs/swagger-ui.css',
      'openapi.json',
      'docs/swagger-ui-bundle.js',
      'docs/start.js',
    ]);
    expect(text).not.toMatch(/<script(?! src=)|<style|style=|\son\w+=/);
  });

  test('calls no other host: neither the page, nor its script, nor its style sheet', async () => {
    const { headers, text } = await docs();
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    // Nothing but this origin, pictures in the address itself, and nothing.
    expect(policy).toMatch(/^(?:[a-z-]+(?: '(?:none|self)'| data:)+(?:; )?)+$/);
    const start = (await file('start.js')).text;
    expect(text + start).not.toMatch(/https?:|"\/\/|'\/\//);
    expect(start).toContain('validatorUrl: null');
    expect(start).toContain('queryConfigEnabled: false');
    const addresses = [...(await file('swagger-ui.css')).text.matchAll(/url\(\s*["']?([^)]{0,8})/g)];
    expect(addresses.length).toBeGreaterThan(10);
    for (const [, address] of addresses) expect(address).toMatch(/^data:/);
    expect((await file('swagger-ui.css')).text).not.toContain('@import');
  });

  test('leads /docs/ to /docs, under any stage', async () => {
    const { status, headers } = await docs('/v1/docs/');
    expect(status).toBe(308);
    const location = new URL(String(headers.location), 'https://api.example/v1/docs/');
    expect(location.href).toBe('https://api.example/v1/docs');
    expect(new URL('docs/start.js', location).href).toBe('https://api.example/v1/docs/start.js');
  });

  test('serves the package’s very bytes, compressed for who takes that', async () => {
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt']) {
      const plain = await file(name);
      expect(plain.headers).not.toHaveProperty('content-encoding');
      expect(plain.bytes.equals(packageFile(name)), name).toBe(true);
      const small = await file(name, { 'accept-encoding': 'gzip, deflate, br' });
      expect(small.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
      expect(gunzipSync(small.bytes).equals(packageFile(name)), name).toBe(true);
      expect(small.bytes.length).toBeLessThan(500_000);
    }
  });

  test.each([
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['start.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui-bundle.js.LICENSE.txt', 'text/plain; charset=utf-8'],
  ])('%s is %s', async (name, type) => {
    const { headers } = await file(name);
    expect(headers['content-type']).toBe(type);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('a file is kept for good under its version, and asked for again under any other', async () => {
    for (const link of links((await docs()).text).filter((each) => each.startsWith('docs/'))) {
      const { pathname, searchParams } = new URL(link, 'https://api.example/docs');
      const name = pathname.replace('/docs/', '');
      const kept = await file(name, {}, { v: searchParams.get('v') ?? '' });
      expect(kept.headers['cache-control']).toContain('immutable');
      for (const query of [{}, { v: '00000000' }]) {
        expect((await file(name, {}, query)).headers['cache-control']).toBe('public, max-age=300');
      }
    }
  });

  test.each([
    'index.html',
    '..',
    '../index.mjs',
    '../district.json',
    'swagger-ui.css.gz',
    'constructor',
    '__proto__',
    '',
  ])('no other file: %j', async (name) => {
    expect(problemOf(await file(name))).toMatchObject({ status: 404, code: 'notFound' });
  });

  test.each([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['GZIP', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000, *', false],
    ['*', true],
    ['*;q=0', false],
    ['deflate, br', false],
    ['gzip;q=x', false],
  ])('accept-encoding %j takes gzip: %s', (header, takes) => {
    expect(acceptsGzip(header)).toBe(takes);
  });
});

/** As districts/xianan/retention.json has it. */
const KEPT = '办结后,姓名、电话等身份信息保存1年,附件保存1年,诉求内容和答复保存3年。';

describe('the privacy notice', () => {
  const notice = (channel: string) =>
    call<PrivacyNotice>(portal, { resource: '/privacy/{channel}', method: 'GET', params: { channel } });

  test('is the district’s own, per channel, and names its basis, its rights and whom to call', async () => {
    const versions = new Set<string>();
    for (const channel of ['phone', 'wechat', 'website'] as const) {
      const { status, body, headers } = await notice(channel);
      expect([status, headers['access-control-allow-origin']]).toEqual([200, '*']);
      expect(PrivacyNotice.parse(body)).toMatchObject({
        channel,
        text: [...world.district.texts.privacy[channel], KEPT].join('\n'),
      });
      for (const word of ['个人信息保护法', '第十七条', '12345', '期限', '查阅', '更正', '删除']) {
        expect(body.text).toContain(word);
      }
      versions.add(body.version);
    }
    expect(versions.size).toBe(3);
    expect((await notice('phone')).body.text).toContain('录音');
  });

  test.each(['sms', 'Phone', '', 'constructor'])('is none of %j', async (channel) => {
    expect(problemOf(await notice(channel))).toMatchObject({ status: 404 });
  });
});
