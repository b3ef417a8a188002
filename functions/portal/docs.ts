/**
 * 接口说明: the OpenAPI document in Swagger UI, all of it served from here. A government network often reaches no CDN, and
 * who reads the contract is nobody else's business.
 */
import { asset } from '#functions/adapters/assets.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { staticFile, staticPage } from '#functions/shared/static-files.ts';
import files from './assets.json' with { type: 'json' };

/** Swagger UI draws its icons from `data:` pictures and needs no inline style; nothing here may call another host. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export const docsPage = (request: Pick<Request, 'path'>): Reply => staticPage(request, page, POLICY);

export const docsFile = (request: Pick<Request, 'params' | 'query' | 'headers'>): Reply => staticFile(files, request);

const link = (file: keyof typeof files): string => `docs/${file}?v=${asset(file).version}`;

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
