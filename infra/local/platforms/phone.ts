/**
 * A stand-in for the call centre's outbound interface (外呼/短信). There is no common standard for it, so this file is the
 * contract that a call centre's bridge implements:
 *
 * `POST /notices`, signed by Standard Webhooks, `webhook-id` = `noticeId` = idempotency key
 * `{"noticeId","kind":"sms"|"call","phone","template","params":{…short strings}}`; which templates with which parameters
 * stands in the district's `feedback.json`
 *
 * - 200 `{"accepted":true,"noticeId"}`; a replay answers the same and sends nothing again
 * - 401 the signature is missing, wrong or older than five minutes
 * - 422 no such template, or a parameter that an SMS template (短信模板) can't take: empty, over 20 characters, or a URL
 * - 429 with `retry-after` when the line is busy
 */
import * as z from 'zod';
import { type Answer, type Exchange, Faults, jsonOf, type Route, signedByOneOf } from './http.ts';

const PARAM_CHARACTERS = 20;
const NO_URL = /https?:|www\.|:\/\/|\.(cn|com|net|org)\b/i;

const Param = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => [...text].length <= PARAM_CHARACTERS, `at most ${PARAM_CHARACTERS} characters`)
  .refine((text) => !NO_URL.test(text), 'a template takes no URL');

export const PhoneNotice = z.strictObject({
  noticeId: z.string().regex(/^[\w:#-]{1,128}$/, 'letters, digits and _ : # - only'),
  kind: z.enum(['sms', 'call']),
  phone: z.string().regex(/^\+?\d{5,20}$/, 'digits with an optional leading plus'),
  template: z.string().regex(/^[\w-]{1,64}$/),
  params: z.record(z.string(), Param).refine((params) => Object.keys(params).length <= 8, 'at most 8 parameters'),
});
export type PhoneNotice = z.infer<typeof PhoneNotice>;

export class PhonePlatform {
  readonly #keys: readonly string[];
  readonly #templates: ReadonlySet<string>;
  readonly #faults = new Faults<number>();
  readonly #notices = new Map<string, PhoneNotice & { at: number }>();
  #replays = 0;

  readonly #sent: (notice: PhoneNotice) => void;

  /** `templates`: those that the carrier has reviewed; `sent` hears of each message once. */
  constructor(keys: readonly string[], templates: readonly string[], sent: (notice: PhoneNotice) => void = () => {}) {
    this.#sent = sent;
    this.#keys = keys;
    this.#templates = new Set(templates);
  }

  /** Messages and calls that went out so far, each once, oldest first. */
  received(): readonly (PhoneNotice & { at: number })[] {
    return [...this.#notices.values()];
  }

  /** How many replays were answered without sending again. */
  replays(): number {
    return this.#replays;
  }

  /** Makes the next requests answer this HTTP status (429 and 503 carry `retry-after: 1`). */
  failNext(times: number, status: number): void {
    this.#faults.failNext(times, status);
  }

  routes(): Route[] {
    return [{ method: 'POST', path: /^\/notices$/, handle: (exchange) => this.#notify(exchange) }];
  }

  #notify(exchange: Exchange): Answer {
    const fault = this.#faults.take();
    if (fault !== undefined) {
      const headers: Record<string, string> = fault === 429 || fault === 503 ? { 'retry-after': '1' } : {};
      return { status: fault, body: { accepted: false, error: 'provoked' }, headers };
    }
    if (!signedByOneOf(this.#keys, exchange)) return { status: 401, body: { accepted: false, error: 'bad signature' } };
    const notice = PhoneNotice.safeParse(jsonOf(exchange.raw));
    if (!notice.success) {
      const errors = notice.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
      return { status: 422, body: { accepted: false, error: 'invalid notice', errors } };
    }
    const { noticeId, template } = notice.data;
    if (!this.#templates.has(template)) {
      const errors = [{ field: 'template', message: 'no such template' }];
      return { status: 422, body: { accepted: false, error: 'invalid notice', errors } };
    }
    if (exchange.headers['webhook-id'] !== noticeId) {
      const errors = [{ field: 'noticeId', message: 'must equal webhook-id' }];
      return { status: 422, body: { accepted: false, error: 'invalid notice', errors } };
    }
    if (this.#notices.has(noticeId)) this.#replays += 1;
    else {
      this.#notices.set(noticeId, { ...notice.data, at: Date.now() });
      this.#sent(notice.data);
    }
    return { status: 200, body: { accepted: true, noticeId } };
  }
}
