/** Secrets, parsed and kept for five minutes, so that a rotation reaches every container without a deployment. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { log } from '#functions/shared/log.ts';
import { isSigningKey } from '#functions/shared/signing.ts';
import { env, secretsManager } from './aws.ts';
import { Departments } from './department-secrets.ts';

/** One of a wrong length signs nothing. It is left out, so that a slip in a rotation doesn't close the door to the other one. */
const keysOf = (rule: string) =>
  z
    .array(z.string())
    .transform((keys) => {
      const good = keys.filter(isSigningKey);
      if (good.length < keys.length)
        log.error('a key of a secret left out', { code: 'secretInvalid', rule }, undefined);
      return good;
    })
    .pipe(z.array(z.string()).min(1));
const Base64Key = z.strictObject({ kid: z.string(), key: z.string() });
const Partner = z.object({
  inbound: keysOf('inbound'),
  outbound: z.object({ baseUrl: z.url(), keys: keysOf('outbound.keys') }),
});
/** Either a password, or the written word that there is none; with neither the vendor's route doesn't exist. */
const BasicDoor = z.object({
  basic: z.object({ user: z.string().min(1), password: z.string().min(1) }).optional(),
  auth: z.literal('none').optional(),
});
/** Call-centre platforms that push by themselves (docs/channels/phone.md). */
const PhoneVendors = z.object({
  tccc: BasicDoor.optional(),
  huawei: z.object({ username: z.string().min(1), secret: z.string().min(1) }).optional(),
  'tencent-sms': BasicDoor.optional(),
});

/** Shapes of the secrets. They tolerate additions: an operator may note things beside the keys. */
const shapes = {
  PHONE_SECRET: Partner.extend({ vendors: PhoneVendors.optional() }),
  WEBSITE_SECRET: Partner.extend({
    /** 轮询, for a board that cannot push (docs/channels/website.md); `after`: the cursor to begin with. */
    poll: z
      .object({ baseUrl: z.url(), keys: keysOf('poll.keys').optional(), after: z.string().min(1).max(1000).optional() })
      .optional(),
  }),
  WECHAT_SECRET: z.object({
    appid: z.string(),
    appSecret: z.string(),
    apiBase: z.url(),
    sessionKeys: z.array(Base64Key).min(1),
    /** 订阅消息模板: the name that the district's feedback.json uses → the account's template id. */
    templates: z.record(z.string(), z.string().min(1)),
    /** 消息推送, as in the console of the account; absent where nothing is pushed. */
    push: z
      .object({
        token: z.string().regex(/^[0-9A-Za-z]{3,32}$/),
        encodingAESKey: z.string().regex(/^[0-9A-Za-z+/]{43}$/),
        mode: z.enum(['plain', 'compatible', 'safe']),
      })
      .optional(),
  }),
  DEPARTMENTS_SECRET: Departments,
  /** 第二意见: where the district has one. */
  OPINION_SECRET: z.object({ baseUrl: z.url(), apiKey: z.string().min(8) }),
  QUERY_SECRET: z.object({ keys: z.array(Base64Key).min(1) }),
  /** 办理码: the first makes new links, the others let older ones live out. */
  LINK_SECRET: z.object({ keys: z.array(Base64Key).min(1) }),
} as const;
export type SecretName = keyof typeof shapes;
export type Secret<N extends SecretName> = z.output<(typeof shapes)[N]>;

const LIFETIME_MS = 5 * 60_000;
const cache = new Map<SecretName, { readAt: number; value: Promise<unknown> }>();

/** `name` is the environment variable that holds the secret's ARN. Throws when the secret doesn't have its shape. */
export function secret<N extends SecretName>(name: N): Promise<Secret<N>> {
  const cached = cache.get(name);
  if (cached !== undefined && Date.now() - cached.readAt < LIFETIME_MS) return cached.value as Promise<Secret<N>>;
  const value = read(name).catch((error: unknown) => {
    cache.delete(name);
    throw error;
  });
  cache.set(name, { readAt: Date.now(), value });
  return value;
}

/** Anybody can send a wrong signature; it must not cost a read each time. */
const REFRESH_EVERY_MS = 10_000;

/**
 * The secret as it is now rather than up to five minutes ago: for whoever was just told that a key is not the right one. At
 * most one read in ten seconds; what is known stays when it can't be read.
 */
export async function refreshedSecret<N extends SecretName>(name: N): Promise<Secret<N>> {
  const cached = cache.get(name);
  if (cached === undefined || Date.now() - cached.readAt < REFRESH_EVERY_MS) return secret(name);
  const value = read(name).catch((error: unknown) => {
    log.error('secret not refreshed', { code: name }, error);
    return cached.value;
  });
  cache.set(name, { readAt: Date.now(), value });
  return value as Promise<Secret<N>>;
}

/**
 * What `find` finds in the secret, read again where it finds nothing: during a rotation another function may have read the new
 * key before this one. Undefined when it isn't there either.
 */
export async function foundInSecret<N extends SecretName, T>(
  name: N,
  find: (secret: Secret<N>) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  return (await find(await secret(name))) ?? (await find(await refreshedSecret(name)));
}

async function read<N extends SecretName>(name: N): Promise<Secret<N>> {
  const answer = await secretsManager().send(new GetSecretValueCommand({ SecretId: env(name) }));
  const parsed = shapes[name].safeParse(JSON.parse(answer.SecretString ?? 'null'));
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(whole)').join(', ');
    throw new Error(`the secret behind ${name} doesn't have its shape at: ${fields}. See docs/secrets.md`);
  }
  return parsed.data as Secret<N>;
}
