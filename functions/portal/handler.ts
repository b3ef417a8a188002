/** 门户: the contract for programs, a start page for people. */
import { district } from '#functions/adapters/district.ts';
import { api } from '#functions/shared/http.ts';
import { openApi } from '#schemas/openapi.ts';
import { startPage } from './start-page.ts';

export const handler = api({
  'GET /openapi.json': async () => ({
    status: 200,
    body: document(),
    headers: { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' },
  }),

  'GET /': async () => ({
    status: 200,
    body: startPage(district()),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    },
  }),
});

let made: string | undefined;

/** Made once per container: it depends on the code only. */
function document(): string {
  made ??= JSON.stringify(openApi());
  return made;
}
