/** 文本内容安全识别: `POST /wxa/msg_sec_check`, version 2. */
import * as z from 'zod';
import { PlatformBusy } from '#functions/ports/channel-feedback.ts';
import type { CheckContent, ContentVerdict } from '#functions/ports/content-check.ts';
import { secret } from './secrets.ts';
import { classOf } from './wechat-errors.ts';
import { callWithToken } from './wechat-token.ts';

/** 场景: 1 资料, 2 评论, 3 论坛, 4 社交日志. What may later stand on a public board is nearest to a forum. */
const SCENE_FORUM = 3;
const MAX_CHARACTERS = 2500;

const CheckAnswer = z.object({
  errcode: z.int(),
  result: z.object({ suggest: z.enum(['pass', 'review', 'risky']), label: z.number().optional() }).optional(),
});

/** A longer text is asked about piece by piece; the first piece that isn't passed decides. */
export const checkContent: CheckContent = async ({ openid, title, content }) => {
  const account = await secret('WECHAT_SECRET');
  for (const piece of pieces(content)) {
    const verdict = verdictOf(
      await callWithToken(
        account,
        '/wxa/msg_sec_check',
        { version: 2, scene: SCENE_FORUM, openid, title, content: piece },
        CheckAnswer,
      ),
    );
    if (verdict.outcome !== 'passed') return verdict;
  }
  return { outcome: 'passed' };
};

function pieces(content: string): string[] {
  const characters = [...content];
  const count = Math.max(1, Math.ceil(characters.length / MAX_CHARACTERS));
  return Array.from({ length: count }, (_, at) =>
    characters.slice(at * MAX_CHARACTERS, (at + 1) * MAX_CHARACTERS).join(''),
  );
}

function verdictOf({ errcode, result }: z.output<typeof CheckAnswer>): ContentVerdict {
  if (errcode === 0 && result !== undefined) {
    return result.suggest === 'pass'
      ? { outcome: 'passed' }
      : { outcome: 'risky', label: `${result.suggest}:${result.label ?? 'none'}` };
  }
  // No account rights, no recent visit of the user: asking again won't help, and nobody waits for this.
  if (errcode !== 0 && classOf(errcode) !== 'busy') return { outcome: 'unchecked', label: String(errcode) };
  throw new PlatformBusy(`wechatContent:${errcode}`);
}
