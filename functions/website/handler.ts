/** 网站渠道: the government website's message board (留言板). */
import { api } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { signedBody } from '#functions/shared/signed-intake.ts';
import { WebsiteRequest } from '#schemas/intake.ts';

export const handler = api({
  'POST /channels/website/requests': async (request) =>
    intake({ channel: 'website', body: await signedBody(request, 'WEBSITE_SECRET', WebsiteRequest) }),
});
