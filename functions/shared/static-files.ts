/** Pages and their files, served from a function's own bundle: no CDN, no other host, nothing in a query but a version. */
import { gunzipSync } from 'node:zlib';
import { asset } from '#functions/adapters/assets.ts';
import type { Reply, Request } from './http.ts';
import { ProblemError } from './problem.ts';

/** `assets.json` of a function. */
export type FileList = Readonly<Record<string, string>>;

const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', txt: 'text/plain' };
const typeOf = (name: string): string => `${TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain'}; charset=utf-8`;

/** With the version in its address a file never changes; an address without it, or with an old one, is asked for again. */
const FOREVER = 'public, max-age=31536000, immutable';
const MINUTES = 'public, max-age=300';

/**
 * `html` is made only when it is served. Its links are relative to the page's own path, without a slash at the end, under
 * whatever stage or base path; with a slash they would lead astray. `policy`: what the page may load and call.
 */
export function staticPage({ path }: Pick<Request, 'path'>, html: () => string, policy: string): Reply {
  if (path.endsWith('/')) {
    const location = `../${path.split('/').at(-2)}`;
    return { status: 308, body: '', headers: { 'content-type': 'text/plain', location } };
  }
  return {
    status: 200,
    body: html(),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': MINUTES,
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
    },
  };
}

/** `{file}` of the route, if the list has it. @throws ProblemError 404 */
export function staticFile(
  files: FileList,
  { params, query, headers }: Pick<Request, 'params' | 'query' | 'headers'>,
): Reply {
  const { file } = params;
  if (file === undefined || !Object.hasOwn(files, file)) throw new ProblemError('notFound');
  const { gzipped, version } = asset(file);
  const compressed = acceptsGzip(headers['accept-encoding']);
  return {
    status: 200,
    body: compressed ? gzipped : gunzipSync(gzipped),
    headers: {
      'content-type': typeOf(file),
      'cache-control': query.v === version ? FOREVER : MINUTES,
      vary: 'accept-encoding',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    },
  };
}

/** RFC 9110 12.5.3: `gzip` or `*` with a weight above 0; without the header anything goes, but plain is surest. */
export function acceptsGzip(header = ''): boolean {
  const weights = new Map(
    header.split(',').map((part): [string, number] => {
      const [coding = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [coding, weight === undefined ? 1 : Number(weight)];
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
