/**
 * 接口说明: the OpenAPI document in Swagger UI, all of it served from here. A government network often reaches no CDN, and
 * who reads the contract is nobody else's business.
 */
import { gunzipSync } from 'node:zlib';
import { asset } from '#functions/adapters/assets.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import files from './assets.json' with { type: 'json' };

type FileName = keyof typeof files;
const isFile = (name: string | undefined): name is FileName => name !== undefined && Object.hasOwn(files, name);

const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', txt: 'text/plain' };
const typeOf = (name: FileName): string => `${TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain'}; charset=utf-8`;

/** Swagger UI draws its icons from `data:` pictures and needs no inline style; nothing here may call another host. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** With the version in its address a file never changes; an address without it, or with an old one, is asked for again. */
const FOREVER = 'public, max-age=31536000, immutable';
const MINUTES = 'public, max-age=300';

/** The links are relative to `/docs` under whatever stage or base path; under `/docs/` they would lead astray. */
export function docsPage({ path }: Pick<Request, 'path'>): Reply {
  if (path.endsWith('/'))
    return { status: 308, body: '', headers: { 'content-type': 'text/plain', location: '../docs' } };
  return {
    status: 200,
    body: page(),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': MINUTES,
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    },
  };
}

export function docsFile({ params, query, headers }: Pick<Request, 'params' | 'query' | 'headers'>): Reply {
  const { file } = params;
  if (!isFile(file)) throw new ProblemError('notFound');
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

const link = (file: FileName): string => `docs/${file}?v=${asset(file).version}`;

const page = (): string => `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>接办 Jieban · 接口说明</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${link('swagger-ui.css')}">
<noscript>接口说明的原文 · The document itself: <a href="openapi.json">openapi.json</a></noscript>
<main id="docs"></main>
<script src="${link('swagger-ui-bundle.js')}"></script>
<script src="${link('start.js')}"></script>
</html>
`;
