/** 电话渠道: the call centre's ticket form, and what its platform pushes. A call record alone is no request; the form is. */
import { api } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { signedBody } from '#functions/shared/signed-intake.ts';
import { PhoneRequest } from '#schemas/intake.ts';
import { completed, vendorPush } from './vendors/dispatch.ts';
import { MISSED_REF_PREFIX } from './vendors/missed-call.ts';

/** A form under a missed call's name would take the place of its task. */
const Form = PhoneRequest.refine(({ channelRef }) => !channelRef.startsWith(MISSED_REF_PREFIX), {
  path: ['channelRef'],
  error: `must not begin with ${MISSED_REF_PREFIX}, which is kept for missed calls`,
});

export const handler = api({
  'POST /channels/phone/requests': async (request) =>
    intake({ channel: 'phone', body: await completed(await signedBody(request, 'PHONE_SECRET', Form)) }),
  'POST /channels/phone/vendors/{vendor}': vendorPush,
});
