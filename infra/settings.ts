/**
 * What a deployment may say beyond district and region, as CDK context: `-c alarmsTo=zhiban@example.gov.cn`. Everything
 * is optional; what is there is judged before anything is synthesized.
 */
import * as z from 'zod';

/** A mailbox, or an address that SNS posts to. Short messages need a gateway behind such an address: China has no SNS SMS. */
const Address = z.union([z.email(), z.url({ protocol: /^https$/ })]);
const Addresses = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))])
  .pipe(z.array(Address).min(1));

/** A host name below a registered domain: what a certificate is for and an ICP filing (备案) names. */
const HostName = z
  .string()
  .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, 'a host name, lower case');
const CertificateArn = z
  .string()
  .regex(/^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in ACM');

const Context = z.strictObject({
  /**
   * 版本标记: any word; another one makes a new version of every function. A version keeps the values that it was made with, so
   * after a change of what deployment looks up (a table's name in SSM, the operators' issuer) this makes them be looked up again.
   */
  revision: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'letters, digits, . _ -')
    .optional(),
  /** 域名: the host under which everybody reaches the API; its own address is then closed. Needs `certificateArn`. */
  domain: HostName.optional(),
  /** 证书: of `domain`, in ACM of the same region. */
  certificateArn: CertificateArn.optional(),
  /** 全部告警: told of every alarm, separated by commas. */
  alarmsTo: Addresses.optional(),
  /** 紧急告警: told of urgent alarms only, beside `alarmsTo`. */
  urgentAlarmsTo: Addresses.optional(),
});

export interface Domain {
  readonly name: string;
  readonly certificateArn: string;
}

export interface DeploymentSettings {
  readonly revision?: string;
  readonly domain?: Domain;
  readonly alarmsTo: readonly string[];
  readonly urgentAlarmsTo: readonly string[];
}

/** Names that context is asked for. */
export const SETTING_NAMES = Object.keys(Context.shape);

/** Of the local runner and of tests: nobody is told. */
export const NO_SETTINGS: DeploymentSettings = readSettings({});

/** @throws Error naming the setting that is wrong, or that there is none of that name */
export function readSettings(given: Readonly<Record<string, string>>): DeploymentSettings {
  const parsed = Context.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(issue?.path[0]);
    const known = issue?.code === 'unrecognized_keys' ? `; there are ${SETTING_NAMES.join(', ')}` : '';
    throw new Error(`context ${name}: ${issue?.message ?? 'wrong'}${known}`);
  }
  const { revision, domain: name, certificateArn, alarmsTo = [], urgentAlarmsTo = [] } = parsed.data;
  if ((name === undefined) !== (certificateArn === undefined)) {
    throw new Error('context domain and certificateArn belong together: give both or neither');
  }
  const domain = name === undefined || certificateArn === undefined ? {} : { domain: { name, certificateArn } };
  return { ...(revision === undefined ? {} : { revision }), ...domain, alarmsTo, urgentAlarmsTo };
}
