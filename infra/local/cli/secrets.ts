/**
 * The local instance's secrets: made on the first start, kept in the plane's secrets file (readable by its owner only),
 * and read from there by the scripts beside the runner. Addresses of the local platforms are refreshed at each start.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '#infra/local/plane/files.ts';

export interface PartnerSecret {
  inbound: string[];
  outbound: { baseUrl: string; keys: string[] };
}
export interface WebsiteSecret extends PartnerSecret {
  /** Only where messages are fetched (轮询). */
  poll?: { baseUrl: string };
}
export interface PhoneSecret extends PartnerSecret {
  vendors: { tccc: { basic: { user: string; password: string } }; huawei: { username: string; secret: string } };
}
export interface WechatSecret {
  appid: string;
  appSecret: string;
  apiBase: string;
  sessionKeys: { kid: string; key: string }[];
  templates: Record<string, string>;
  push: { token: string; encodingAESKey: string; mode: 'plain' | 'compatible' | 'safe' };
}
/** What an operator wrote beside these (`ca`, `sm3` …) stays. */
export type DepartmentSecrets = Record<
  string,
  { keys: string[]; endpoint?: string; allow?: string[]; notify?: { phone: string | string[]; by?: 'sms' | 'call' } }
>;
export interface LocalSecrets {
  phone: PhoneSecret;
  website: WebsiteSecret;
  wechat: WechatSecret;
  departments: DepartmentSecrets;
  query: { keys: { kid: string; key: string }[] };
  link: { keys: { kid: string; key: string }[] };
}
export type SecretKind = keyof LocalSecrets;
const KINDS: readonly SecretKind[] = ['phone', 'website', 'wechat', 'departments', 'query', 'link'];

/** One entry of the plane's file, as far as it matters here. */
interface StoredSecret {
  current: { value: string };
}
type StoredFile = Record<string, StoredSecret>;

export const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

const signingKey = () => `whsec_${randomBytes(32).toString('base64')}`;
/** 43 letters and digits, as WeChat's console draws an EncodingAESKey (hex is a subset of them). */
const consoleKey = () => randomBytes(22).toString('hex').slice(0, 43);
const namedKey = () => ({ kid: 'k1', key: randomBytes(32).toString('base64') });

/** Which secret a construct id or a secret's name means (`PhoneSecret`, `jieban/phone`); undefined for none of ours. */
export function secretKind(name: string): SecretKind | undefined {
  return KINDS.find((kind) => name.toLowerCase().includes(kind === 'departments' ? 'department' : kind));
}

function load(dataDir: string): { file: StoredFile; secrets: Partial<LocalSecrets> } {
  const path = secretsFile(dataDir);
  if (!existsSync(path)) return { file: {}, secrets: {} };
  const file = JSON.parse(readFileSync(path, 'utf8')) as StoredFile;
  const found = Object.entries(file).flatMap(([name, { current }]) => {
    const kind = secretKind(name);
    return kind ? [[kind, JSON.parse(current.value)] as const] : [];
  });
  return { file, secrets: Object.fromEntries(found) as Partial<LocalSecrets> };
}

/** The secret of one channel or partner of an instance that was started before; throws a sentence to print when there is none. */
export function readSecret<K extends SecretKind>(dataDir: string, kind: K): LocalSecrets[K] {
  const value = load(dataDir).secrets[kind];
  if (value === undefined) {
    throw new Error(
      `no ${kind} secret in ${secretsFile(dataDir)}: start Jieban once with \`npm start\`, or set JIEBAN_DATA`,
    );
  }
  return value;
}

/** The addresses that secrets carry, as they are in this run. */
export interface Addresses {
  platformsUrl: string;
  /** Callback address per department that the demo answers for. */
  demoEndpoints: Readonly<Record<string, string>>;
  /** Whether the local board's messages are fetched too. */
  pollBoard: boolean;
}

/** Where a demo department of this or an earlier run listens. Any other address is the operator's own, http or https. */
const OF_DEMO = /^http:\/\/127\.0\.0\.1:\d+\/departments\/[^/]+\/callbacks$/;

/** Demo departments listen here, where callbacks go only if the unit's allow-list says so. */
export const THIS_MACHINE: readonly string[] = ['127.0.0.0/8', '::1/128'];

