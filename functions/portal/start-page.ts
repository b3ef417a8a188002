/**
 * The start page: what runs here, what came in, how to send a first request. Without scripts, in Chinese and English. Its
 * list of routes is the published contract's, so that none is missing.
 */
import type { Channel } from '#schemas/common.ts';
import type { District } from '#schemas/district.ts';
import { tags } from '#schemas/openapi.ts';
import { routes } from '#schemas/openapi-routes.ts';
import type { ChannelCount } from './counts.ts';

const CHANNEL_NAMES: Readonly<Record<Channel, string>> = { phone: '电话', wechat: '微信', website: '网站' };

const firstRequest = `SECRET='whsec_…'          # 电话渠道密钥 · the phone channel's secret
URL='http://127.0.0.1:3000'
BODY='{"channelRef":"TRY-0001","kind":"consult","title":"咨询办事材料","content":"请问需要准备哪些材料？","call":{"callId":"try-0001"}}'
ID="msg_try1"; NOW="$(date +%s)"
KEY="$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')"
SIGNATURE="$(printf %s "$ID.$NOW.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)"
curl -i "$URL/channels/phone/requests" -H 'content-type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$SIGNATURE" -d "$BODY"`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function countRow({ channel, today, yesterday }: ChannelCount): string {
  const cell = (day: string, count: number | undefined) => `<td id="${channel}-${day}">${count ?? '–'}</td>`;
  return `<tr><th scope="row">${CHANNEL_NAMES[channel]} <span lang="en">${channel}</span></th>${cell('today', today)}${cell('yesterday', yesterday)}</tr>`;
}

const routeRows = (): string =>
  tags
    .map(({ name, description }) => {
      const rows = routes
        .filter(({ tag }) => tag === name)
        .map(
          ({ method, path, summary }) =>
            `<tr><td><code>${method.toUpperCase()} ${path}</code></td><td>${escapeHtml(summary)}</td></tr>`,
        );
      const heading = `<tr><th scope="rowgroup" colspan="2">${description} <span lang="en">${name}</span></th></tr>`;
      return `<tbody>\n${[heading, ...rows].join('\n')}\n</tbody>`;
    })
    .join('\n');

export function startPage({ name }: Pick<District, 'name'>, counts: readonly ChannelCount[]): string {
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>接办 Jieban · ${escapeHtml(name)}</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733; }
  h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.15rem; margin-top: 2rem }
  table { border-collapse: collapse } caption { text-align: left; color: #4a5866 }
  td, th { padding: .3rem .8rem .3rem 0; border-top: 1px solid #d8dee6; vertical-align: top; text-align: left; font-weight: normal }
  th[scope=rowgroup], th[scope=col] { font-weight: bold } td[id] { text-align: right; font-variant-numeric: tabular-nums }
  code, pre { font: 14px/1.5 ui-monospace, Consolas, monospace } pre { background: #f4f6f8; padding: 1rem; overflow-x: auto }
  [lang=en] { color: #4a5866 }
</style>
<main>
<h1>接办 Jieban</h1>
<p>${escapeHtml(name)} · 多向接办件、唯一承办单位、限时办结、多向反馈</p>
<p lang="en">Takes citizens' requests in from phone, WeChat and website, gives each exactly one owner, runs its clocks until it
is closed, and brings the answer back through the channel it came from.</p>
<h2>收到的诉求 · What came in</h2>
<table>
<caption>按北京时间计日，“–”为暂时无法统计 · <span lang="en">days of Beijing time; “–”: not counted just now</span></caption>
<thead><tr><th scope="col">渠道 <span lang="en">channel</span></th><th scope="col">今日 <span lang="en">today</span></th><th scope="col">昨日 <span lang="en">yesterday</span></th></tr></thead>
<tbody>
${counts.map(countRow).join('\n')}
</tbody>
</table>
<h2>接口 · Interfaces</h2>
<p><a href="docs">接口说明 · <span lang="en">API description</span></a>　<a href="openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
<table>
${routeRows()}
</table>
<h2>第一个请求 · A first request</h2>
<p>本机试用：<code>npm run send -- phone examples/phone.json</code>（自动读取密钥并签名）；自行签名见下。</p>
<p lang="en">On your own machine: <code>npm run send -- phone examples/phone.json</code> finds the secret and signs. By hand:</p>
<pre>${escapeHtml(firstRequest)}</pre>
<p>回执里的 <code>ticketNo</code> 与 <code>queryCode</code> 用于查询进度；同一 <code>channelRef</code> 重发得到同样的回执。</p>
<p lang="en">The answer's <code>ticketNo</code> and <code>queryCode</code> show the progress; the same <code>channelRef</code> again
gets the same answer.</p>
</main>
</html>
`;
}
