/**
 * A stand-in for a government website's message board (留言板). The contract that a board's bridge implements:
 *
 * `PUT /messages/{messageId}/replies/{version}`, signed by Standard Webhooks
 * `{"messageId","version","ticketNo","state":"accepted"|"answered"|"closed","replyContent"?,"replyDepartment"?,
 *   "replyDate"?,"isPublic"}`
 *
 * - 200 `{"messageId","version"}`; the same version with the same content answers the same again
 * - 401 the signature is missing, wrong or older than five minutes
 * - 409 `conflict`: this version was stored with other content; `stale`: a newer version is stored already
 * - 422 the body breaks the contract or names another message or version than the path
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Answer, type Exchange, Faults, jsonOf, type Route, signedByOneOf } from './http.ts';

export const BoardReply = z
  .strictObject({
    messageId: z.string().regex(/^[\w.-]{1,64}$/),
    version: z.int().min(1),
    ticketNo: z.string(),
    state: z.enum(['accepted', 'answered', 'closed']),
    replyContent: z.string().min(1).max(2000).optional(),
    replyDepartment: z.string().min(1).max(60).optional(),
    replyDate: z.string().min(1).max(40).optional(),
    /** Shown to everybody; otherwise only to the one who wrote, who has the board's query code. */
    isPublic: z.boolean(),
  })
  .refine((reply) => reply.state !== 'answered' || reply.replyContent !== undefined, {
    path: ['replyContent'],
    error: 'an answered message needs its reply',
  });
export type BoardReply = z.infer<typeof BoardReply>;

export class MessageBoard {
  readonly #keys: readonly string[];
  readonly #faults = new Faults<number>();
  readonly #replies: (BoardReply & { at: number })[] = [];
  readonly #byVersion = new Map<string, BoardReply>();
  readonly #newest = new Map<string, number>();

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Every version that was stored, oldest first. */
  received(): readonly (BoardReply & { at: number })[] {
    return this.#replies;
  }

  /** What a visitor who isn't the author sees of a message: its newest public version. */
  shown(messageId: string): BoardReply | undefined {
    return this.#replies.findLast((reply) => reply.messageId === messageId && reply.isPublic);
  }

  /** Makes the next requests answer this HTTP status. */
  failNext(times: number, status: number): void {
    this.#faults.failNext(times, status);
  }

  routes(): Route[] {
    const path = /^\/messages\/([^/]+)\/replies\/(\d+)$/;
    return [{ method: 'PUT', path, handle: (exchange) => this.#put(exchange) }];
  }

  #put(exchange: Exchange): Answer {
    const fault = this.#faults.take();
    if (fault !== undefined) return { status: fault, body: { error: 'provoked' } };
    if (!signedByOneOf(this.#keys, exchange)) return { status: 401, body: { error: 'bad signature' } };
    const parsed = BoardReply.safeParse(jsonOf(exchange.raw));
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
      return { status: 422, body: { error: 'invalid reply', errors } };
    }
    const reply = parsed.data;
    const { messageId, version } = reply;
    if (messageId !== exchange.params[0] || version !== Number(exchange.params[1])) {
      return { status: 422, body: { error: 'the body names another message or version than the path' } };
    }
    const key = `${messageId}#${version}`;
    const stored = this.#byVersion.get(key);
    if (stored && !isDeepStrictEqual(stored, reply)) return { status: 409, body: { error: 'conflict' } };
    if (!stored) {
      const newest = this.#newest.get(messageId) ?? 0;
      if (version < newest) return { status: 409, body: { error: 'stale', newest } };
      this.#newest.set(messageId, version);
      this.#byVersion.set(key, reply);
      this.#replies.push({ ...reply, at: Date.now() });
    }
    return { status: 200, body: { messageId, version } };
  }
}
