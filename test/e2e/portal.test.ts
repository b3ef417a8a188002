/** The portal over real HTTP on the synthesized template: real bytes, relative links, real counts, the edge's limits. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitGroupOf } from '#infra/constructs/rate-limits.ts';
import { Problem } from '#schemas/problem.ts';
import { type Instance, phoneRequest, startInstance } from './support.ts';

let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ demoDepartments: false });
});
afterAll(() => jieban?.stop());

const packageFile = (name: string) => readFileSync(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));

/** What really goes over the wire: `fetch` asks for compression and undoes it. */
async function wire(path: string, headers: Record<string, string>) {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    request(`${jieban.url}${path}`, { headers }, (response) => {
      buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes }),
        reject,
      );
    })
      .once('error', reject)
      .end();
  });
}

it('shows the API description: page, script, style sheet and document', async () => {
  const page = await fetch(`${jieban.url}/docs/`);
  expect([page.status, page.redirected, page.url]).toEqual([200, true, `${jieban.url}/docs`]);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  const links = [...html.matchAll(/(?:href|src)="([^":]+)"/g)].map(([, link]) => new URL(link ?? '', page.url));
  expect(links.map(({ pathname }) => pathname)).toEqual([
    '/docs/swagger-ui.css',
    '/openapi.json',
    '/docs/swagger-ui-bundle.js',
    '/docs/start.js',
  ]);
  for (const link of links) expect((await fetch(link)).status, link.pathname).toBe(200);
  const script = await fetch(links[2] ?? '');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(Buffer.from(await script.arrayBuffer()).equals(packageFile('swagger-ui-bundle.js'))).toBe(true);
  expect((await fetch(`${jieban.url}/docs/index.html`)).status).toBe(404);
});

it('sends few bytes to who takes gzip, and plain ones to who does not', async () => {
  const small = await wire('/docs/swagger-ui-bundle.js', { 'accept-encoding': 'gzip' });
  expect(small.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(small.bytes.length).toBeLessThan(500_000);
  expect(gunzipSync(small.bytes).equals(packageFile('swagger-ui-bundle.js'))).toBe(true);
  const plain = await wire('/docs/swagger-ui-bundle.js', {});
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(plain.bytes.equals(packageFile('swagger-ui-bundle.js'))).toBe(true);
});

it('counts what came in, and tells citizens what becomes of their data', async () => {
  expect((await jieban.post('phone', phoneRequest('portal-1'))).status).toBe(202);
  const counts = await jieban.until('the request is counted', async () => {
    const page = await (await fetch(`${jieban.url}/`)).text();
    return page.includes('id="phone-today">1<') ? page : undefined;
  });
  expect(counts).toContain('id="website-today">0<');
  const notice = await jieban.raw('/privacy/wechat', {});
  expect(notice.status).toBe(200);
  expect(notice.body).toMatchObject({ channel: 'wechat', version: expect.stringMatching(/^[0-9a-f]{8}$/) });
});

it('limits a citizen’s door as the edge does, and only that one', async () => {
  const { rate, burst } = limitGroupOf('/tickets/{ticketNo}')!;
  const look = () => fetch(`${jieban.url}/tickets/XA2026112300000018`, { headers: { 'x-query-code': '7K3M9P2QXT' } });
  const answers: Response[] = [];
  // However slow this machine is, it asks until a bucket of so many is empty.
  await jieban.until('a refusal', async () => {
    answers.push(...(await Promise.all(Array.from({ length: rate + burst }, look))));
    return answers.some(({ status }) => status === 429);
  });
  expect(answers.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(burst);
  const refused = answers.find(({ status }) => status === 429)!;
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(Problem.parse(await refused.json())).toMatchObject({ status: 429, code: 'tooManyRequests' });
  expect((await jieban.post('phone', phoneRequest('portal-2'))).status).toBe(202);
});
