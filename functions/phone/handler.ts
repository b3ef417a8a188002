/** 电话渠道: the call centre's ticket form, and what its platform pushes. A call record alone is no request; the form is. */
import { api } from '#functions/shared/http.ts';
import { signedBody } from '#functions/shared/signed-intake.ts';
import { PhoneRequest } from '#schemas/intake.ts';
import { RECORDING_REF_PREFIX } from './vendors/calls.ts';
import { takeForm, vendorPush } from './vendors/dispatch.ts';
import { MISSED_REF_PREFIX } from './vendors/missed-call.ts';

/** A form under a missed call's or a recording's name would take its place. */
const OURS = [MISSED_REF_PREFIX, RECORDING_REF_PREFIX];
const Form = PhoneRequest.refine(({ channelRef }) => !OURS.some((prefix) => channelRef.startsWith(prefix)), {
  path: ['channelRef'],
  error: `must not begin with ${OURS.join(' or ')}, which are kept for what the telephone system pushes`,
});

export const handler = api({
  'POST /channels/phone/requests': async (request) => takeForm(await signedBody(request, 'PHONE_SECRET', Form)),
  'POST /channels/phone/vendors/{vendor}': vendorPush,
});
