/** The hotline API as command-line tools call it: the local instance with a token of its own, or any with a given one. */
import { lastUrl } from '#infra/local/cli/folder.ts';
import { lastPlatforms } from '#infra/local/platforms/index.ts';
import { mintToken } from '#infra/local/platforms/oidc.ts';
import { Problem } from '#schemas/problem.ts';
import { Failure, UsageError } from './words.ts';

export interface RemoteOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** Data folder of the local instance. */
  readonly data: string;
}
/** Who asks, where the local instance is asked without a token. */
export interface Tool {
  readonly sub: string;
  /** Whose token another instance wants, in the clerk's words. */
  readonly whose: string;
}
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Of an answer that is none of success. */
  readonly problem?: Problem;
}

export type Remote = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;

/** @throws UsageError when another instance than the local one is asked for without a token */
export async function connectAs({ sub, whose }: Tool, { url, token, data }: RemoteOptions): Promise<Remote> {
  const local = lastUrl(data);
  const base = (url ?? local ?? 'http://127.0.0.1:3000').replace(/\/$/, '');
  const given = token ?? process.env.JIEBAN_TOKEN;
  if (given === undefined && url !== undefined && base !== local) {
    throw new UsageError(`对非本机实例要用 --token(或环境变量 JIEBAN_TOKEN)给出${whose}的令牌`);
  }
  const bearer = given ?? (await localToken(sub, data));
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new Failure(`${base} 没有应答:先 npm start,或用 --url 指明地址`);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { status: response.status, body: answer };
    const problem = Problem.safeParse(answer);
    if (!problem.success) throw new Failure(`${base} 应答 ${response.status}`);
    return { status: response.status, body: answer, problem: problem.data };
  };
}

/** A leader of the development issuer, whom only the local instance believes. */
async function localToken(sub: string, data: string): Promise<string> {
  try {
    const { key, url } = lastPlatforms(data);
    return await mintToken({ key, issuer: url, sub, role: 'leader' });
  } catch {
    throw new Failure(`${data} 里没有本机实例:先 npm start,或用 --url 和 --token 指明哪一个`);
  }
}

/** @throws Failure in the clerk's words when the answer is a problem */
export function successfulOr(refusals: Readonly<Record<string, string>>, { body, problem }: Answer): unknown {
  if (problem === undefined) return body;
  const details = (problem.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer} ${detail}`);
  throw new Failure(`${refusals[problem.code] ?? `${problem.title}(${problem.code})`}${details.join('')}`);
}
