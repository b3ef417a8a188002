/**
 * A stand-in for a government website's message board (留言板). The contract that a board's bridge implements:
 *
 * `PUT /messages/{messageId}/replies/{version}`, signed by Standard Webhooks
 * `{"messageId","version","ticketNo","state":"accepted"|"answered"|"closed"|"denied"|"withdrawn","replyContent","denyReason"?,
 *   "replyDepartment","replyDate","replyFiles":[],"isPublic","question"?:{"title","content"}}`
 *
 * - 200 `{"messageId","version"}`; the same version with the same content answers the same again
 * - 401 the signature is missing, wrong or older than five minutes
 * - 409 `conflict`: this version was stored with other content; `stale`: a newer version is stored already
 * - 422 the body breaks the contract or names another message or version than the path
 *
 * and, only where Jieban fetches the messages (轮询):
 *
 * `GET /messages?after=<cursor>&limit=<n>`, signed over an empty body → 200 `{"messages":[…],"next"?}`, oldest first
 *
 * `POST /messages`, unsigned, is a citizen at the board's form, here on this machine only.
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Answer, type Exchange, Faults, jsonOf, type Route, signedByOneOf } from './http.ts';

export const BoardReply = z
  .strictObject({
    messageId: z.string().regex(/^[\w.-]{1,64}$/),
    version: z.int().min(1),
    ticketNo: z.string(),
    state: z.enum(['accepted', 'answered', 'closed', 'denied', 'withdrawn']),
    replyContent: z.string().min(1).max(2000).optional(),
    denyReason: z.string().min(1).max(200).optional(),
    replyDepartment: z.string().min(1).max(60).optional(),
    replyDate: z.string().min(1).max(40).optional(),
    replyFiles: z.array(z.never()).optional(),
    /** Shown to everybody; otherwise only to the one who wrote, who has the board's query code. */
    isPublic: z.boolean(),
    /** What may be shown of the message itself; nothing may without it. */
    question: z.strictObject({ title: z.string().min(1).max(200), content: z.string().min(1).max(12_000) }).optional(),
  })
  .refine((reply) => reply.state !== 'answered' || reply.replyContent !== undefined, {
    path: ['replyContent'],
    error: 'an answered message needs its reply',
  })
  .refine((reply) => reply.isPublic || reply.question === undefined, {
    path: ['question'],
    error: 'a question is sent only for everybody to read',
  });
export type BoardReply = z.infer<typeof BoardReply>;

/** Answers a page instead of the board: a status, or any body as text with 200. */
export type PageFault = { readonly status: number } | { readonly text: string };

const LARGEST_PAGE = 100;

export class MessageBoard {
  readonly #keys: readonly string[];
  readonly #faults = new Faults<number>();
  readonly #replies: (BoardReply & { at: number })[] = [];
  readonly #byVersion = new Map<string, BoardReply>();
  readonly #newest = new Map<string, number>();
  readonly #pageFaults = new Faults<PageFault>();
  /** In the order in which they were written; a cursor is how many of them were read. */
  readonly #messages: unknown[] = [];
  #pagesAsked = 0;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Every version that was stored, oldest first. */
  received(): readonly (BoardReply & { at: number })[] {
    return this.#replies;
  }

  /** What a visitor who isn't the author sees of a message: its newest version, which takes back what older ones published. */
  shown(messageId: string): BoardReply | undefined {
    const newest = this.#replies.findLast((reply) => reply.messageId === messageId);
    return newest?.isPublic ? newest : undefined;
  }

  /** Makes the next requests answer this HTTP status. */
  failNext(times: number, status: number): void {
    this.#faults.failNext(times, status);
  }

  /** Puts messages on the board as they are, for whoever fetches them. */
  write(...messages: readonly unknown[]): void {
    this.#messages.push(...messages);
  }

  /** A board without messages. */
  clear(): void {
    this.#messages.length = 0;
  }

  /** Corrects a message that was written before, by its place from 0. */
  correct(place: number, message: unknown): void {
    this.#messages[place] = message;
  }

  failNextPages(times: number, fault: PageFault): void {
    this.#pageFaults.failNext(times, fault);
  }

  /** How often a page was asked for with a good signature. */
  pagesAsked(): number {
    return this.#pagesAsked;
  }

  routes(): Route[] {
    const path = /^\/messages\/([^/]+)\/replies\/(\d+)$/;
    const messages = /^\/messages$/;
    return [
      { method: 'PUT', path, handle: (exchange) => this.#put(exchange) },
      { method: 'GET', path: messages, handle: (exchange) => this.#page(exchange) },
      { method: 'POST', path: messages, handle: (exchange) => this.#post(exchange) },
    ];
  }

  #page(exchange: Exchange): Answer {
    if (!signedByOneOf(this.#keys, exchange)) return { status: 401, body: { error: 'bad signature' } };
    this.#pagesAsked += 1;
    const fault = this.#pageFaults.take();
    if (fault !== undefined)
      return 'status' in fault ? { ...fault, body: { error: 'provoked' } } : { status: 200, body: fault.text };
    const { searchParams } = exchange.url;
    const after = Number(searchParams.get('after') ?? 0);
    const limit = Math.min(Number(searchParams.get('limit') ?? LARGEST_PAGE), LARGEST_PAGE);
    if (!Number.isInteger(after) || after < 0 || !(limit >= 1))
      return { status: 422, body: { error: 'bad cursor or limit' } };
    const messages = this.#messages.slice(after, after + limit);
    return {
      status: 200,
      body: { messages, ...(messages.length === 0 ? {} : { next: String(after + messages.length) }) },
    };
  }

  #post({ raw }: Exchange): Answer {
    const message = jsonOf(raw);
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      return { status: 422, body: { error: 'a message is a JSON object' } };
    }
    const messageId = `local-${Date.now()}-${this.#messages.length}`;
    this.write({ messageId, submitTime: new Date().toISOString(), ...message });
    return { status: 201, body: { messageId } };
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
