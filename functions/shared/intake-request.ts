/**
 * From a channel's body to the two halves that part here for good: the request without identity (receipt, queue, ticket)
 * and the caller (own table, own key).
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { discreetCopy } from '#domain/delivery/discretion.ts';
import type { KeptAttachment } from '#schemas/attachment.ts';
import type {
  Call,
  CallerRecord,
  IntakeRequest,
  PhoneRequest,
  WebsiteRequest,
  WechatRequest,
} from '#schemas/intake.ts';
import type { MaskedRequest } from '#schemas/ticket.ts';
import { ProblemError } from './problem.ts';

/** A parsed body and who vouches for it; `openid` and `phone` (E.164) come from a mini-program's session. */
export type Submission =
  | { readonly channel: 'phone'; readonly body: PhoneRequest; readonly openid?: undefined }
  | { readonly channel: 'website'; readonly body: WebsiteRequest; readonly openid?: undefined }
  | {
      readonly channel: 'wechat';
      readonly body: WechatRequest;
      readonly openid: string;
      readonly phone?: string;
      readonly keep?: KeepAttachments;
    };

/** Judges uploads and moves them to where they stay, under a folder of the request's own; links stay as they are. */
export type KeepAttachments = (
  attachments: NonNullable<WechatRequest['attachments']>,
  folder: string,
) => Promise<KeptAttachment[]>;

/** Decimals of a degree that are kept: 1 cm. More is noise, and tiny exponents don't fit the database's numbers. */
const DEGREE_DECIMALS = 7;

const phoneOfSession = (submission: Submission): string | undefined =>
  submission.channel === 'wechat' ? submission.phone : undefined;

const isAnonymous = ({ body }: Submission): boolean => body.caller?.anonymous === true;

/** 标准化诉求. The call keeps its numbers of record, and loses whoever spoke: caller, callee and the agent's name. */
export function toIntakeRequest(
  submission: Submission,
  made: Pick<
    IntakeRequest,
    'ticketNo' | 'receivedAt' | 'callerToken' | 'queryKeyId' | 'danger' | 'attachments' | 'callerHash'
  >,
): IntakeRequest {
  const { caller, place, attachments: _, ...rest } = submission.body;
  const confidential = caller?.confidential === true;
  const { call, board, ...request }: typeof rest & { call?: Call; board?: WebsiteRequest['board'] } = rest;
  return {
    ...request,
    ...made,
    schema: 1,
    channel: submission.channel,
    anonymous: isAnonymous(submission),
    confidential,
    enterprise: caller?.enterprise !== undefined,
    ...(place === undefined ? {} : { place: roundedPlace(place) }),
    ...(call === undefined ? {} : { call: withoutSpeakers(call) }),
    ...(board === undefined ? {} : { board }),
    ...(confidential || isAnonymous(submission) ? { masked: maskedCopy(submission) } : {}),
  };
}

/**
 * 附件 as the ticket will keep them.
 * @param folder names the request's place in the store; the same at each try
 * @throws ProblemError 422 at `/attachments/<i>`, 503 `busy` when the store doesn't answer
 */
export async function keptAttachments(submission: Submission, folder: string): Promise<KeptAttachment[] | undefined> {
  const { attachments } = submission.body;
  if (submission.channel === 'wechat' && submission.keep !== undefined && attachments !== undefined) {
    return submission.keep(attachments, folder);
  }
  return attachments?.map((attachment, index) => {
    if ('url' in attachment) return attachment;
    throw new ProblemError('bodyInvalid', {
      errors: [{ pointer: `/attachments/${index}/uploadId`, detail: 'uploads are not taken here' }],
    });
  });
}

/** Only the attachments that are links. */
export function withoutUploads(submission: Submission): Submission {
  const { attachments } = submission.body;
  if (submission.channel !== 'wechat' || attachments === undefined) return submission;
  return { ...submission, body: { ...submission.body, attachments: attachments.filter((one) => 'url' in one) } };
}

/** What the department may read, made while name and number are still at hand; an anonymous caller's are dropped then. */
function maskedCopy(submission: Submission): MaskedRequest {
  const { title, content, place, attachments = [], caller: form } = submission.body;
  const caller = submission.channel === 'wechat' ? undefined : submission.body.caller;
  const dialled = submission.channel === 'phone' ? submission.body.call.caller : phoneOfSession(submission);
  return discreetCopy(
    { title, content, placeText: place?.text, attachmentNames: attachments.map(({ name }) => name) },
    {
      names: caller?.name === undefined ? [] : [caller.name],
      phones: [caller?.phone, dialled].filter((phone) => phone !== undefined).map(asDialledHere),
      enterprise: form?.enterprise,
    },
  );
}

/** With the area code's 0 and without the country's code, as people in China write their own numbers. */
function asDialledHere(text: string): string {
  const number = parsePhoneNumberFromString(text, 'CN');
  if (number?.country !== 'CN') return text;
  return /^1[3-9]/.test(number.nationalNumber) ? number.nationalNumber : `0${number.nationalNumber}`;
}

function roundedPlace(place: NonNullable<IntakeRequest['place']>): NonNullable<IntakeRequest['place']> {
  const { lat, lng } = place;
  if (lat === undefined || lng === undefined) return place;
  return { ...place, lat: Number(lat.toFixed(DEGREE_DECIMALS)), lng: Number(lng.toFixed(DEGREE_DECIMALS)) };
}

function withoutSpeakers(call: Call): NonNullable<IntakeRequest['call']> {
  const { caller: _caller, callee: _callee, agentName: _agentName, ...kept } = call;
  return kept;
}

/**
 * 来电人身份. An anonymous caller leaves nothing behind but the token: no name, number, openid or enterprise, and the
 * number that the telephone system or WeChat saw isn't kept either. Otherwise that number stands in for one not typed.
 * @throws ProblemError 422 at `/caller/phone` for a number that can't be dialled.
 */
export function callerRecord(
  submission: Submission,
  made: { readonly callerToken: string; readonly createdAt: string },
): CallerRecord {
  const { body, openid } = submission;
  const caller = submission.channel === 'wechat' ? undefined : submission.body.caller;
  const given = caller?.phone === undefined ? undefined : diallable(caller.phone);
  if (caller?.phone !== undefined && given === undefined) {
    throw new ProblemError('bodyInvalid', {
      errors: [{ pointer: '/caller/phone', detail: 'not a complete phone number (with its area code)' }],
    });
  }
  const record = { callerToken: made.callerToken, createdAt: made.createdAt };
  if (isAnonymous(submission)) return record;
  const seen =
    submission.channel === 'phone' ? diallable(submission.body.call.caller ?? '') : phoneOfSession(submission);
  const phone = given ?? seen;
  const { enterprise } = body.caller ?? {};
  return {
    ...record,
    ...(caller?.name === undefined ? {} : { name: caller.name }),
    ...(phone === undefined ? {} : { phone }),
    ...(openid === undefined ? {} : { openid }),
    ...(enterprise === undefined ? {} : { enterprise }),
  };
}

/**
 * E.164 of a number as people write it in China, or undefined. The small metadata takes any length that some Chinese
 * number has; a mobile number has eleven digits, and a local number without its area code can't be dialled from here.
 */
export function diallable(text: string): string | undefined {
  const number = parsePhoneNumberFromString(text, 'CN');
  if (number === undefined || !number.isValid()) return undefined;
  if (number.country !== 'CN') return number.number;
  const digits = number.nationalNumber;
  const complete = /^1[3-9]/.test(digits) ? digits.length === 11 : digits.length >= 10;
  return complete ? number.number : undefined;
}
