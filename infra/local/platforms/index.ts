/**
 * Everything around Jieban that isn't Jieban, for one machine: WeChat's API, the call centre's outbound interface, the
 * website's message board, the departments and the operators' identity provider. One server on one loopback port; their
 * paths don't meet, so each of them is simply `platforms.url`. What they received is kept in memory only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { MessageBoard } from './board.ts';
import { DemoDepartments, type DemoDepartmentsOptions } from './departments.ts';
import { serve } from './http.ts';
import { issuerRoutes, mintToken, openSigningKey, type Role } from './oidc.ts';
import { type PhoneNotice, PhonePlatform } from './phone.ts';
import { type WechatAccount, WechatPlatform } from './wechat.ts';

export interface PlatformsOptions {
  /** Holds the signing key of the issuer and the port, which stays the same across restarts when it is free. */
  dataDir: string;
  wechat: WechatAccount;
  /** Keys that Jieban signs with towards the phone platform and the message board. */
  phoneKeys: readonly string[];
  websiteKeys: readonly string[];
  /** 短信模板 that the carrier knows. */
  smsTemplates: readonly string[];
  /** A short message or call that went out. */
  onNotice?: (notice: PhoneNotice) => void;
  departments: DemoDepartmentsOptions;
  onError?: (error: unknown) => void;
}

export interface Platforms {
  url: string;
  wechat: WechatPlatform;
  phone: PhonePlatform;
  board: MessageBoard;
  departments: DemoDepartments;
  oidc: {
    issuer: string;
    jwksUrl: string;
    /** A bearer token for an operator. */
    token: (sub: string, role: Role) => Promise<string>;
  };
  /** Where a demo department takes its callbacks. */
  endpointOf: (department: string) => string;
  stop: () => Promise<void>;
}

const PORT_FILE = 'platforms.json';
const KEY_FILE = 'oidc-key.json';

/** The platforms' URL and signing key of the last start, for scripts that run beside the runner. */
export function lastPlatforms(dataDir: string): { url: string; key: JWK } {
  const { port } = JSON.parse(readFileSync(join(dataDir, PORT_FILE), 'utf8')) as { port: number };
  return { url: `http://127.0.0.1:${port}`, key: JSON.parse(readFileSync(join(dataDir, KEY_FILE), 'utf8')) as JWK };
}

function lastPort(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { port: number }).port;
  } catch {
    return 0; // first start, or the file was damaged: any free port will do
  }
}

/** Starts them all; they answer when this resolves. */
export async function startPlatforms(o: PlatformsOptions): Promise<Platforms> {
  const key = await openSigningKey(join(o.dataDir, KEY_FILE));
  const wechat = new WechatPlatform(o.wechat);
  const phone = new PhonePlatform(o.phoneKeys, o.smsTemplates, o.onNotice);
  const board = new MessageBoard(o.websiteKeys);
  const departments = new DemoDepartments({ ...(o.onError ? { onError: o.onError } : {}), ...o.departments });
  let url = '';
  const routes = [wechat, phone, board, departments].flatMap((platform) => platform.routes());
  routes.push(...issuerRoutes(key, () => url));
  const portFile = join(o.dataDir, PORT_FILE);
  const { server, port } = await serve(routes, lastPort(portFile), o.onError ?? (() => {}));
  url = `http://127.0.0.1:${port}`;
  writeFileSync(portFile, `${JSON.stringify({ port })}\n`);
  return {
    url,
    wechat,
    phone,
    board,
    departments,
    oidc: {
      issuer: url,
      jwksUrl: `${url}/.well-known/jwks.json`,
      token: (sub, role) => mintToken({ key, issuer: url, sub, role }),
    },
    endpointOf: (department) => `${url}/departments/${department}/callbacks`,
    stop: () =>
      new Promise((resolve) => {
        departments.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
