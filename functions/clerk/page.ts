/**
 * The page itself: a frame of HTML that is the same for everybody; its script fills it. It calls this origin only, runs no
 * inline script, and makes no markup of text (trusted types), so that nothing a citizen wrote can become code.
 */
import { asset } from '#functions/adapters/assets.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { staticPage } from '#functions/shared/static-files.ts';
import type { District } from '#schemas/district.ts';
import type files from './assets.json';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'none'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

export const clerkPage = (request: Pick<Request, 'path'>, { name, channels }: District): Reply =>
  staticPage(request, () => html(name, channels.phone.hotline), POLICY);

const link = (file: keyof typeof files): string => `clerk/${file}?v=${asset(file).version}`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const html = (district: string, hotline: string): string => `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<meta name="robots" content="noindex">
<title>工单办理 · ${escapeHtml(district)}${escapeHtml(hotline)}热线</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${link('page.css')}">
<header class="bar">
<div class="inner">
<p class="brand">${escapeHtml(district)}${escapeHtml(hotline)}热线</p>
<h1>承办单位工单办理</h1>
</div>
</header>
<main>
<noscript><p class="notice notice-bad">办理页面需要浏览器的脚本功能。请换用手机自带的浏览器打开，或致电 ${escapeHtml(hotline)}。</p></noscript>
<div id="alert" role="alert" tabindex="-1"></div>
<div id="done" role="status" tabindex="-1"></div>
<form id="enter" class="card enter" hidden novalidate>
<h2>输入办理码</h2>
<p id="code-help">办理码在热线办发来的短信里，共 20 位字母和数字，大小写、空格都不影响。</p>
<label for="code">办理码</label>
<input id="code" class="code" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="40" aria-describedby="code-help code-count" required>
<p id="code-count" class="count">已输入 0 / 20 位</p>
<button class="button primary" type="submit">打开工单</button>
</form>
<p id="loading" class="loading" role="status" hidden>正在打开工单…</p>
<div id="task" hidden></div>
</main>
<footer>
<p class="inner">办理码只用于这一件工单，请勿转发给无关人员。疑问请致电 ${escapeHtml(hotline)}。</p>
</footer>
<script src="${link('page.js')}"></script>
</html>
`;
