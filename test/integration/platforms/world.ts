/** A running set of platform fakes with known keys, and the client side of their contracts. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { LATE_TEMPLATE } from '#domain/delivery/late.ts';
import { WARNING_TEMPLATE } from '#domain/sla/recipients.ts';
import { type Platforms, type PlatformsOptions, startPlatforms } from '#infra/local/platforms/index.ts';

const key = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
export const KEYS = {
  phone: key(1),
  website: key(2),
  alpha: key(3),
  alphaOld: key(4),
  silent: key(5),
  foreign: key(9),
};
export const ACCOUNT = { appid: 'wxtest', appSecret: 'test-secret', templateIds: ['tmpl-accepted', 'tmpl-answered'] };

export interface World {
  platforms: Platforms;
  dataDir: string;
  close: () => Promise<void>;
}

export async function openWorld(
  options: Omit<Partial<PlatformsOptions>, 'departments'> & {
    departments?: Partial<PlatformsOptions['departments']>;
  } = {},
): Promise<World> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'jieban-platforms-'));
  const platforms = await startPlatforms({
    dataDir,
    wechat: ACCOUNT,
    phoneKeys: [KEYS.phone],
    websiteKeys: [KEYS.website],
    smsTemplates: ['accepted', 'answered', 'closed', LATE_TEMPLATE, WARNING_TEMPLATE],
    ...options,
    departments: {
      keys: { alpha: [KEYS.alpha, KEYS.alphaOld], silent: [KEYS.silent] },
      silent: ['silent'],
      ...options.departments,
    },
  });
  return {
    platforms,
    dataDir,
    close: async () => {
      await platforms.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Sent {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of foreign platforms, each test looks at its own fields
  body: any;
}

export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Posts a body signed by Standard Webhooks' own library. */
export async function signed(
  method: string,
  url: string,
  body: unknown,
  o: { key: string; id?: string; at?: Date },
): Promise<Sent> {
  const text = JSON.stringify(body);
  const id = o.id ?? `msg_${randomUUID()}`;
  const at = o.at ?? new Date();
  return call(method, url, text, {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(o.key).sign(id, at, text),
  });
}
