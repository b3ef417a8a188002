/**
 * 文本内容安全识别 of the WeChat stand-in, version 2: every text passes unless a test or demo has told it what to find. It judges
 * only users who opened the mini-program within two hours; here that is everybody who wasn't sent away.
 */
import * as z from 'zod';

export type Suggestion = 'pass' | 'review' | 'risky';

const MAX_CHARACTERS = 2500;
const Request = z.object({
  version: z.literal(2),
  scene: z.int(),
  openid: z.string(),
  content: z.string().min(1),
  title: z.string().optional(),
  nickname: z.string().optional(),
});

/** An `errcode` of the documentation, or the body of a success. */
export type ContentAnswer = { readonly errcode: number } | { readonly body: Record<string, unknown> };

/** What was asked, so that a test can see what left the house. */
export interface AskedContent {
  readonly openid: string;
  readonly title: string | undefined;
  readonly content: string;
}

export class WechatContent {
  readonly #verdicts: { words: string; suggest: Suggestion; label: number }[] = [];
  readonly #away = new Set<string>();
  readonly #asked: AskedContent[] = [];

  /** A text with these words is answered so (20001 时政, 20006 违法犯罪, 21000 其他), until what this returns is called. */
  judge(words: string, suggest: Suggestion, label: number): () => void {
    const verdict = { words, suggest, label };
    this.#verdicts.unshift(verdict);
    return () => this.#verdicts.splice(this.#verdicts.indexOf(verdict), 1);
  }

  /** As if this user had not opened the mini-program for two hours. */
  sendAway(openid: string): void {
    this.#away.add(openid);
  }

  asked(): readonly AskedContent[] {
    return this.#asked;
  }

  check(message: unknown, knows: (openid: string) => boolean): ContentAnswer {
    const request = Request.safeParse(message);
    if (!request.success) return { errcode: 47001 };
    const { openid, title, content, scene } = request.data;
    if (!knows(openid)) return { errcode: 40003 };
    if (scene < 1 || scene > 4) return { errcode: 40129 };
    if ([...content].length > MAX_CHARACTERS) return { errcode: 45002 };
    if (this.#away.has(openid)) return { errcode: 61010 };
    this.#asked.push({ openid, title, content });
    const { suggest, label } = this.#verdicts.find(({ words }) => `${title ?? ''}\n${content}`.includes(words)) ?? {
      suggest: 'pass',
      label: 100,
    };
    const strategy = { strategy: 'content_model', errcode: 0, suggest, label, prob: 90 };
    const trace_id = `${this.#asked.length.toString(16).padStart(8, '0')}-0-0`;
    return { body: { errcode: 0, errmsg: 'ok', trace_id, result: { suggest, label }, detail: [strategy] } };
  }
}
