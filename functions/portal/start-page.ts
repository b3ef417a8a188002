/** The start page: what runs here, and how to send a first request. Static, without scripts, in Chinese and English. */
import type { District } from '#schemas/district.ts';

const ways: readonly (readonly [path: string, chinese: string, english: string])[] = [
  ['POST /channels/phone/requests', '12345 热线工单', 'ticket form of the call centre, signed'],
  ['POST /channels/wechat/sessions', '微信小程序登录', 'mini-program login'],
  ['POST /channels/wechat/requests', '微信小程序诉求', 'mini-program form, with its session'],
  ['GET · POST /channels/wechat/messages', '微信消息推送', 'message push of the WeChat platform'],
  ['POST /channels/phone/vendors/{vendor}', '呼叫中心厂商推送', "call centre vendors' own pushes"],
  ['POST /channels/website/requests', '网站留言', 'message board, signed'],
  ['GET /tickets/{ticketNo}', '进度查询（请求头 X-Query-Code）', 'public status, with the query code in a header'],
  ['POST /tickets/{ticketNo}/rating', '满意度评价', 'the citizen rates the answer'],
  ['POST /tickets/{ticketNo}/urge · append · withdraw', '催办、补充、撤单', 'hurry, one thing more, never mind'],
  ['GET /departments/{departmentId}/tickets', '承办单位待办清单', 'work list of a department, signed'],
  ['POST /departments/{departmentId}/tickets/{ticketNo}/commands', '承办单位操作', 'sign, accept, reply …'],
  ['GET /hotline/tickets', '热线办工单列表', 'tickets of the hotline, bearer token'],
  ['POST /hotline/tickets/{ticketNo}/commands', '热线办操作', 'assign, review, close …'],
];

const firstRequest = `SECRET='whsec_…'          # 电话渠道密钥 · the phone channel's secret
URL='http://127.0.0.1:3000'
BODY='{"channelRef":"TRY-0001","kind":"consult","title":"咨询办事材料","content":"请问需要准备哪些材料？","call":{"callId":"try-0001"}}'
ID="msg_try1"; NOW="$(date +%s)"
KEY="$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \\n')"
SIGNATURE="$(printf %s "$ID.$NOW.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)"
curl -i "$URL/channels/phone/requests" -H 'content-type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$SIGNATURE" -d "$BODY"`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function startPage({ name }: Pick<District, 'name'>): string {
  const rows = ways
    .map(([path, chinese, english]) => `<tr><td><code>${escapeHtml(path)}</code><td>${chinese}<td lang="en">${english}`)
    .join('\n');
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>接办 Jieban · ${escapeHtml(name)}</title>
<style>
  body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733; }
  h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.15rem; margin-top: 2rem }
  table { border-collapse: collapse; width: 100% } td { padding: .3rem .8rem .3rem 0; border-top: 1px solid #d8dee6; vertical-align: top }
  code, pre { font: 14px/1.5 ui-monospace, Consolas, monospace } pre { background: #f4f6f8; padding: 1rem; overflow-x: auto }
  p[lang=en], td[lang=en] { color: #566473 }
</style>
<h1>接办 Jieban</h1>
<p>${escapeHtml(name)} · 多向接办件、唯一承办单位、限时办结、多向反馈</p>
<p lang="en">Takes citizens' requests in from phone, WeChat and website, gives each exactly one owner, runs its clocks until it
is closed, and brings the answer back through the channel it came from.</p>
<h2>接口 · Interfaces</h2>
<table>
${rows}
</table>
<p>完整接口说明 · Full description: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
<h2>第一个请求 · A first request</h2>
<p>本机试用：<code>npm run send -- phone examples/phone.json</code>（自动读取密钥并签名）；自行签名见下。</p>
<p lang="en">On your own machine: <code>npm run send -- phone examples/phone.json</code> finds the secret and signs. By hand:</p>
<pre>${escapeHtml(firstRequest)}</pre>
<p>回执里的 <code>ticketNo</code> 与 <code>queryCode</code> 用于查询进度；同一 <code>channelRef</code> 重发得到同样的回执。</p>
<p lang="en">The answer's <code>ticketNo</code> and <code>queryCode</code> show the progress; the same <code>channelRef</code> again
gets the same answer.</p>
</html>
`;
}
