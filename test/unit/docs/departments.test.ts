/** The pages for departments: as new as the code, in both languages, with a worked example that anybody can recompute. */
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, test } from 'vitest';
import { CallbackEvent } from '#schemas/callback.ts';
import { CallbackType } from '#schemas/event.ts';
import { routes } from '#schemas/openapi-routes.ts';

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = new URL('docs/departments/', ROOT);
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const PAGES = ['README.md', 'README.zh-CN.md'] as const;

test('are as new as the code', () => {
  const script = new URL('scripts/departments-docs.ts', ROOT).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('show one real message of each type, byte for byte as it is sent', () => {
  const files = readdirSync(new URL('examples/', FOLDER));
  expect(files.toSorted()).toEqual(CallbackType.options.map((type) => `${type}.json`).toSorted());
  for (const file of files) {
    const text = textOf(`examples/${file}`);
    const event = CallbackEvent.parse(JSON.parse(text));
    expect(event.type).toBe(`cn.jieban.ticket.${file.slice(0, -'.json'.length)}.v1`);
    expect(JSON.stringify(event)).toBe(text);
  }
});

describe.each(PAGES)('%s', (name) => {
  const text = textOf(name);

  it('has a signature that RFC 2104 and GB/T 32905 give as well', () => {
    const content = /`(msg_\S+\.\d+\.\{[^`]+\})`/.exec(text)?.[1] ?? '';
    const key = Buffer.from(/`whsec_([\w+/=]+)` \|/.exec(text)?.[1] ?? '', 'base64');
    expect(key).toHaveLength(32);
    expect(text).toContain(`\`${key.toString('hex')}\``);
    expect(text).toContain(`\`v1,${createHmac('sha256', key).update(content).digest('base64')}\``);
    expect(text).toContain(`\`v1sm3,${hmacSm3(key, content)}\``);
  });

  it('has headers that verify with the public package, but for their age', () => {
    const body = readFileSync(new URL('examples/dispatched.json', FOLDER));
    const secret = /`(whsec_[\w+/=]+)` \|/.exec(text)?.[1] ?? '';
    const header = (header: string) => new RegExp(`^${header}: (.+)$`, 'm').exec(text)?.[1] ?? '';
    const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
    expect(new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), body)).toBe(header('webhook-signature'));
    expect(id).toBe(JSON.parse(body.toString()).id);
  });

  it('names every route of departments, and leads nowhere that isn’t', () => {
    // The page of links (`/clerk`) is for people; no program calls it.
    const theirs = routes.filter(({ path }) => path.startsWith('/departments/'));
    expect(theirs.length).toBeGreaterThan(2);
    for (const { path } of theirs) expect(text).toContain(path);
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    for (const link of links.filter((one) => !/^(https?:|#)/.test(one))) {
      expect(existsSync(new URL(link, FOLDER)), link).toBe(true);
    }
    const places = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
    for (const link of links.filter((one) => one.startsWith('#'))) expect(places).toContain(link.slice(1));
  });
});

test('say the same in both languages: numbers, code, examples', () => {
  const [en, zh] = PAGES.map(textOf) as [string, string];
  const code = (text: string) =>
    [...text.matchAll(/```(?:bash|json)\n([\s\S]*?)```/g)].map(([, block = '']) => block.replaceAll(/ +#.*$/gm, ''));
  expect(code(zh)).toEqual(code(en));
  const titles = (text: string) => [...text.matchAll(/^#+ /gm)].map(([title]) => title);
  expect(titles(zh)).toEqual(titles(en));
  const boxes = (text: string) => [...text.matchAll(/^- \[ \]/gm)].length;
  expect(boxes(zh)).toBe(boxes(en));
});

/** HMAC by hand over the bare hash. */
function hmacSm3(key: Buffer, content: string): string {
  const pad = (byte: number) =>
    Buffer.from(Buffer.concat([key, Buffer.alloc(64 - key.length)]).map((one) => one ^ byte));
  const inner = createHash('sm3').update(pad(0x36)).update(content).digest();
  return createHash('sm3').update(pad(0x5c)).update(inner).digest('base64');
}
