/**
 * What a unit reads of a citizen's words: as they were said, or, where it must not learn who asked (保密、匿名), without whatever
 * tells it.
 */
import type { LinkedAttachment } from '#schemas/attachment.ts';
import type { CallbackData } from '#schemas/callback.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { MaskedRequest, Ticket, TicketText } from '#schemas/ticket.ts';
import type { Names } from './callback.ts';
import { discreetCopy, discreetText, identityOf } from './discretion.ts';

export type RequestText = Extract<TicketText, { kind: 'request' }>;
/** With an address for each attachment. */
export type ReadableRequest = Omit<RequestText, 'attachments'> & { readonly attachments: readonly LinkedAttachment[] };

export interface Addition {
  readonly at: string;
  readonly text: string;
  readonly attachments: readonly LinkedAttachment[];
}

export const isDiscreet = ({ flags }: Ticket): boolean => flags.confidential || flags.anonymous;

export function requestOf(
  request: ReadableRequest,
  { ticket, caller }: { readonly ticket: Ticket; readonly caller?: CallerRecord | undefined },
  names: Names,
): NonNullable<CallbackData['request']> {
  const townCode = ticket.townCode ?? request.place?.townCode;
  const { lat, lng, crs } = request.place ?? {};
  const { title, content, placeText, attachmentNames = [] } = wordsOf(request, ticket, caller);
  return {
    title,
    content,
    place: defined({
      text: placeText,
      townCode,
      town: townCode === undefined ? undefined : names.town(townCode),
      lat,
      lng,
      crs,
    }),
    ...(request.occurredAt === undefined ? {} : { occurredAt: request.occurredAt }),
    attachments: request.attachments.map((one, index) => linked({ ...one, name: attachmentNames[index] ?? one.name })),
  };
}

export const additionOf = (
  { at, text, attachments }: Addition,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): NonNullable<CallbackData['additions']>[number] => ({
  at,
  text: addedWords(text, ticket, caller),
  attachments: attachments.map((one) => linked({ ...one, name: addedWords(one.name, ticket, caller) })),
});

/** Stands where words were of somebody whose name nobody knows any more, so that it can't be taken out of them. */
export const WITHHELD = '(诉求人身份已清除，内容不再提供)';

/** 保密, and the caller was erased (清除): every request has a caller's row until then. */
const isUnmaskable = ({ flags }: Ticket, caller: CallerRecord | undefined): boolean =>
  flags.confidential && caller === undefined;

/** What the department may read of the words of an addition, or of the name of an attachment that came with it. */
export const addedWords = (words: string, ticket: Ticket, caller: CallerRecord | undefined): string => {
  if (isUnmaskable(ticket, caller)) return WITHHELD;
  return isDiscreet(ticket) ? discreetText(words, identityOf(caller)) : words;
};

const linked = ({
  name,
  url,
  sha256,
}: LinkedAttachment): NonNullable<CallbackData['request']>['attachments'][number] => ({
  name,
  url,
  ...(sha256 === undefined ? {} : { sha256 }),
});

/** What the department may know the attachments by, in their order. */
export const attachmentNames = (
  request: RequestText,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): readonly string[] => wordsOf(request, ticket, caller).attachmentNames ?? request.attachments.map(({ name }) => name);

/** The caller's own words, or the copy without the caller; a text that has none (a part that was split off) is masked here. */
function wordsOf(
  request: RequestText | ReadableRequest,
  ticket: Ticket,
  caller: CallerRecord | undefined,
): MaskedRequest {
  if (!isDiscreet(ticket)) return request;
  if (request.masked !== undefined) return request.masked;
  const attachmentNames = request.attachments.map(({ name }) => name);
  if (isUnmaskable(ticket, caller)) {
    return { title: WITHHELD, content: WITHHELD, attachmentNames: attachmentNames.map(() => WITHHELD) };
  }
  return discreetCopy({ ...request, attachmentNames }, identityOf(caller));
}

/** Without its undefined members: JSON has no such thing. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
