/** 网站渠道: the government website's message board (留言板). */
import { boardSubmission, POLL_REF_PREFIX, withoutMarkup } from '#functions/shared/board/message-text.ts';
import { api } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { signedBody } from '#functions/shared/signed-intake.ts';
import { WebsiteRequest } from '#schemas/intake.ts';

/** A push under a polled message's name would take its place. */
const Message = WebsiteRequest.refine(({ channelRef }) => !channelRef.startsWith(POLL_REF_PREFIX), {
  path: ['channelRef'],
  error: `must not begin with ${POLL_REF_PREFIX}, which is kept for messages that Jieban fetches`,
});

export const handler = api({
  'POST /channels/website/requests': async (request) =>
    intake(boardSubmission(await signedBody(request, 'WEBSITE_SECRET', Message, withoutMarkup))),
});
