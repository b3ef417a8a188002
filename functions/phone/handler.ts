/** 电话渠道: the call centre's ticket form. A call record alone is no request; the seat's form is. */
import { api } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { signedBody } from '#functions/shared/signed-intake.ts';
import { PhoneRequest } from '#schemas/intake.ts';

export const handler = api({
  'POST /channels/phone/requests': async (request) =>
    intake({ channel: 'phone', body: await signedBody(request, 'PHONE_SECRET', PhoneRequest) }),
});
