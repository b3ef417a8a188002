/**
 * 保存期限: how long what is held about a person is kept once a request has ended, as a district writes it in `retention.json`.
 * Each term names where it comes from. Terms that a law sets are refused when shorter.
 */
import * as z from 'zod';

/** Calendar years, or days of 24 hours; no other unit, so that nobody has to ask how long a month is. */
export const Term = z.union(
  [z.strictObject({ years: z.int().min(1).max(30) }), z.strictObject({ days: z.int().min(1).max(11_000) })],
  '写成 {"years": 3} 或 {"days": 180}',
);
export type Term = z.infer<typeof Term>;

/** Three calendar years have 1,096 days at most. */
const atLeastThreeYears = (term: Term): boolean => ('years' in term ? term.years >= 3 : term.days >= 1096);
/** A leap day is shared by four years; close enough to say which of two terms is longer. */
const inDays = (term: Term): number => ('years' in term ? term.years * 365.25 : term.days);

const Rule = z.strictObject({ keep: Term, source: z.string().trim().min(1) });

/**
 * What is erased, in the order in which it is: an erasure that was cut off in the middle must still find what is left. `identity`
 * 身份: name, number, openid, and what finds a caller's requests. `attachments` 附件: files, links to files and recordings.
 * `words` 内容: what anybody wrote. `records` 提供记录: who was given the data and who looked, corrected or erased.
 */
export const ErasableKind = z.enum(['identity', 'attachments', 'words', 'records']);
export type ErasableKind = z.infer<typeof ErasableKind>;

export const RetentionRules = z
  .strictObject({
    identity: Rule,
    attachments: Rule,
    words: Rule,
    records: Rule.refine(({ keep }) => atLeastThreeYears(keep), {
      path: ['keep'],
      error: '提供个人信息的记录至少保存三年(《网络数据安全管理条例》第十二条)',
    }),
  })
  .refine(({ attachments, words }) => inDays(attachments.keep) <= inDays(words.keep), {
    path: ['attachments', 'keep'],
    error: '附件记在内容里,不能比内容保存得更久',
  });
export type RetentionRules = z.infer<typeof RetentionRules>;
