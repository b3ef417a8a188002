/**
 * 隐私告知 (个人信息保护法 Art. 17): what a citizen is told before anything is taken in, per channel. The mini-program and
 * the message board show it, the seat or the voice menu reads it out; its words and terms are the district's.
 */
import { createHash } from 'node:crypto';
import { keptInChinese } from '#domain/retention/term.ts';
import type { Reply } from '#functions/shared/http.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import type { PrivacyNotice } from '#schemas/citizen.ts';
import { Channel } from '#schemas/common.ts';
import type { District } from '#schemas/district.ts';

/** `version` changes with the words, so that a client knows when to show them again. */
export function privacyNotice(
  name: string | undefined,
  { texts, retention }: Pick<District, 'retention' | 'texts'>,
): Reply {
  const channel = Channel.safeParse(name);
  if (!channel.success) throw new ProblemError('notFound');
  const text = [...texts.privacy[channel.data], keptInChinese(retention)].join('\n');
  const version = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const body: PrivacyNotice = { channel: channel.data, text, version };
  return {
    status: 200,
    body,
    // A message board asks from its own page, so from another origin.
    headers: { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' },
  };
}