function pointTo(secrets: LocalSecrets, { platformsUrl, demoEndpoints, pollBoard }: Addresses): LocalSecrets {
  const departments = Object.fromEntries(
    Object.entries(secrets.departments).map(([id, { endpoint, ...rest }]) => {
      const own = endpoint === undefined || OF_DEMO.test(endpoint) ? undefined : endpoint;
      // Its clerk works by link: no built-in department takes the work away.
      const demo = rest.notify === undefined ? demoEndpoints[id] : undefined;
      if (own !== undefined) return [id, { ...rest, endpoint: own }];
      if (demo === undefined) return [id, rest];
      return [id, { ...rest, endpoint: demo, allow: [...new Set([...(rest.allow ?? []), ...THIS_MACHINE])] }];
    }),
  );
  const partner = <S extends PartnerSecret>(secret: S): S => ({
    ...secret,
    outbound: { ...secret.outbound, baseUrl: platformsUrl },
  });
  const polled = ({ poll, ...website }: WebsiteSecret): WebsiteSecret => {
    // An http address was the local board of an earlier run.
    const own = poll?.baseUrl.startsWith('https:') ? poll : undefined;
    const now = own ?? (pollBoard ? { baseUrl: platformsUrl } : undefined);
    return { ...website, ...(now === undefined ? {} : { poll: now }) };
  };
  return {
    ...secrets,
    departments,
    phone: partner(secrets.phone),
    website: polled(partner(secrets.website)),
    wechat: { ...secrets.wechat, apiBase: platformsUrl },
  };
}

const newPartner = (): PartnerSecret => ({ inbound: [signingKey()], outbound: { baseUrl: '', keys: [signingKey()] } });

const password = () => randomBytes(24).toString('base64url');
const newPhoneVendors = (): PhoneSecret['vendors'] => ({
  tccc: { basic: { user: 'tccc', password: password() } },
  huawei: { username: 'huawei', secret: password() },
});

const templateIds = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `tmpl-${name}`]));

const newWechat = (templates: readonly string[]): WechatSecret => ({
  appid: `wx${randomBytes(8).toString('hex')}`,
  appSecret: randomBytes(16).toString('hex'),
  apiBase: '',
  sessionKeys: [namedKey()],
  templates: templateIds(templates),
  push: { token: randomBytes(16).toString('hex'), encodingAESKey: consoleKey(), mode: 'safe' },
});

/**
 * What is on disk, completed with whatever is missing: keys, also of departments and templates that joined the district.
 * `clerkPhones`: units without an API, and whom a short message tells of their work.
 */
export function openSecrets(
  dataDir: string,
  departmentIds: readonly string[],
  wechatTemplates: readonly string[],
  clerkPhones: Readonly<Record<string, string>> = {},
) {
  const { file, secrets: stored } = load(dataDir);
  let secrets: LocalSecrets = {
    phone: { vendors: newPhoneVendors(), ...(stored.phone ?? newPartner()) },
    website: stored.website ?? newPartner(),
    wechat: {
      ...newWechat(wechatTemplates),
      ...stored.wechat,
      templates: { ...templateIds(wechatTemplates), ...stored.wechat?.templates },
    },
    departments: {
      ...Object.fromEntries(departmentIds.map((id) => [id, { keys: [signingKey()] }])),
      ...stored.departments,
    },
    query: stored.query ?? { keys: [namedKey()] },
    link: stored.link ?? { keys: [namedKey()] },
  };
  for (const [id, phone] of Object.entries(clerkPhones)) {
    const { keys } = secrets.departments[id] ?? { keys: [signingKey()] };
    secrets = { ...secrets, departments: { ...secrets.departments, [id]: { keys, notify: { phone } } } };
  }
  return {
    get: () => secrets,
    /** Gives a department another endpoint at this machine; answers the departments' secret for the running instance. */
    move(unit: string, endpoint: string): string {
      const { keys = [], allow = [], ...rest } = secrets.departments[unit] ?? {};
      const entry = { ...rest, keys, endpoint, allow: [...new Set([...allow, ...THIS_MACHINE])] };
      secrets = { ...secrets, departments: { ...secrets.departments, [unit]: entry } };
      return JSON.stringify(secrets.departments);
    },
    /** Sets this run's addresses and writes them to the file, when there is one already. Call it before the runner starts. */
    point(addresses: Addresses): void {
      secrets = pointTo(secrets, addresses);
      const names = Object.entries(file);
      if (names.length === 0) return;
      const refreshed = names.map(([name, entry]) => {
        const kind = secretKind(name);
        if (!kind) return [name, entry];
        return [name, { ...entry, current: { ...entry.current, value: JSON.stringify(secrets[kind]) } }];
      });
      const text = `${JSON.stringify(Object.fromEntries(refreshed), null, 2)}\n`;
      writeFileAtomically(secretsFile(dataDir), text, 0o600);
    },
    /** The runner asks for a secret that its store doesn't hold yet. */
    initial(constructId: string): string {
      const kind = secretKind(constructId);
      if (!kind) throw new Error(`the template has a secret that the local runner has no value for: ${constructId}`);
      return JSON.stringify(secrets[kind]);
    },
  };
}
