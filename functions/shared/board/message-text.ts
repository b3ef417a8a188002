/**
 * 留言正文净化: the fields of a board's message that people wrote, as text. A board stores what its editor made, so a push is
 * cleaned before it is judged; its shape stays as strict as that of every channel.
 */
import type { WebsiteRequest } from '#schemas/intake.ts';
import type { Submission } from '../intake-request.ts';
import { lineOf, textOf } from './html-text.ts';

/** Of the `channelRef` of every polled message: no board's own reference may be mistaken for one. */
export const POLL_REF_PREFIX = 'poll:';

/** In the place of a text that was nothing but markup: the message is a request all the same. */
export const NO_WORDS = '（留言没有文字）';
const NO_NAME = '附件';

/** What became of one text: the same when it isn't a string, so that the schema can say so. */
type Cleaning = (value: unknown) => unknown;

/** '' stays '': that is for the schema to refuse. */
const orElse =
  (read: (markup: string) => string, otherwise: string | undefined): Cleaning =>
  (value) => {
    if (typeof value !== 'string' || value.trim() === '') return value;
    return read(value) || otherwise;
  };
const FIELDS: Readonly<Record<string, Cleaning>> = {
  title: orElse(lineOf, NO_WORDS),
  content: orElse(textOf, NO_WORDS),
  caller: each({ name: orElse(lineOf, undefined), enterprise: each({ name: orElse(lineOf, undefined) }) }),
  place: each({ text: orElse(lineOf, undefined) }),
  board: each({ department: orElse(lineOf, undefined), category: orElse(lineOf, undefined) }),
  attachments: (value) => (Array.isArray(value) ? value.map(each({ name: orElse(lineOf, NO_NAME) })) : value),
};

function each(fields: Readonly<Record<string, Cleaning>>): Cleaning {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, given]) => {
        const clean = Object.hasOwn(fields, name) ? fields[name] : undefined;
        const cleaned = clean === undefined ? given : clean(given);
        return cleaned === undefined ? [] : [[name, cleaned]];
      }),
    );
  };
}

/** A pushed body, not judged yet. An optional text of markup alone is left out. */
export const withoutMarkup: Cleaning = each(FIELDS);

/**
 * What a website hands to intake. `board.anonymous` (匿名发布) keeps the writer from departments and neighbours, not from the
 * hotline that has to reach them: that is 保密 here. 匿名 (`caller.anonymous`) leaves no identity at all.
 */
export function boardSubmission(body: WebsiteRequest): Submission {
  if (body.board.anonymous !== true) return { channel: 'website', body };
  return { channel: 'website', body: { ...body, caller: { ...body.caller, confidential: true } } };
}
