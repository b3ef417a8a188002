/** 门户: the contract for programs and for readers, a start page, and the privacy notices of the channels. */
import { district } from '#functions/adapters/district.ts';
import { api } from '#functions/shared/http.ts';
import { openApi } from '#schemas/openapi.ts';
import { requestCounts } from './counts.ts';
import { docsFile, docsPage } from './docs.ts';
import { privacyNotice } from './privacy.ts';
import { startPage } from './start-page.ts';

export const handler = api({
  'GET /openapi.json': async () => ({
    status: 200,
    body: document(),
    headers: { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' },
  }),

  'GET /docs': async (request) => docsPage(request),

  'GET /docs/{file}': async (request) => docsFile(request),

  'GET /privacy/{channel}': async ({ params }) => privacyNotice(params.channel, district()),

  'GET /': async () => ({
    status: 200,
    body: startPage(district(), await requestCounts()),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // The counts are kept for some seconds here already.
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    },
  }),
});

let made: string | undefined;

/** Made once per container: it depends on the code only. */
function document(): string {
  made ??= JSON.stringify(openApi());
  return made;
}
