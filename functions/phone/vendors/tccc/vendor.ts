/** 腾讯云联络中心 (TCCC): pushes a call's record (`cdr`) and its recordings (`record`), up to three times each. */
import type { Request } from '#functions/shared/http.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { TcccCdr, TcccRecording } from '#schemas/phone-vendors.ts';
import { type BasicDoor, basicDoor, requireBasic } from '../basic-auth.ts';
import { readPush } from '../read-push.ts';
import type { PhoneVendor } from '../vendor.ts';
import { cdrNews, recordingNews } from './map.ts';

type TcccPush = { readonly pushId: string | undefined } & (
  | { readonly action: 'cdr'; readonly cdr: TcccCdr }
  | { readonly action: 'record'; readonly recording: TcccRecording }
);

export const tccc: PhoneVendor<BasicDoor, TcccPush> = {
  name: 'tccc',
  credentials: (secrets) => basicDoor(secrets.tccc),
  authenticate: async (request, door) => requireBasic(request, door),
  parse,
  map: (push) => ({
    calls: [push.action === 'cdr' ? cdrNews(push.cdr, push.pushId) : recordingNews(push.recording, push.pushId)],
    counts: [],
  }),
  acknowledgement: { ErrCode: 0, ErrMsg: '' },
};

/** Other actions and versions are refused, not swallowed: whoever switches them on must see that nobody reads them. */
function parse(request: Request): TcccPush {
  const { action, version = '1' } = request.query;
  const pushId = pushIdOf(request);
  if (version === '1' && action === 'cdr') return { action, pushId, cdr: parseBody(TcccCdr, readPush(request)) };
  if (version === '1' && action === 'record') {
    return { action, pushId, recording: parseBody(TcccRecording, readPush(request)) };
  }
  throw new ProblemError('bodyInvalid', {
    errors: [{ pointer: '', detail: 'the query must be action=cdr or action=record, with version=1' }],
  });
}

/** Merging alone makes a replay harmless, so an id of another shape is left aside and not refused. */
function pushIdOf({ headers }: Request): string | undefined {
  const id = headers['x-tccc-push-uuid'];
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}
