/**
 * 留言归一: from a polled message to the canonical request. What can be mended is mended, so that one odd field costs nobody
 * their request; only a message without a usable number can't be taken, because no answer could ever find its way back.
 */
import { fromIso, toShanghai } from '#domain/calendar/shanghai.ts';
import { lineOf, textOf } from '#functions/shared/board/html-text.ts';
import { NO_WORDS, POLL_REF_PREFIX } from '#functions/shared/board/message-text.ts';
import { diallable } from '#functions/shared/intake-request.ts';
import { Attachment, MAX_ATTACHMENTS } from '#schemas/attachment.ts';
import { PolledMessage } from '#schemas/board-page.ts';
import type { Kind } from '#schemas/common.ts';
import { Kind as Kinds } from '#schemas/common.ts';
import { Board, Caller, WebsiteRequest } from '#schemas/intake.ts';

export type Normalised = { readonly request: WebsiteRequest } | { readonly fault: string };

const MAX_TITLE = 100;
const MAX_CONTENT = 10_000;
const MAX_NAME = 50;
const MAX_LABEL = 60;
const MAX_FILE_NAME = 120;
/** A title for a message that has none, of its first words. */
const TITLE_FROM_CONTENT = 30;
const CUT = '\n（原文过长，以下从略，全文见留言板）';

export function requestOf(message: unknown): Normalised {
  const parsed = PolledMessage.safeParse(message);
  if (!parsed.success) return { fault: 'noMessage' };
  const raw: PolledMessage = parsed.data;
  const messageId = written(raw.messageId).trim();
  if (!Board.shape.messageId.safeParse(messageId).success) return { fault: 'messageId' };

  const { attachments, left } = attachmentsOf(raw.attachments);
  const { title, content } = textsOf(raw, left);
  const caller = callerOf(raw);
  const submittedAt = instantOf(raw.submitTime);
  const department = label(raw.department);
  const category = label(raw.category);
  const made = WebsiteRequest.safeParse({
    channelRef: POLL_REF_PREFIX + messageId,
    kind: kindOf(raw),
    title,
    content,
    ...(Object.keys(caller).length === 0 ? {} : { caller }),
    ...(attachments.length === 0 ? {} : { attachments }),
    board: {
      messageId,
      publicConsent: isYes(raw.isPublicConsent),
      ...(submittedAt === undefined ? {} : { submittedAt }),
      ...(department === '' ? {} : { department }),
      ...(category === '' ? {} : { category }),
      ...(isNo(raw.anonymous) ? {} : { anonymous: true }),
    },
  });
  // What is mended above keeps every rule of the schema; should one be missed, its field is named and the message waits.
  return made.success ? { request: made.data } : { fault: `field:${made.error.issues[0]?.path.join('.') ?? ''}` };
}

/** Strings and numbers as text; anything else isn't something that a person wrote. */
const written = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';

/** By UTF-16 units, as the schema counts, and never half a character. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = /[\ud800-\udbff]/.test(text[max - 1] ?? '') ? max - 1 : max;
  return text.slice(0, end).trimEnd();
}

const label = (value: unknown): string => cut(lineOf(written(value)), MAX_LABEL);

function textsOf(raw: PolledMessage, left: number): { title: string; content: string } {
  const headline = lineOf(written(raw.title));
  const body = textOf(written(raw.content));
  const title = cut(headline, MAX_TITLE) || cut(lineOf(body), TITLE_FROM_CONTENT) || NO_WORDS;
  // A headline that doesn't fit goes on in the text.
  const whole = headline.length > MAX_TITLE ? `${headline}\n${body}` : body || headline || NO_WORDS;
  const note = left === 0 ? '' : `\n（另有${left}个附件未能转交，请到留言板查看）`;
  const room = MAX_CONTENT - note.length;
  const content = whole.length <= room ? whole : cut(whole, room - CUT.length) + CUT;
  return { title, content: content + note };
}

/** A name or number that nobody could use is left out: it would cost the request. */
function callerOf(raw: PolledMessage): Caller {
  const name = cut(lineOf(written(raw.name)), MAX_NAME);
  const phone = written(raw.phone).normalize('NFKC').trim();
  const usable = Caller.shape.phone.safeParse(phone).success && diallable(phone) !== undefined;
  return { ...(name === '' ? {} : { name }), ...(usable ? { phone } : {}) };
}

/** `left`: files that no rule of ours lets through; the content says so, because they may be what the message is about. */
function attachmentsOf(value: unknown): { attachments: Attachment[]; left: number } {
  const given = Array.isArray(value) ? value : [];
  const attachments = given.flatMap((file: unknown, place) => {
    const { name, url, bytes, sha256 } =
      typeof file === 'string' ? { url: file } : ((file ?? {}) as Partial<Attachment>);
    const named = cut(lineOf(written(name)), MAX_FILE_NAME) || `附件${place + 1}`;
    const parsed = Attachment.safeParse({ name: named, url });
    if (!parsed.success) return [];
    const details = Attachment.pick({ bytes: true, sha256: true }).safeParse({ bytes, sha256 });
    return [{ ...parsed.data, ...(details.success ? withoutUndefined(details.data) : {}) }];
  });
  const kept = attachments.slice(0, MAX_ATTACHMENTS);
  return { attachments: kept, left: given.length - kept.length };
}

const withoutUndefined = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

/** What boards call the kinds; the first that its label names. A message that says nothing asks for help (求助). */
const KIND_WORDS: readonly (readonly [RegExp, Kind])[] = [
  [/举报/, 'report'],
  [/投诉/, 'complaint'],
  [/咨询|询问/, 'consult'],
  [/建议|建言|献策/, 'suggestion'],
  [/表扬|感谢|点赞/, 'praise'],
];
function kindOf({ kind, category }: PolledMessage): Kind {
  const known = Kinds.safeParse(kind);
  if (known.success) return known.data;
  for (const text of [written(kind), written(category)]) {
    const found = KIND_WORDS.find(([words]) => words.test(text));
    if (found !== undefined) return found[1];
  }
  return 'help';
}

const flag = (value: unknown): string =>
  typeof value === 'boolean' ? String(value) : written(value).trim().toLowerCase();
/** Consent must be said. */
const isYes = (value: unknown): boolean => ['true', '1', 'yes', 'y', '是', '同意'].includes(flag(value));
/** Anonymity must be denied: a value that nobody understands rather hides the writer. */
const isNo = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value !== 'object' && ['', 'false', '0', 'no', 'n', '否'].includes(flag(value)));

const LOCAL = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?$/;
const two = (digits = '0'): string => digits.padStart(2, '0');
/** Years in which a board can have had a message; anything else is seconds taken for milliseconds, or nonsense. */
const OLDEST = fromIso('2000-01-01T00:00:00+08:00');
const NEWEST = fromIso('2100-01-01T00:00:00+08:00');

/** ISO, China's time without an offset, or seconds or milliseconds since 1970; undefined when it is none of these. */
function instantOf(value: unknown): string | undefined {
  const text = written(value).trim();
  const local = LOCAL.exec(text);
  const iso =
    local === null
      ? text
      : `${local[1]}-${two(local[2])}-${two(local[3])}T${two(local[4])}:${local[5]}:${local[6] ?? '00'}+08:00`;
  const epoch = /^\d{10}$/.test(text) ? Number(text) * 1000 : /^\d{13}$/.test(text) ? Number(text) : undefined;
  try {
    const instant = epoch ?? fromIso(iso);
    return instant >= OLDEST && instant < NEWEST ? toShanghai(instant) : undefined;
  } catch {
    // Not a time: the message counts from when it was received.
    return undefined;
  }
}
